package smartproxy.dhcp.kea;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.OutcomeUnknownException;
import smartproxy.core.api.ProxyException;
import smartproxy.dhcp.ClientId;
import smartproxy.dhcp.Dhcp6Provider.Creation;
import smartproxy.dhcp.Dhcp6View;
import smartproxy.dhcp.DhcpProvider.Removal;
import smartproxy.dhcp.Ipv6;
import smartproxy.dhcp.Lease6;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.Reservation6;
import smartproxy.dhcp.Subnet6;

/** What {@code kea-dhcp6} is asked and told, whichever way it can be changed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class Kea6Contract {
    private static final Duration WATCHDOG = Duration.ofSeconds(60);
    private static final ClientId STATIC =
            ClientId.duid("00:01:02:03:04:05:06:07:08:09").orElseThrow();

    private final AtomicInteger next = new AtomicInteger(0x100);
    private final AtomicInteger clients = new AtomicInteger(0x100);
    private final Writing writing;
    final LabKea kea;
    private final Kea6Provider provider;

    Kea6Contract(Path directory, String version, String kind, Writing writing) throws Exception {
        this.writing = writing;
        kea = new LabKea(directory, version, kind, LabKea.DHCP6);
        provider = kea.provider6();
    }

    @AfterAll
    void stop() throws Exception {
        kea.close();
    }

    static Deadline soon() {
        return Deadline.in(Duration.ofSeconds(60));
    }

    private Dhcp6View view() {
        return provider.view(soon());
    }

    /** As a provider that knows nothing yet is told. */
    final Dhcp6View fresh() throws Exception {
        return kea.provider6().view(soon());
    }

    final Subnet6 subnet() {
        return view().subnet(Ipv6.of("2001:db8:1::")).orElseThrow();
    }

    final Reservation6 wanted(ClientId client, Ipv6 ip, String name, String hostname) {
        return new Reservation6(subnet(), name, client, List.of(ip), List.of(), true, hostname);
    }

    final Reservation6 wanted(ClientId client) {
        var n = next.getAndIncrement();
        var name = "h" + n + ".example.com";
        return wanted(client, ip(n), name, name);
    }

    private static Ipv6 ip(int n) {
        return Ipv6.of("2001:db8:1::" + Integer.toHexString(n));
    }

    /** A client that nobody knows; by a DUID of its link-layer address. */
    final ClientId duid() {
        return ClientId.duid("00:03:00:01:" + freshMac()).orElseThrow();
    }

    private ClientId mac() {
        return ClientId.of(freshMac());
    }

    private MacAddress freshMac() {
        var n = clients.getAndIncrement();
        return MacAddress.of("02:00:00:00:%02x:%02x".formatted(n >> 8, n & 255));
    }

    private static Optional<Reservation6> find(Dhcp6View view, Reservation6 reservation) {
        return view.reservation(reservation.subnet(), reservation.client());
    }

    static List<Reservation6> all(Dhcp6View view, Subnet6 subnet) {
        var all = new ArrayList<Reservation6>();
        view.eachReservation(subnet, all::add);
        return all;
    }

    private static void isShown(Dhcp6View view, Reservation6 reservation) {
        assertThat(find(view, reservation))
                .get()
                .usingRecursiveComparison()
                .ignoringFields("subnet.options")
                .isEqualTo(reservation);
        assertThat(view.reservationsAt(reservation.subnet(), reservation.ips().get(0)))
                .extracting(Reservation6::client)
                .containsExactly(reservation.client());
        assertThat(all(view, reservation.subnet()))
                .extracting(Reservation6::client)
                .containsOnlyOnce(reservation.client());
    }

    private Reservation6 created(ClientId client) {
        var wanted = wanted(client);
        assertThat(provider.create(wanted, soon()).done()).isTrue();
        return wanted;
    }

    @Test
    void subnetsHaveTheirOptions() {
        assertThat(view().subnets())
                .extracting(Subnet6::toString)
                .containsExactlyInAnyOrder("2001:db8:1::/64", "2001:db8:20::/48", "2001:db8:7::/64");
        assertThat(subnet().options())
                .containsExactly(
                        Map.entry("domain_name_servers", List.of("2001:db8:1::53", "2001:db8:1::54")),
                        Map.entry("domain_search", List.of("example.com", "example.net")),
                        Map.entry("range", List.of("2001:db8:1::2:0", "2001:db8:1::2:ff")));
    }

    @Test
    void aReservationOfTheFileIsShownWhole() {
        var shown = view().reservation(subnet(), STATIC).orElseThrow();
        assertThat(shown.ips()).containsExactly(Ipv6.of("2001:db8:1::9"), Ipv6.of("2001:db8:1::a"));
        assertThat(shown.prefixes()).containsExactly("2001:db8:9::/56");
        assertThat(shown.name()).isEqualTo("static.example.com");
        assertThat(shown.deleteable()).isEqualTo(writing != Writing.DATABASE);
        assertThat(view().reservationsAt(subnet(), Ipv6.of("2001:db8:1::a"))).containsExactly(shown);
    }

    @Test
    @DisplayName("what is created, for a DUID or a MAC, is shown at once, to others, and after a crash of Kea")
    void whatIsCreatedStays() throws Exception {
        var one = created(duid());
        var other = created(mac());
        for (var view : List.of(view(), fresh())) {
            isShown(view, one);
            isShown(view, other);
        }
        kea.six().kill();
        kea.six().restart();
        await().atMost(WATCHDOG)
                .ignoreExceptionsInstanceOf(ProxyException.class)
                .untilAsserted(() -> {
                    isShown(fresh(), one);
                    isShown(fresh(), other);
                });
        assertThat(kea.configuration6()).exists();
    }

    @Test
    void aNameOfItsOwnIsKept() throws Exception {
        var n = next.getAndIncrement();
        var wanted = wanted(duid(), ip(n), "entry" + n, "told" + n + ".example.com");
        assertThat(provider.create(wanted, soon()).done()).isTrue();
        isShown(fresh(), wanted);
    }

    @Test
    void aNameThatKeaCannotCarryIsRefused() {
        var wanted = wanted(duid(), ip(next.getAndIncrement()), "grün", "grün");
        assertThatThrownBy(() -> provider.create(wanted, soon())).isInstanceOf(CallerException.class);
        assertThat(find(view(), wanted)).isEmpty();
    }

    private void isInTheWay(Reservation6 present, Reservation6 wanted) throws Exception {
        for (var one : List.of(provider, kea.provider6())) {
            var creation = one.create(wanted, soon());
            assertThat(creation.done()).isFalse();
            assertThat(creation.present()).extracting(Reservation6::client).containsExactly(present.client());
        }
        var view = fresh();
        isShown(view, present);
        assertThat(all(view, present.subnet())).extracting(Reservation6::name).doesNotContain(wanted.name());
    }

    @Test
    @DisplayName("a reservation of the client, or of the address, is in the way, and nothing is changed")
    void conflicts() throws Exception {
        var present = created(duid());
        isInTheWay(present, wanted(present.client()));
        var n = next.getAndIncrement();
        isInTheWay(present, wanted(duid(), present.ips().get(0), "thief" + n, "thief" + n));
        isInTheWay(present, wanted(mac(), present.ips().get(0), "thief" + n, "thief" + n));
    }

    @Test
    void whatIsRemovedIsGoneAndNothingElse() throws Exception {
        var gone = created(duid());
        var stays = created(mac());
        assertThat(provider.remove(gone, soon())).isEqualTo(Removal.REMOVED);
        for (var view : List.of(view(), fresh())) {
            assertThat(find(view, gone)).isEmpty();
            isShown(view, stays);
            assertThat(view.reservation(subnet(), STATIC)).isPresent();
        }
        assertThat(provider.remove(gone, soon())).isEqualTo(Removal.ABSENT);
    }

    @Test
    void manyAtOnceAreAllThere() throws Exception {
        var pool = Executors.newFixedThreadPool(20);
        try {
            var wanted = new ArrayList<Reservation6>();
            var works = new ArrayList<Callable<Creation>>();
            for (var i = 0; i < 20; i++) {
                var one = wanted(duid());
                wanted.add(one);
                works.add(() -> provider.create(one, soon()));
            }
            for (var creation : pool.invokeAll(works)) {
                assertThat(creation.get().done()).isTrue();
            }
            var view = fresh();
            wanted.forEach(one -> isShown(view, one));
        } finally {
            pool.shutdownNow();
        }
    }

    /** Speaks to Kea, and loses the answer to the next such command after it was obeyed. */
    private Kea6Provider losing(Set<String> commands) throws Exception {
        var transport = kea.transport(kea.settings().dhcp6().orElseThrow());
        var lost = new AtomicBoolean();
        return kea.provider6((command, body, deadline) -> {
            var answer = transport.send(command, body, deadline);
            if (commands.contains(command) && !lost.getAndSet(true)) {
                throw new OutcomeUnknownException(new IOException("answer lost"));
            }
            return answer;
        });
    }

    @Test
    @DisplayName("when the answer to a change is lost, Kea is asked what came of it")
    void aLostAnswerIsSettled() throws Exception {
        var wanted = wanted(duid());
        assertThat(losing(Set.of("config-set", "reservation-add"))
                        .create(wanted, soon())
                        .done())
                .isTrue();
        isShown(fresh(), wanted);
        assertThat(losing(Set.of("config-set", "reservation-del")).remove(wanted, soon()))
                .isEqualTo(Removal.REMOVED);
        assertThat(find(fresh(), wanted)).isEmpty();
    }

    /** A crash after the change was obeyed and before it was written: Kea forgets it, and that is said. */
    final void aCrashBeforeTheWriteIsSaid() throws Exception {
        var wanted = wanted(duid());
        var transport = kea.transport(kea.settings().dhcp6().orElseThrow());
        var crashed = new AtomicBoolean();
        var provider = kea.provider6((command, body, deadline) -> {
            if (command.equals("config-write") && !crashed.getAndSet(true)) {
                kea.six().kill();
                kea.six().restart();
            }
            return transport.send(command, body, deadline);
        });
        var unknown = catchThrowableOfType(BackendException.class, () -> provider.create(wanted, soon()));
        assertThat(crashed).isTrue();
        assertThat(unknown.outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(unknown).hasMessageContaining("was it restarted");
        assertThat(find(fresh(), wanted)).isEmpty();
    }

    private static ObjectNode lease(String ip, String duid, int state) {
        return KeaClient.object()
                .put("subnet-id", 7)
                .put("ip-address", ip)
                .put("duid", duid)
                .put("iaid", 1)
                .put("valid-lft", 3600)
                .put("preferred-lft", 3000)
                .put("state", state);
    }

    private void add(ObjectNode lease) throws Exception {
        kea.client6().change("lease6-add", lease, soon());
    }

    @Test
    @DisplayName("leases of addresses are found by address, DUID and MAC; prefixes and those not held are none")
    void leases() throws Exception {
        var duid = ClientId.duid("01:02:03:04:05").orElseThrow();
        var mac = MacAddress.of("02:00:00:00:00:77");
        add(lease("2001:db8:7::10", duid.text(), 0)
                .put("hw-address", mac.toString())
                .put("hostname", "leased.example.com"));
        add(lease("2001:db8:7::11", "01:02:03:04:06", 2));
        add(lease("2001:db8:70::", "01:02:03:04:07", 0).put("type", "IA_PD").put("prefix-len", 56));
        add(lease("2001:db8:71::", duid.text(), 0).put("type", "IA_PD").put("prefix-len", 56));
        add(lease("2001:db8:7::13", "01:02:03:04:08", 1));

        var view = fresh();
        var subnet = view.subnet(Ipv6.of("2001:db8:7::")).orElseThrow();
        var shown = new ArrayList<Lease6>();
        view.eachLease(subnet, shown::add);
        assertThat(shown)
                .extracting(lease -> lease.ip().toString(), Lease6::state)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple("2001:db8:7::10", "active"),
                        org.assertj.core.groups.Tuple.tuple("2001:db8:7::13", "declined"));
        var found = view.leaseAt(subnet, Ipv6.of("2001:db8:7::10")).orElseThrow();
        assertThat(found.client()).isEqualTo(duid);
        assertThat(found.hostname()).isEqualTo("leased.example.com");
        assertThat(found.name()).isEqualTo("lease-0102030405");
        assertThat(found.starts()).matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC");
        assertThat(view.lease(subnet, duid)).contains(found);
        assertThat(view.lease(subnet, ClientId.of(mac))).contains(found);
        assertThat(view.leaseAt(subnet, Ipv6.of("2001:db8:7::11"))).isEmpty();
        assertThat(view.leaseAt(subnet, Ipv6.of("2001:db8:1::10"))).isEmpty();
        assertThat(view.lease(subnet(), duid)).as("of another subnet").isEmpty();
    }

    @Test
    @DisplayName("while kea-dhcp6 is away that is said, nothing is changed, and all is back with it")
    void aServerThatIsAway() throws Exception {
        var wanted = wanted(duid());
        var four = kea.provider(kea.settings());
        kea.six().kill();
        try {
            var away = catchThrowableOfType(BackendException.class, () -> provider.create(wanted, soon()));
            assertThat(away.kind()).isEqualTo(Kind.UNAVAILABLE);
            assertThat(away.outcome()).isEqualTo(Outcome.NOT_APPLIED);
            assertThat(away).hasMessageStartingWith("dhcp_kea dhcp6: ");
            assertThat(four.view(soon()).subnets()).as("IPv4 goes on").isNotEmpty();
        } finally {
            kea.six().restart();
        }
        await().atMost(WATCHDOG)
                .ignoreExceptionsInstanceOf(ProxyException.class)
                .until(() -> provider.create(wanted, soon()).done());
        isShown(fresh(), wanted);
    }

    @Test
    void tellsWhatItFindsAndHowItIsChanged() {
        assertThat(provider.probe(soon()))
                .extracting(Object::toString)
                .noneMatch(line -> line.startsWith("warning") || line.startsWith("error"))
                .anyMatch(line -> line.contains("dhcp_kea dhcp6") && line.contains(writing.toString()))
                .anyMatch(line -> line.contains("serves 3 subnets"));
    }
}
