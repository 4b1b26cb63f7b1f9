package smartproxy.dhcp.kea;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;
import smartproxy.core.guard.GuardSettings;
import smartproxy.core.store.SqliteStore;
import smartproxy.dhcp.DhcpProvider.Creation;
import smartproxy.dhcp.DhcpProvider.Removal;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.NewReservation;
import smartproxy.dhcp.Reservation;
import smartproxy.dhcp.Subnet;
import smartproxy.dhcp.TestContext;

/** What the real one does too seldom. */
final class KeaDhcpProviderTest {
    private final FakeKea kea = new FakeKea();

    @TempDir
    Path directory;

    private SqliteStore store;
    private TestContext context;
    private KeaDhcpProvider provider;

    @BeforeEach
    void start() throws Exception {
        store = SqliteStore.open(directory);
        context = new TestContext(KeaFactory.NAME, store);
        provider = new KeaDhcpProvider(
                KeaClientTest.settings(),
                new KeaClient(KeaFactory.NAME, Family.V4, KeaClientTest.settings(), kea),
                WriterLock.ALONE,
                context,
                Optional.empty());
        provider.start();
    }

    @AfterEach
    void stop() throws Exception {
        provider.close();
        store.close();
    }

    private static Deadline soon() {
        return Deadline.in(Duration.ofSeconds(10));
    }

    private Subnet subnet() {
        return provider.view(soon()).subnet(Ipv4.of("192.0.2.0")).orElseThrow();
    }

    private NewReservation wanted(int n, String name, String... more) {
        var options = new LinkedHashMap<String, Object>(Map.of(Reservation.HOSTNAME, name));
        for (var i = 0; i < more.length; i += 2) {
            options.put(more[i], more[i + 1]);
        }
        return new NewReservation(
                new Reservation(
                        subnet(),
                        name,
                        Ipv4.of("192.0.2." + n),
                        MacAddress.of("02:00:00:00:00:" + Integer.toHexString(n)),
                        true,
                        options),
                Optional.empty(),
                Set.of());
    }

    private Creation create(NewReservation wanted) {
        return provider.create(wanted, soon());
    }

    private boolean isShown(NewReservation wanted) {
        return provider.view(soon())
                .reservation(wanted.reservation().subnet(), wanted.reservation().mac())
                .isPresent();
    }

    @Test
    void tellsSubnetsWithTheirOptions() {
        assertThat(provider.view(soon()).subnets())
                .extracting(Subnet::toString)
                .containsExactly("192.0.2.0/255.255.255.0", "198.51.100.0/255.255.255.128");
        assertThat(subnet().options())
                .containsExactly(
                        Map.entry("routers", List.of("192.0.2.1")),
                        Map.entry("ntp_servers", List.of("192.0.2.2", "192.0.2.3")),
                        Map.entry("interface_mtu", 9000),
                        Map.entry("range", List.of("192.0.2.10", "192.0.2.20")));
        assertThat(context.health("reservations").detail()).contains("config-set");
    }

    @Test
    @DisplayName("a subnet that Kea was given by another address in it, which it takes, is served as every other")
    void aSubnetNamedByOneOfItsAddresses() {
        ((ObjectNode) kea.configuration.at("/Dhcp4/subnet4/0")).put("subnet", "192.0.2.77/24");
        assertThat(subnet().network()).isEqualTo(Ipv4.of("192.0.2.0"));
        assertThat(create(wanted(30, "a.example.com"))).isInstanceOf(Creation.Created.class);
        assertThat(kea.reservations()).hasSize(1);
    }

    @Test
    @DisplayName("of two subnets with one network address, by which they are asked for, the first is served")
    void twoSubnetsOfOneNetworkAddress() {
        var second = ((ArrayNode) kea.configuration.at("/Dhcp4/subnet4")).addObject();
        second.put("id", 8).put("subnet", "192.0.2.0/25");
        second.putArray("reservations")
                .addObject()
                .put("hw-address", "02:00:00:00:00:95")
                .put("ip-address", "192.0.2.45");
        assertThat(provider.view(soon()).subnets())
                .extracting(Subnet::toString)
                .containsExactly("192.0.2.0/255.255.255.0", "198.51.100.0/255.255.255.128");
        var wanted = wanted(30, "a.example.com");
        assertThat(create(wanted)).isInstanceOf(Creation.Created.class);
        assertThat(isShown(wanted)).isTrue();
        assertThat(kea.reservations().toString()).contains("a.example.com");
    }

    @Test
    @DisplayName("an option that was set by octets is told in their digits, which are neither a number nor a name")
    void optionsInOctetsAreNotShown() {
        var options = (ArrayNode) kea.configuration.at("/Dhcp4/subnet4/0/option-data");
        options.removeAll();
        options.addObject()
                .put("name", "interface-mtu")
                .put("csv-format", false)
                .put("data", "2328");
        options.addObject().put("name", "domain-name").put("csv-format", false).put("data", "6578616D706C65");
        options.addObject().put("name", "routers").put("csv-format", true).put("data", "192.0.2.1");
        assertThat(subnet().options()).containsOnlyKeys("routers", "range");
    }

    @Test
    @DisplayName("a change is tested, looked at again, set, written and read back")
    void setsTheConfiguration() {
        var wanted = wanted(30, "a.example.com");
        kea.commands.clear();
        assertThat(create(wanted)).isInstanceOf(Creation.Created.class);
        assertThat(kea.commands)
                .containsExactly("config-get", "config-test", "config-get", "config-set", "config-write", "config-get");
        assertThat(kea.written).isEqualTo(kea.configuration);
        assertThat(isShown(wanted)).isTrue();
    }

    @Test
    @DisplayName("what somebody else changed between the two looks is kept")
    void keepsWhatOthersChange() {
        var wanted = wanted(30, "a.example.com");
        kea.before.put("config-test", () -> kea.reservations().addObject().put("hw-address", "02:00:00:00:00:99"));
        assertThat(create(wanted)).isInstanceOf(Creation.Created.class);
        assertThat(kea.reservations().toString()).contains("02:00:00:00:00:99", "a.example.com");
    }

    @Test
    void givesUpWhenTheConfigurationNeverRests() {
        var wanted = wanted(30, "a.example.com");
        var counter = new int[1];
        Runnable[] again = new Runnable[1];
        again[0] = () -> {
            kea.reservations().addObject().put("ip-address", "192.0.2." + (100 + counter[0]++));
            kea.before.put("config-test", again[0]);
        };
        kea.before.put("config-test", again[0]);
        var refused = catchThrowableOfType(BackendException.class, () -> create(wanted));
        assertThat(refused).hasMessageContaining("keeps changing");
        assertThat(refused.outcome()).isEqualTo(Outcome.NOT_APPLIED);
        assertThat(kea.commands).doesNotContain("config-set");
        assertThat(counter[0]).isEqualTo(3);
    }

    @Test
    void aRefusalOfKeaChangesNothing() {
        var refused = catchThrowableOfType(BackendException.class, () -> create(wanted(30, "bad")));
        assertThat(refused).hasMessageContaining("config-test: a bad host");
        assertThat(refused.outcome()).isEqualTo(Outcome.NOT_APPLIED);
        assertThat(kea.commands).doesNotContain("config-set");
    }

    @Test
    @DisplayName("a bad change among several fails alone")
    void aBadChangeFailsAlone() throws Exception {
        var good = wanted(30, "good.example.com");
        var bad = wanted(31, "bad");
        var client = new KeaClient(KeaFactory.NAME, Family.V4, KeaClientTest.settings(), kea);
        var writer = new ConfigWriter(KeaFactory.NAME, client, new KeaReader(KeaFactory.NAME, client));
        var changes = List.of(
                Change.add(KeaRecords.target(1, bad.reservation()), Set.of(), KeaRecords.host(bad), soon()),
                Change.add(KeaRecords.target(1, good.reservation()), Set.of(), KeaRecords.host(good), soon()));
        writer.make(changes, soon());
        assertThatThrownBy(() -> changes.get(0).result()).hasMessageContaining("a bad host");
        assertThat(changes.get(1).result()).contains(Change.Result.DONE);
        assertThat(kea.reservations().toString()).contains("good.example.com").doesNotContain("\"bad\"");
    }

    @Test
    @DisplayName("a lost answer is settled by reading back")
    void aLostAnswerIsSettled() {
        kea.lost = "config-set";
        var wanted = wanted(30, "a.example.com");
        assertThat(create(wanted)).isInstanceOf(Creation.Created.class);
        assertThat(kea.written).isEqualTo(kea.configuration);
    }

    @Test
    void whatCannotBeSettledIsUnknownAndReadAnew() {
        kea.vanishing = "config-set";
        var wanted = wanted(30, "a.example.com");
        var unknown = catchThrowableOfType(BackendException.class, () -> create(wanted));
        assertThat(unknown.outcome()).isEqualTo(Outcome.UNKNOWN);
        kea.commands.clear();
        assertThat(isShown(wanted)).isFalse();
        assertThat(kea.commands).contains("list-commands");
    }

    @Test
    @DisplayName("what Kea cannot write to its file is undone and refused")
    void whatIsNotKeptIsUndone() {
        kea.answers.put("config-write", "[{\"result\": 1, \"text\": \"Error during write-config\"}]");
        var wanted = wanted(30, "a.example.com");
        var refused = catchThrowableOfType(BackendException.class, () -> create(wanted));
        assertThat(refused.outcome()).isEqualTo(Outcome.NOT_APPLIED);
        assertThat(refused).hasMessageContaining("Error during write-config").hasMessageContaining("Allow Kea's user");
        assertThat(kea.reservations()).isEmpty();
    }

    @Test
    @DisplayName("a lost answer of the write is settled by writing again")
    void aLostWriteIsMadeAgain() {
        kea.lost = "config-write";
        kea.before.put("config-write", () -> kea.before.put("config-write", () -> kea.lost = ""));
        assertThat(create(wanted(30, "a.example.com"))).isInstanceOf(Creation.Created.class);
        assertThat(kea.commands).filteredOn("config-write"::equals).hasSize(2);
        assertThat(kea.written).isEqualTo(kea.configuration);
    }

    @Test
    @DisplayName("a Kea that was restarted before it wrote its file lost the change, though it answered each command")
    void whatWasLostBeforeTheWriteIsUnknown() {
        var old = kea.configuration.deepCopy();
        kea.before.put("config-write", () -> kea.configuration = old);
        var unknown = catchThrowableOfType(BackendException.class, () -> create(wanted(30, "a.example.com")));
        assertThat(unknown.outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(unknown).hasMessageContaining("was it restarted");
    }

    @Test
    @DisplayName("an undone change that is still there is not said to be undone")
    void whatCannotBeUndoneIsUnknown() {
        kea.answers.put("config-write", "[{\"result\": 1, \"text\": \"Error during write-config\"}]");
        kea.before.put("config-write", () -> kea.answers.put("config-set", "[{\"result\": 0}]"));
        var unknown = catchThrowableOfType(BackendException.class, () -> create(wanted(30, "a.example.com")));
        assertThat(unknown.outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(unknown).hasMessageContaining("undoing the change had no effect");
    }

    private BackendException unknown(String... texts) {
        var unknown = catchThrowableOfType(BackendException.class, () -> create(wanted(30, "a.example.com")));
        assertThat(unknown.outcome()).as(unknown.getMessage()).isEqualTo(Outcome.UNKNOWN);
        assertThat(unknown).hasMessageContainingAll(texts);
        return unknown;
    }

    @Test
    @DisplayName("a change that could neither be written nor undone is unknown, with both reasons")
    void aRefusedUndoIsUnknown() {
        kea.answers.put("config-write", "[{\"result\": 1, \"text\": \"no space\"}]");
        kea.before.put(
                "config-write", () -> kea.answers.put("config-set", "[{\"result\": 1, \"text\": \"no way back\"}]"));
        unknown("config-write: no space; undoing the change failed: no way back");
    }

    @Test
    @DisplayName("a write, or an undo, that something else than Kea answers leaves a change that is set: it is unknown")
    void whatIsSetAndAnsweredByAnotherIsUnknown() {
        kea.answers.put("config-write", "<html>");
        unknown("not known to be in Kea's configuration file", "no JSON");
        assertThat(kea.reservations()).hasSize(1);
        kea.reservations().removeAll();
        kea.answers.put("config-write", "[{\"result\": 1, \"text\": \"no space\"}]");
        kea.before.put(
                "config-write",
                () -> kea.before.put("config-set", () -> {
                    throw BackendException.rejected("who are you");
                }));
        unknown("config-write: no space; undoing the change failed: who are you");
        assertThat(kea.reservations()).hasSize(1);
    }

    @Test
    @DisplayName("a lost answer of config-set is unknown where Kea does not show what it has now")
    void aLostAnswerThatIsNotSettled() {
        kea.lost = "config-set";
        kea.before.put("config-set", () -> kea.answers.put("config-get", "[{\"result\": 1, \"text\": \"not now\"}]"));
        unknown("config-set: ", "answer lost", "; then not now");
    }

    @Test
    @DisplayName("a configuration that Kea does not take changes nothing, also where the test of it passed")
    void aRefusedConfiguration() {
        kea.answers.put("config-set", "[{\"result\": 1, \"text\": \"no interface\"}]");
        var refused = catchThrowableOfType(BackendException.class, () -> create(wanted(30, "a.example.com")));
        assertThat(refused).hasMessage("dhcp_kea: change: no interface; nothing was changed");
        assertThat(refused.outcome()).isEqualTo(Outcome.NOT_APPLIED);
        assertThat(kea.commands).doesNotContain("config-write");
    }

    @Test
    void aLostAnswerOfTheWriteIsUnknown() {
        var wanted = wanted(30, "a.example.com");
        kea.lost = "config-write";
        var unknown = catchThrowableOfType(
                BackendException.class,
                // enough for what comes before the write, also where many others build
                () -> provider.create(wanted, Deadline.in(Duration.ofSeconds(4))));
        assertThat(unknown.outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(unknown).hasMessageContaining("configuration file");
    }

    @Test
    void doesNotSetStarsAsPasswords() {
        ((ObjectNode) kea.configuration.path("Dhcp4")).put("secret", "*****");
        var refused = catchThrowableOfType(BackendException.class, () -> create(wanted(30, "a.example.com")));
        assertThat(refused).hasMessageContaining("host_cmds");
        assertThat(kea.commands).doesNotContain("config-set");
    }

    @Test
    @DisplayName("what others reserved since the list was read is in the way, and then shown")
    void seesWhatOthersReserved() {
        var wanted = wanted(30, "a.example.com");
        kea.reservations()
                .addObject()
                .put("hw-address", "02:00:00:00:00:98")
                .put("ip-address", "192.0.2.30")
                .put("hostname", "other");
        var creation = create(wanted);
        assertThat(creation).isInstanceOf(Creation.Occupied.class);
        assertThat(((Creation.Occupied) creation).present())
                .extracting(Reservation::name)
                .containsExactly("other");
        assertThat(provider.view(soon()).reservationsAt(subnet(), Ipv4.of("192.0.2.30")))
                .hasSize(1);
    }

    @Test
    void aHostOfAnotherIdentifierKeepsItsAddressUsed() {
        kea.reservations().addObject().put("duid", "01:02:03").put("ip-address", "192.0.2.40");
        var used = new int[1];
        provider.view(soon())
                .used(subnet())
                .each((first, last) -> used[0] += first == Ipv4.of("192.0.2.40").bits() ? 1 : 0);
        assertThat(used[0]).isEqualTo(1);
        assertThat(provider.view(soon()).isFree(subnet(), Ipv4.of("192.0.2.40")))
                .isFalse();
        assertThat(provider.view(soon()).isFree(subnet(), Ipv4.of("192.0.2.41")))
                .isTrue();
    }

    @Test
    @DisplayName("an address of a host that is not shown, or a MAC that has no address yet, is in the way all the same")
    void whatIsNotShownIsInTheWay() {
        kea.reservations().addObject().put("client-id", "01:02:03").put("ip-address", "192.0.2.40");
        kea.reservations().addObject().put("hw-address", "02:00:00:00:00:29").put("hostname", "named.example.com");
        for (var n : List.of(40, 41)) {
            assertThat(create(wanted(n, "a.example.com"))).isEqualTo(new Creation.Occupied(List.of()));
        }
        assertThat(kea.commands).doesNotContain("config-set");
    }

    @Test
    void whatIsRemovedIsGone() {
        var wanted = wanted(30, "a.example.com");
        create(wanted);
        assertThat(provider.remove(wanted.reservation(), soon())).isEqualTo(Removal.REMOVED);
        assertThat(isShown(wanted)).isFalse();
        assertThat(kea.reservations()).isEmpty();
    }

    private void renumber(int id) {
        ((ObjectNode) kea.configuration.at("/Dhcp4/subnet4/0")).put("id", id);
    }

    @Test
    @DisplayName("a subnet that got another number since Kea was asked is changed under that number")
    void aRenumberedSubnetIsFound() {
        var one = wanted(30, "a.example.com");
        var other = wanted(31, "b.example.com");
        create(one);
        renumber(9);
        assertThat(create(other)).isInstanceOf(Creation.Created.class);
        renumber(1);
        assertThat(provider.remove(one.reservation(), soon())).isEqualTo(Removal.REMOVED);
        assertThat(kea.reservations().toString()).contains("b.example.com").doesNotContain("a.example.com");
    }

    @Test
    @DisplayName("a Kea that has lost host_cmds since it was asked is changed in the other way")
    void aKeaThatCanDoLessIsFoundOut() {
        kea.answers.put("list-commands", "[{\"result\": 0, \"arguments\": [\"config-get\", \"reservation-add\"]}]");
        var wanted = wanted(30, "a.example.com");
        kea.answers.remove("list-commands");
        assertThat(create(wanted)).isInstanceOf(Creation.Created.class);
        assertThat(kea.written.toString()).contains("a.example.com");
    }

    @Test
    @DisplayName("what an agent in the place of a server without services can do itself is not taken for what Kea can")
    void anAgentInThePlaceOfAServer() {
        kea.withHostCommands();
        var agent = new AtomicBoolean();
        var client = new KeaClient(KeaFactory.NAME, Family.V4, KeaClientTest.settings(), (command, body, deadline) -> {
            if (body.contains("\"service\"") == agent.get()) {
                return kea.send(command, body, deadline);
            }
            var own = command.equals("config-get") ? "{\"Control-agent\": {}}" : "[\"config-get\"]";
            var answer = agent.get()
                    ? "[{\"result\": 0, \"arguments\": " + own + "}]"
                    : "{\"result\": 1, \"text\": \"unsupported parameter 'service'\"}";
            return answer.getBytes(StandardCharsets.UTF_8);
        });
        isChangedByHostCommands(client);
        agent.set(true);
        isChangedByHostCommands(client);
    }

    /** By a provider that knows nothing yet. */
    private void isChangedByHostCommands(KeaClient client) {
        var fresh = new KeaDhcpProvider(KeaClientTest.settings(), client, WriterLock.ALONE, context, Optional.empty());
        assertThat(fresh.view(soon()).subnets()).hasSize(2);
        assertThat(context.health("reservations").detail()).contains("host_cmds, kept in the configuration file");
    }

    @Test
    @DisplayName("a change whose answer is lost counts as a failure of Kea, whichever way it is made")
    void aLostChangeCountsAsAFailure() throws Exception {
        for (var lost : List.of("config-set", "reservation-add", "config-write")) {
            var mute = new FakeKea();
            if (!lost.equals("config-set")) {
                mute.answers.put(
                        "list-commands", "[{\"result\": 0, \"arguments\": [\"config-get\", \"reservation-add\"]}]");
                mute.answers.put("reservation-get", "[{\"result\": 3}]");
                mute.answers.put("reservation-add", "[{\"result\": 0}]");
            }
            mute.vanishing = lost;
            var once = new GuardSettings(64, Duration.ofSeconds(2), 2, 1, Duration.ofSeconds(60));
            var guarded = new TestContext(KeaFactory.NAME, store, once);
            var client = new KeaClient(KeaFactory.NAME, Family.V4, KeaClientTest.settings(), mute);
            try (var one = new KeaDhcpProvider(
                    KeaClientTest.settings(), client, WriterLock.ALONE, guarded, Optional.empty())) {
                one.start();
                var wanted = wanted(30, "a.example.com");
                assertThat(catchThrowableOfType(BackendException.class, () -> one.create(wanted, soon()))
                                .outcome())
                        .as(lost)
                        .isEqualTo(Outcome.UNKNOWN);
                assertThatThrownBy(() -> one.view(soon()))
                        .as(lost)
                        .hasMessageContaining("not tried, because it has been failing");
            }
        }
    }

    @Test
    void refusesABootServerWithoutAddress() {
        assertThatThrownBy(() -> create(wanted(30, "a", "nextServer", "nowhere.example.com")))
                .isInstanceOf(CallerException.class)
                .hasMessageContaining("none was found for 'nowhere.example.com'");
        assertThatThrownBy(() -> create(wanted(30, "a", "filename", "x".repeat(128))))
                .isInstanceOf(CallerException.class);
        assertThat(kea.reservations()).isEmpty();
    }

    @Test
    @DisplayName("a reservation of all subnets keeps its address used in the one that has it, and is not shown")
    void globalReservations() {
        ((ArrayNode) kea.configuration.at("/Dhcp4/reservations"))
                .addObject()
                .put("hw-address", "02:00:00:00:00:97")
                .put("ip-address", "192.0.2.45");
        var used = new ArrayList<String>();
        var view = provider.view(soon());
        view.subnets()
                .forEach(subnet -> view.used(subnet).each((first, last) -> used.add(subnet + " " + new Ipv4(first))));
        assertThat(used).contains("192.0.2.0/255.255.255.0 192.0.2.45");
        assertThat(view.isFree(subnet(), Ipv4.of("192.0.2.45"))).isFalse();
        assertThat(view.reservationsAt(subnet(), Ipv4.of("192.0.2.45"))).isEmpty();
    }

    @Test
    @DisplayName("a subnet that is not there any more when a change begins is said, and nothing is sent")
    void aSubnetThatIsGone() {
        var wanted = wanted(30, "a.example.com");
        ((ArrayNode) kea.configuration.at("/Dhcp4/subnet4")).removeAll();
        assertThatThrownBy(() -> create(wanted))
                .hasMessageContaining("does not serve 192.0.2.0/255.255.255.0 any more; nothing was changed");
        assertThat(kea.commands).doesNotContain("config-set");
    }

    @Test
    @DisplayName("a list of leases that has no end is given up, with the setting that shortens it")
    void anEndlessList() {
        kea.answers.put("list-commands", "[{\"result\": 0, \"arguments\": [\"config-get\", \"lease4-get-page\"]}]");
        pages(1, 1, Integer.MAX_VALUE);
        assertThatThrownBy(() -> provider.view(Deadline.in(Duration.ofSeconds(60))))
                .isInstanceOf(BackendException.class)
                .hasMessage("dhcp_kea: more than 1000000 leases or reservations; name the subnets to be served in"
                        + " 'subnets' of dhcp.yml");
        assertThat(kea.commands).filteredOn("lease4-get-page"::equals).hasSize(1001);
    }

    @Test
    @DisplayName("leases of subnets that are not served here do not count for the bound of those that are")
    void aListOfOthersLeasesIsReadToItsEnd() {
        kea.answers.put("list-commands", "[{\"result\": 0, \"arguments\": [\"config-get\", \"lease4-get-page\"]}]");
        pages(1, 99, 1002);
        assertThat(provider.view(Deadline.in(Duration.ofSeconds(60))).subnets()).hasSize(2);
        assertThat(kea.commands).filteredOn("lease4-get-page"::equals).hasSize(1002);
    }

    /** Has each page of leases follow the one before; the last is empty. */
    private void pages(int number, int subnet, int last) {
        kea.before.put("lease4-get-page", () -> {
            var leases =
                    new ArrayList<String>(Collections.nCopies(KeaReader.PAGE - 1, "{\"subnet-id\": " + subnet + "}"));
            leases.add("{\"subnet-id\": " + subnet + ", \"ip-address\": \"10.0." + number / 256 + "." + number % 256
                    + "\"}");
            kea.answers.put(
                    "lease4-get-page",
                    "[{\"result\": 0, \"arguments\": {\"leases\": " + (number < last ? leases : List.of()) + "}}]");
            pages(number + 1, subnet, last);
        });
    }

    @Test
    @DisplayName("a list has attempts for each of its pages, so a long one that is broken often comes to its end")
    void eachPageHasItsAttempts() throws Exception {
        kea.answers.put("list-commands", "[{\"result\": 0, \"arguments\": [\"config-get\", \"lease4-get-page\"]}]");
        var pages = new ArrayDeque<>(List.of(page(1, KeaReader.PAGE), page(2, KeaReader.PAGE), page(3, 1)));
        var broken = new HashSet<String>();
        var breaking = new KeaDhcpProvider(
                KeaClientTest.settings(),
                new KeaClient(KeaFactory.NAME, Family.V4, KeaClientTest.settings(), (command, body, deadline) -> {
                    if (broken.add(body)) {
                        throw new ConnectException("not now");
                    }
                    return command.equals("lease4-get-page")
                            ? pages.remove().getBytes(StandardCharsets.UTF_8)
                            : kea.send(command, body, deadline);
                }),
                WriterLock.ALONE,
                context,
                Optional.empty());
        var leases = new AtomicInteger();
        var view = breaking.view(soon());
        view.eachLease(view.subnets().get(0), lease -> leases.incrementAndGet());
        assertThat(leases).hasValue(2 * KeaReader.PAGE + 1);
        assertThat(broken).hasSize(5);
    }

    private static String page(int n, int size) {
        var leases = IntStream.range(0, size)
                .mapToObj(i ->
                        "{\"ip-address\": \"10.%d.%d.%d\", \"hw-address\": \"02:00:00:0%d:%02x:%02x\", \"subnet-id\": 1}"
                                .formatted(n, i >> 8, i & 255, n, i >> 8, i & 255))
                .collect(Collectors.joining(","));
        return "[{\"result\": 0, \"arguments\": {\"leases\": [" + leases + "]}}]";
    }
}
