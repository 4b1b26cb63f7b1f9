package smartproxy.dhcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.ProxyException;
import smartproxy.core.store.SqliteStore;
import smartproxy.dhcp.unused.UnusedIps;
import smartproxy.dhcp.unused.Window;

final class DhcpServiceTest {
    private static final Subnet SUBNET = new Subnet(Ipv4.of("192.0.2.0"), 24, Map.of());
    private static final MacAddress MAC = MacAddress.of("52:54:00:00:00:01");
    private static final MacAddress OTHER = MacAddress.of("52:54:00:00:00:02");
    private static final Ipv4 NETWORK = Ipv4.of("192.0.2.0");

    @TempDir
    Path directory;

    private final FakeProvider provider = new FakeProvider(new FakeView(List.of(SUBNET), List.of(), List.of()));
    private SqliteStore store;
    private DhcpState state;
    private long nanos;

    @SuppressWarnings("NullAway.Init") // by open()
    DhcpServiceTest() {}

    @BeforeEach
    void open() throws SQLException {
        store = SqliteStore.open(directory);
        state = DhcpState.open(store, () -> nanos);
    }

    @AfterEach
    void close() throws SQLException {
        store.close();
    }

    private DhcpService service(DhcpAbility... abilities) {
        return new DhcpService(
                provider,
                Set.of(abilities),
                new TestContext("dhcp_fake", store).backend(),
                new BootServers(DhcpServiceTest::addresses),
                new UnusedIps.Rules(Duration.ofMinutes(30), true, Optional.empty(), Set::of),
                () -> state);
    }

    private DhcpService service() {
        return service(DhcpAbility.BOOT, DhcpAbility.LOCAL_READS);
    }

    private static InetAddress[] addresses(String name) throws UnknownHostException {
        if (name.equals("boot.example.com")) {
            return new InetAddress[] {InetAddress.getByName("2001:db8::1"), InetAddress.getByName("192.0.2.9")};
        }
        throw new UnknownHostException(name);
    }

    private static Reservation reservation(MacAddress mac, int last, String... options) {
        var name = "h" + last + ".example.com";
        var all = new LinkedHashMap<String, Object>(Map.of(Reservation.HOSTNAME, name));
        for (var i = 0; i < options.length; i += 2) {
            all.put(options[i], options[i + 1]);
        }
        return new Reservation(SUBNET, name, Ipv4.of("192.0.2." + last), mac, true, all);
    }

    private static Deadline soon() {
        return Deadline.in(Duration.ofSeconds(10));
    }

    private void create(Reservation reservation, MacAddress... related) {
        service().create(reservation, Set.of(related), soon());
    }

    private void conflicts(Reservation reservation, MacAddress... related) {
        var before = provider.backend;
        assertThatThrownBy(() -> create(reservation, related))
                .isInstanceOfSatisfying(
                        CallerException.class, e -> assertThat(e.status()).isEqualTo(409))
                .hasMessage("Record 192.0.2.0/" + reservation.ip() + " already exists");
        assertThat(provider.backend).isEqualTo(before);
    }

    private Optional<Reservation> read(MacAddress mac) {
        return service().read(soon(), view -> view.reservation(SUBNET, mac));
    }

    @Test
    void createsWhatIsNotThere() {
        create(reservation(MAC, 10));
        assertThat(provider.backend.reservations()).containsExactly(reservation(MAC, 10));
    }

    static List<ProxyException> failures() {
        var text = "refused; nothing was changed";
        return List.of(
                new BackendException(Kind.UNAVAILABLE, Outcome.NOT_APPLIED, text, null), new BusyException(text));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void ofSeveralAtAnAddressThoseThatAreGoneAreNamedWhenOneStays(ProxyException failure) {
        provider.shows(reservation(MAC, 10));
        provider.shows(reservation(OTHER, 10));
        provider.failures.put(OTHER, failure);
        assertThatThrownBy(() -> service().remove(NETWORK, Ipv4.of("192.0.2.10"), soon()))
                .isInstanceOf(BackendException.class)
                .hasMessage("removed [" + reservation(MAC, 10) + "], then: refused; nothing was changed");
        assertThat(read(MAC)).isEmpty();
        assertThat(read(OTHER)).isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        "hardware_type, ethernet",
        "foo, bar",
        "filename, ''",
    })
    void leavesAnEqualOneAloneWhateverElseItHas(String option, String value) {
        provider.shows(reservation(MAC, 10, option, value));
        create(reservation(MAC, 10));
        assertThat(provider.creations).isZero();
    }

    @Test
    void aStaticOneCanBeEqualToo() {
        var there = reservation(MAC, 10);
        provider.shows(new Reservation(SUBNET, "H10.example.com", there.ip(), MAC, false, there.options()));
        create(reservation(MAC, 10));
        assertThat(provider.creations).isZero();
    }

    @Test
    void comparesBootServersByAddress() {
        provider.shows(reservation(MAC, 10, "nextServer", "192.0.2.9"));
        create(reservation(MAC, 10, "nextServer", "boot.example.com"));
        create(reservation(MAC, 10, "nextServer", "192.0.2.9"));
        assertThat(provider.creations).isZero();
        conflicts(reservation(MAC, 10, "nextServer", "192.0.2.8"));
        conflicts(reservation(MAC, 10, "nextServer", "unknown.example.com"));
        conflicts(reservation(MAC, 10));
    }

    @Test
    void anUnknownBootServerIsEqualToItsOwnName() {
        provider.shows(reservation(MAC, 10, "nextServer", "unknown.example.com"));
        create(reservation(MAC, 10, "nextServer", "unknown.example.com"));
        assertThat(provider.creations).isZero();
    }

    @Test
    void bootOptionsDoNotCountWhereTheyAreNotStored() {
        provider.shows(reservation(MAC, 10));
        service(DhcpAbility.LOCAL_READS).create(reservation(MAC, 10, "filename", "x"), Set.of(), soon());
        assertThat(provider.creations).isZero();
    }

    @Test
    void reportsConflictsInTheWordsOfTheReference() {
        provider.shows(reservation(MAC, 10, "filename", "pxelinux.0"));
        conflicts(reservation(MAC, 10));
        conflicts(reservation(MAC, 10, "filename", "other.0"));
        conflicts(reservation(MAC, 11));
        conflicts(reservation(OTHER, 10));
    }

    @ParameterizedTest
    @ValueSource(strings = {"<Sun-Fire-V210>root_path_name", "ztp_firmware"})
    void vendorOptionsOfAnEqualOneAreLeftToTheProvider(String option) {
        var service = service(DhcpAbility.BOOT, DhcpAbility.LOCAL_READS, DhcpAbility.VENDOR_OPTIONS);
        var present = reservation(MAC, 10);
        provider.shows(present);

        service.create(reservation(MAC, 10), Set.of(), soon());
        assertThat(provider.changes).as("none are wanted").isEmpty();

        var wanted = reservation(MAC, 10, option, "x");
        service.create(wanted, Set.of(), soon());
        assertThat(provider.changes).containsExactly(present);
        assertThat(provider.creations).isZero();
        assertThat(provider.view.reservation(SUBNET, MAC)).as("the view lags").contains(present);
        assertThat(read(MAC)).contains(wanted);
    }

    @Test
    void vendorOptionsDoNotCountWhereTheyAreNotStored() {
        provider.shows(reservation(MAC, 10));
        create(reservation(MAC, 10, "ztp_firmware", "x"));
        assertThat(provider.changes).isEmpty();
    }

    @Test
    void leasesAreNeverInTheWay() {
        provider.backend = new FakeView(
                List.of(SUBNET),
                List.of(),
                List.of(new Lease(SUBNET, "l", Ipv4.of("192.0.2.10"), OTHER, 1, 2, "active", Map.of())));
        provider.view = provider.backend;
        create(reservation(MAC, 10));
        assertThat(provider.creations).isEqualTo(1);
    }

    @Test
    void relatedMacsMayShareTheAddress() {
        provider.shows(reservation(OTHER, 10));
        create(reservation(MAC, 10), OTHER);
        assertThat(provider.creations).isEqualTo(1);
        conflicts(reservation(MAC, 11), MAC);
    }

    @Test
    void whatTheProviderFindsIsJudgedTheSame() {
        provider.backend = provider.backend.with(reservation(MAC, 10)); // its view does not show it
        create(reservation(MAC, 10));
        conflicts(reservation(MAC, 11));
    }

    @Test
    void tellsTheProviderTheAddressOfTheBootServer() {
        create(reservation(MAC, 10, "nextServer", "boot.example.com"), OTHER);
        assertThat(provider.last)
                .isEqualTo(new NewReservation(
                        reservation(MAC, 10, "nextServer", "boot.example.com"),
                        Optional.of(Ipv4.of("192.0.2.9")),
                        Set.of(OTHER)));
    }

    @Test
    void ofEightCallersForOneAddressOneGetsIt() throws Exception {
        var works = new ArrayList<Callable<Boolean>>();
        var service = service();
        for (var i = 0; i < 8; i++) {
            var mac = MacAddress.of("52:54:00:00:01:0" + i);
            works.add(() -> {
                try {
                    service.create(reservation(mac, 10), Set.of(), soon());
                    return true;
                } catch (CallerException e) {
                    return false;
                }
            });
        }
        var pool = Executors.newFixedThreadPool(8);
        try {
            var made = 0;
            for (var done : pool.invokeAll(works, 30, TimeUnit.SECONDS)) {
                made += done.get() ? 1 : 0;
            }
            assertThat(made).isEqualTo(1);
        } finally {
            pool.shutdownNow();
        }
        assertThat(provider.creations).isEqualTo(1);
    }

    @Test
    void aDeleteWaitsForTheCreateBeforeIt() throws Exception {
        var inside = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        provider.onCreate = () -> {
            inside.countDown();
            await(go);
        };
        var service = service();
        var pool = Executors.newFixedThreadPool(3);
        try {
            var creation = pool.submit(() -> service.create(reservation(MAC, 10), Set.of(), soon()));
            await(inside);
            var brief = Deadline.in(Duration.ofMillis(50));
            assertThatThrownBy(() -> service.remove(NETWORK, MAC, brief)).isInstanceOf(BusyException.class);
            assertThatThrownBy(() -> service.remove(NETWORK, Ipv4.of("192.0.2.10"), brief))
                    .isInstanceOf(BusyException.class);
            assertThatThrownBy(() -> service.create(reservation(OTHER, 10), Set.of(), brief))
                    .isInstanceOf(BusyException.class);
            provider.onCreate = () -> {};
            service.create(reservation(OTHER, 11), Set.of(), soon());
            var byMac = pool.submit(() -> service.remove(NETWORK, MAC, soon()));
            var byIp = pool.submit(() -> service.remove(NETWORK, Ipv4.of("192.0.2.10"), soon()));
            go.countDown();
            creation.get(10, TimeUnit.SECONDS);
            byMac.get(10, TimeUnit.SECONDS);
            byIp.get(10, TimeUnit.SECONDS);
        } finally {
            pool.shutdownNow();
        }
        assertThat(provider.backend.reservations()).extracting(Reservation::mac).containsExactly(OTHER);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void removesByMacAndByAddress() {
        provider.shows(reservation(MAC, 10));
        provider.shows(reservation(OTHER, 10));
        service().remove(NETWORK, MAC, soon());
        assertThat(provider.backend.reservations()).extracting(Reservation::mac).containsExactly(OTHER);
        assertThat(read(MAC)).isEmpty();
        provider.shows(reservation(MAC, 10));
        service().remove(NETWORK, Ipv4.of("192.0.2.10"), soon());
        assertThat(provider.backend.reservations()).isEmpty();
    }

    @Test
    void whatIsAbsentIsRemovedAlready() {
        service().remove(NETWORK, MAC, soon());
        service().remove(NETWORK, Ipv4.of("192.0.2.10"), soon());
        service().remove(Ipv4.of("10.99.0.0"), MAC, soon());
        provider.shows(reservation(MAC, 10));
        service().remove(Ipv4.of("192.0.2.77"), MAC, soon());
        assertThat(provider.removals).isZero();
    }

    @Test
    void staticOnesAndLeasesAreNotRemoved() {
        provider.shows(new Reservation(SUBNET, "s", Ipv4.of("192.0.2.10"), MAC, false, Map.of()));
        provider.view = new FakeView(
                List.of(SUBNET),
                provider.view.reservations(),
                List.of(new Lease(SUBNET, "l", Ipv4.of("192.0.2.11"), OTHER, 1, 2, "active", Map.of())));
        for (var refused : Map.<Runnable, String>of(
                        () -> service().remove(NETWORK, MAC, soon()),
                        "s (192.0.2.10 / 52:54:00:00:00:01) is static - unable to delete",
                        () -> service().remove(NETWORK, Ipv4.of("192.0.2.10"), soon()),
                        "s (192.0.2.10 / 52:54:00:00:00:01) is static - unable to delete",
                        () -> service().remove(NETWORK, OTHER, soon()),
                        "192.0.2.11 / 52:54:00:00:00:02 is static - unable to delete",
                        () -> service().remove(NETWORK, Ipv4.of("192.0.2.11"), soon()),
                        "192.0.2.11 / 52:54:00:00:00:02 is static - unable to delete")
                .entrySet()) {
            assertThatThrownBy(() -> refused.getKey().run())
                    .isInstanceOfSatisfying(
                            CallerException.class, e -> assertThat(e.status()).isEqualTo(400))
                    .hasMessage(refused.getValue());
        }
        assertThat(provider.removals).isZero();
    }

    @Test
    void aChangeIsSeenWhileTheViewLags() {
        create(reservation(MAC, 10));
        assertThat(provider.view.reservations()).isEmpty();
        assertThat(read(MAC)).contains(reservation(MAC, 10));
        create(reservation(MAC, 10));
        conflicts(reservation(OTHER, 10));
        service().remove(NETWORK, MAC, soon());
        assertThat(read(MAC)).isEmpty();
        assertThat(state.overlay().size()).isEqualTo(1);
    }

    private void untilTheServerIsAsked() {
        nanos += Overlay.CONFIRM.toNanos();
    }

    @Test
    void aChangeThatNoViewShowsForLongIsTrueWhileTheServerHoldsIt() {
        create(reservation(MAC, 10));
        untilTheServerIsAsked();
        assertThat(read(MAC)).contains(reservation(MAC, 10));
        assertThat(provider.asked).as("a read has other things to do").containsExactly(true);
        assertThat(read(MAC)).contains(reservation(MAC, 10));
        assertThat(provider.asked).as("asked just now").hasSize(1);

        provider.backend = provider.backend.without(MAC);
        untilTheServerIsAsked();
        assertThat(read(MAC)).as("removed by somebody else").isEmpty();
        assertThat(state.overlay().size()).isZero();
    }

    @Test
    void aRemovalThatNoViewShowsForLongIsTrueUntilTheServerHasItAgain() {
        var stale = provider.view.with(reservation(MAC, 10));
        provider.shows(reservation(MAC, 10));
        service().remove(NETWORK, MAC, soon());
        provider.view = stale;
        untilTheServerIsAsked();
        assertThat(read(MAC)).isEmpty();
        provider.backend = provider.backend.with(reservation(MAC, 10));
        untilTheServerIsAsked();
        assertThat(read(MAC)).as("created by somebody else").isPresent();
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aServerThatCannotBeAskedFailsNoReadAndDeniesNothing(ProxyException failure) {
        create(reservation(MAC, 10));
        provider.failures.put(MAC, failure);
        untilTheServerIsAsked();
        assertThat(read(MAC)).contains(reservation(MAC, 10));
        assertThat(provider.asked).hasSize(1);
    }

    @Test
    void whereReadsAreFreshNothingIsLaidOverThem() {
        service(DhcpAbility.FRESH_READS, DhcpAbility.LOCAL_READS).create(reservation(MAC, 10), Set.of(), soon());
        assertThat(state.overlay().size()).isZero();
    }

    @Test
    void aCreateEndsSuggestionsOfItsAddressAndItsMac() {
        var service = service();
        var window = Window.of(SUBNET, Optional.empty(), Optional.empty());
        assertThat(service.suggest(SUBNET, window, Optional.of(MAC), soon())).contains(Ipv4.of("192.0.2.1"));
        assertThat(service.suggest(SUBNET, window, Optional.of(OTHER), soon())).contains(Ipv4.of("192.0.2.2"));
        assertThat(service.suggest(SUBNET, window, Optional.empty(), soon())).contains(Ipv4.of("192.0.2.3"));

        create(reservation(MacAddress.of("52:54:00:00:00:09"), 3));
        assertThat(service.suggestions(SUBNET)).hasSize(2);
        create(reservation(MAC, 50));
        assertThat(service.suggestions(SUBNET))
                .extracting(s -> s.mac().orElseThrow())
                .containsExactly(OTHER);
        service.remove(NETWORK, MAC, soon());
        assertThat(service.suggestions(SUBNET)).as("a delete ends none").hasSize(1);
        service.endSuggestion(Ipv4.of("192.0.2.2"));
        assertThat(service.suggestions(SUBNET)).isEmpty();
        assertThat(service.suggest(SUBNET, window, Optional.empty(), soon())).contains(Ipv4.of("192.0.2.1"));
    }

    @Test
    void aSuggestionNeverRefusesACreate() {
        var window = Window.of(SUBNET, Optional.empty(), Optional.empty());
        assertThat(service().suggest(SUBNET, window, Optional.of(OTHER), soon()))
                .contains(Ipv4.of("192.0.2.1"));
        create(reservation(MAC, 1));
        assertThat(provider.creations).isEqualTo(1);
        assertThat(service().suggest(SUBNET, window, Optional.of(OTHER), soon()))
                .contains(Ipv4.of("192.0.2.2"));
    }

    /** A server, and a view of it that stays behind until it is told to follow. */
    private static final class FakeProvider implements DhcpProvider {
        private FakeView backend;
        private volatile FakeView view;
        private volatile Runnable onCreate = () -> {};
        private final Map<MacAddress, ProxyException> failures = new LinkedHashMap<>();
        private int creations;
        private int removals;
        private final List<Reservation> changes = new ArrayList<>();

        /** For each question past the view, whether it has two seconds at most. */
        private final List<Boolean> asked = new ArrayList<>();

        private NewReservation last = new NewReservation(reservation(MAC, 1), Optional.empty(), Set.of());

        FakeProvider(FakeView view) {
            this.backend = view;
            this.view = view;
        }

        void shows(Reservation reservation) {
            backend = backend.with(reservation);
            view = view.with(reservation);
        }

        @Override
        public DhcpView view(Deadline deadline) {
            return view;
        }

        @Override
        public Creation create(NewReservation wanted, Deadline deadline) {
            onCreate.run();
            synchronized (this) {
                last = wanted;
                var present = backend.reservation(SUBNET, wanted.reservation().mac());
                if (present.isPresent()) {
                    return new Creation.Occupied(List.of(present.get()));
                }
                creations++;
                backend = backend.with(wanted.reservation());
                return new Creation.Created(wanted.reservation());
            }
        }

        @Override
        public Optional<Reservation> change(Reservation present, NewReservation wanted, Deadline deadline) {
            changes.add(present);
            var changed = present.withOptions(wanted.reservation().options());
            backend = backend.without(present.mac()).with(changed);
            return Optional.of(changed);
        }

        @Override
        public boolean holds(Reservation reservation, Deadline deadline) {
            asked.add(deadline.left().compareTo(Duration.ofSeconds(2)) <= 0);
            fail(reservation);
            return backend.reservation(SUBNET, reservation.mac())
                    .filter(present -> present.ip().equals(reservation.ip()))
                    .isPresent();
        }

        private void fail(Reservation reservation) {
            if (failures.containsKey(reservation.mac())) {
                throw failures.get(reservation.mac());
            }
        }

        @Override
        public synchronized Removal remove(Reservation reservation, Deadline deadline) {
            removals++;
            fail(reservation);
            backend = backend.without(reservation.mac());
            view = view.without(reservation.mac());
            return Removal.REMOVED;
        }
    }
}
