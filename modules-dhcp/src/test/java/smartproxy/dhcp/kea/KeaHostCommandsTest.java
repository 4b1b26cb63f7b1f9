package smartproxy.dhcp.kea;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.Deadline;
import smartproxy.core.store.LazyStore;
import smartproxy.dhcp.DhcpProvider.Creation;
import smartproxy.dhcp.DhcpProvider.Removal;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.NewReservation;
import smartproxy.dhcp.Reservation;
import smartproxy.dhcp.Subnet;
import smartproxy.dhcp.TestContext;

/** Changes by {@code host_cmds} where Kea does what the real one does too seldom. */
final class KeaHostCommandsTest {
    private static final String REFUSED = "[{\"result\": 1, \"text\": \"not today\"}]";

    private final FakeKea kea = new FakeKea().withHostCommands();
    private final TestContext context = new TestContext(KeaFactory.NAME, new LazyStore(Path.of("not-used")));
    private final KeaClient client = new KeaClient(KeaFactory.NAME, Family.V4, KeaClientTest.settings(), kea);
    private final KeaDhcpProvider provider =
            new KeaDhcpProvider(KeaClientTest.settings(), client, WriterLock.ALONE, context, Optional.empty());

    KeaHostCommandsTest() throws Exception {
        provider.start();
    }

    @AfterEach
    void stop() {
        provider.close();
    }

    private static Deadline soon() {
        return Deadline.in(Duration.ofSeconds(10));
    }

    private static NewReservation wanted(int n) {
        var name = "h" + n + ".example.com";
        return new NewReservation(
                new Reservation(
                        Subnet.parse("192.0.2.0/24").orElseThrow(),
                        name,
                        Ipv4.of("192.0.2." + n),
                        MacAddress.of("02:00:00:00:00:" + n),
                        true,
                        Map.of(Reservation.HOSTNAME, name)),
                Optional.empty(),
                Set.of());
    }

    private Creation create(int n) {
        return provider.create(wanted(n), soon());
    }

    private Removal remove(int n) {
        return provider.remove(wanted(n).reservation(), soon());
    }

    private BackendException unknown(ThrowingCallable change) {
        var unknown = catchThrowableOfType(BackendException.class, change);
        assertThat(unknown).isNotNull();
        assertThat(unknown.outcome()).as(unknown.getMessage()).isEqualTo(Outcome.UNKNOWN);
        kea.commands.clear();
        provider.view(soon());
        assertThat(kea.commands).as("what is not known is asked").contains("list-commands");
        return unknown;
    }

    private long asked(String command) {
        return kea.commands.stream().filter(command::equals).count();
    }

    private void renumber(int id) {
        ((ObjectNode) kea.configuration.at("/Dhcp4/subnet4/0")).put("id", id);
    }

    @Test
    @DisplayName("while Kea tells the same hash of its configuration, that is asked for once; afterwards again")
    void theHashTellsWhetherNumbersAreTheSame() {
        kea.withDatabase().withHostCommands("config-hash-get");
        provider.view(soon());
        kea.commands.clear();
        create(30);
        create(31);
        assertThat(asked("config-hash-get")).isEqualTo(2);
        assertThat(asked("config-get")).isEqualTo(1);
        renumber(9);
        assertThat(create(32)).isInstanceOf(Creation.Created.class);
        assertThat(kea.database)
                .extracting(host -> host.path("ip-address").asText() + " of "
                        + host.path("subnet-id").asInt())
                .containsExactly("192.0.2.30 of 1", "192.0.2.31 of 1", "192.0.2.32 of 9");
    }

    @Test
    @DisplayName("a Kea that tells no hash is asked for its configuration before each change")
    void withoutAHashTheNumbersAreAskedEachTime() {
        kea.withDatabase();
        provider.view(soon());
        kea.commands.clear();
        create(30);
        create(31);
        assertThat(asked("config-get")).isEqualTo(2);
    }

    private void reserveInAllSubnets(int n) {
        kea.database
                .addObject()
                .put("subnet-id", 0)
                .put("hw-address", "02:00:00:00:00:" + n)
                .put("ip-address", "192.0.2." + n);
    }

    @Test
    @DisplayName("a reservation of all subnets in the database keeps its address used, and is not shown")
    void globalReservationsOfTheDatabase() {
        kea.withDatabase();
        reserveInAllSubnets(45);
        var view = provider.view(soon());
        var subnet = view.subnet(Ipv4.of("192.0.2.0")).orElseThrow();
        var used = new ArrayList<Ipv4>();
        view.used(subnet).each((first, last) -> used.add(new Ipv4(first)));
        assertThat(used).containsExactly(Ipv4.of("192.0.2.45"));
        assertThat(view.reservationsAt(subnet, Ipv4.of("192.0.2.45"))).isEmpty();
        reserveInAllSubnets(46);
        assertThat(view.isFree(subnet, Ipv4.of("192.0.2.46")))
                .as("made since the list was read")
                .isFalse();
        assertThat(view.isFree(subnet, Ipv4.of("192.0.2.47"))).isTrue();
    }

    @Test
    @DisplayName("what Kea refuses is told in its words, and nothing more is asked")
    void aRefusalIsTold() {
        kea.answers.put("reservation-add", REFUSED);
        var refused = catchThrowableOfType(BackendException.class, () -> create(30));
        assertThat(refused).hasMessage("dhcp_kea: change: not today; nothing was changed");
        assertThat(refused.outcome()).isEqualTo(Outcome.NOT_APPLIED);
        assertThat(kea.commands.get(kea.commands.size() - 1)).isEqualTo("reservation-add");
    }

    @Test
    @DisplayName("a change whose answer is none of Kea's fails alone; those beside it are made and kept")
    void aStrangeAnswerIsOfOneChange() throws Exception {
        var writer = new HostWriter(KeaFactory.NAME, client, new KeaReader(KeaFactory.NAME, client));
        var changes = List.of(change(30), change(31));
        kea.answers.put("reservation-add", "<html>");
        kea.before.put(
                "reservation-add",
                () -> kea.before.put("reservation-add", () -> kea.answers.remove("reservation-add")));
        writer.make(changes, new KeaAbilities(kea.hooks, Writing.MEMORY), soon());
        assertThatThrownBy(() -> changes.get(0).result()).hasMessageContaining("no JSON");
        assertThat(changes.get(1).result()).contains(Change.Result.DONE);
        assertThat(kea.written.toString()).contains("192.0.2.31").doesNotContain("192.0.2.30");
    }

    @Test
    @DisplayName(
            "changes that cannot be written are undone in reverse: the address of a removed host is free again by then")
    void changesAreUndoneFromTheLastOn() throws Exception {
        create(30);
        var before = kea.configuration.deepCopy();
        kea.answers.put("config-write", REFUSED);
        var taken = wanted(31).reservation();
        var heir = new Reservation(
                taken.subnet(), taken.name(), Ipv4.of("192.0.2.30"), taken.mac(), true, taken.options());
        var changes = List.of(
                Change.remove(KeaRecords.target(1, wanted(30).reservation()), soon()),
                Change.add(
                        KeaRecords.target(1, heir),
                        Set.of(),
                        KeaRecords.host(new NewReservation(heir, Optional.empty(), Set.of())),
                        soon()));
        new HostWriter(KeaFactory.NAME, client, new KeaReader(KeaFactory.NAME, client))
                .make(changes, new KeaAbilities(kea.hooks, Writing.MEMORY), soon());
        assertThat(changes)
                .allSatisfy(change -> assertThatThrownBy(change::result)
                        .hasMessageContaining("config-write: not today; nothing was changed"));
        assertThat(kea.configuration).isEqualTo(before);
    }

    private static Change change(int n) {
        var wanted = wanted(n);
        return Change.add(KeaRecords.target(1, wanted.reservation()), Set.of(), KeaRecords.host(wanted), soon());
    }

    @Test
    @DisplayName("a change that could neither be written nor undone is unknown, with both reasons")
    void whatCannotBeUndoneIsUnknown() {
        create(30);
        kea.answers.put("config-write", REFUSED);
        kea.answers.put("reservation-add", "[{\"result\": 1, \"text\": \"no way back\"}]");
        assertThat(unknown(() -> remove(30)))
                .hasMessageContaining("config-write: not today; undoing the change failed: no way back");
        kea.answers.remove("reservation-add");
        kea.answers.put("reservation-del", "[{\"result\": 1, \"text\": \"no way back\"}]");
        assertThat(unknown(() -> create(31)))
                .hasMessageContaining("config-write: not today; undoing the change failed: no way back");
    }

    @Test
    @DisplayName("a change that was written, and of which Kea then tells nothing, is unknown")
    void whatIsNotConfirmedIsUnknown() {
        kea.before.put("config-write", () -> kea.answers.put("reservation-get", REFUSED));
        assertThat(unknown(() -> create(30))).hasMessageContaining("Kea took it, and then: not today");
    }

    @Test
    @DisplayName("a lost answer of a create is unknown where Kea does not tell what came of it")
    void aLostCreateThatIsNotSettled() {
        kea.lost = "reservation-add";
        kea.before.put("reservation-add", () -> kea.answers.put("reservation-get", REFUSED));
        assertThat(unknown(() -> create(30))).hasMessageContaining("answer lost");
    }

    @Test
    @DisplayName("a created host that a database did not show while it was away is looked for again when it is back")
    void aLostCreateIsSettledOnceTheDatabaseIsBack() {
        kea.withDatabase();
        kea.lost = "reservation-add";
        kea.before.put("reservation-add", () -> {
            kea.answers.put("reservation-get", "[{\"result\": 3}]");
            kea.before.put("reservation-del", () -> kea.answers.remove("reservation-get"));
        });
        assertThat(create(30)).isInstanceOf(Creation.Created.class);
        assertThat(kea.database).hasSize(1);
    }

    @Test
    @DisplayName("a lost answer of a removal is unknown where Kea refuses the second one")
    void aLostRemovalThatIsRefusedNow() {
        kea.withDatabase();
        create(30);
        kea.lost = "reservation-del";
        kea.before.put(
                "reservation-del",
                () -> kea.before.put("reservation-del", () -> {
                    kea.lost = "";
                    kea.answers.put("reservation-del", REFUSED);
                }));
        var unknown = catchThrowableOfType(BackendException.class, () -> remove(30));
        assertThat(unknown).hasMessageContaining("answer lost");
        assertThat(unknown.outcome()).isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    @DisplayName("a list of reservations whose next page is the same one is given up")
    void aPagerThatDoesNotComeForward() {
        kea.withDatabase();
        kea.answers.put("reservation-get-page", """
                [{"result": 0, "arguments": {"hosts": [{"hw-address": "02:00:00:00:00:30", "ip-address": "192.0.2.30"}],
                  "next": {"from": 0, "source-index": 1}}}]
                """);
        assertThatThrownBy(() -> provider.view(soon()))
                .isInstanceOf(BackendException.class)
                .hasMessage("dhcp_kea: reservation-get-page does not come forward");
        assertThat(asked("reservation-get-page")).isEqualTo(1);
    }

    @Test
    @DisplayName("a list of leases whose next page is the same one is given up")
    void aPagerOfLeasesThatDoesNotComeForward() {
        kea.withHostCommands("lease4-get-page");
        var lease = "{\"ip-address\": \"192.0.2.77\", \"hw-address\": \"02:00:00:00:00:77\", \"subnet-id\": 1}";
        kea.answers.put(
                "lease4-get-page",
                "[{\"result\": 0, \"arguments\": {\"leases\": ["
                        + String.join(", ", Collections.nCopies(KeaReader.PAGE, lease)) + "]}}]");
        assertThatThrownBy(() -> provider.view(soon()))
                .isInstanceOf(BackendException.class)
                .hasMessage("dhcp_kea: lease4-get-page does not come forward");
        assertThat(asked("lease4-get-page")).isEqualTo(2);
    }
}
