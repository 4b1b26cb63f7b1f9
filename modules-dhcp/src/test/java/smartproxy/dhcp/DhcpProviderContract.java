package smartproxy.dhcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.assertj.core.api.ThrowingConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;
import smartproxy.dhcp.DhcpProvider.Creation;
import smartproxy.dhcp.DhcpProvider.Removal;

/**
 * One test for each promise of {@link DhcpProvider} and {@link DhcpView} and for each {@link DhcpAbility}. The test of a
 * provider extends it. MACs and addresses are new in each test and given back at its end; nothing is expected of the subnet
 * besides.
 */
public abstract class DhcpProviderContract {
    private static final Duration WATCHDOG = Duration.ofSeconds(60);

    private final List<Reservation> left = new ArrayList<>();
    private final Set<Ipv4> taken = new HashSet<>();

    /** The provider under test, started. */
    protected abstract DhcpProvider provider();

    /** A provider as another process would have it, over the same backend; asked for when {@link DhcpAbility#ATOMIC} is declared. */
    protected abstract DhcpProvider second();

    /** What its factory declares. */
    protected abstract Set<DhcpAbility> abilities();

    /** An address of a subnet it serves, with at least fifty addresses that nobody uses. */
    protected Ipv4 network() {
        return Ipv4.of("192.0.2.0");
    }

    /** An address in no subnet it serves. */
    protected Ipv4 foreign() {
        return Ipv4.of("203.0.113.77");
    }

    @AfterEach
    final void giveBack() {
        for (var reservation : left) {
            assertThat(provider().remove(reservation, soon())).isNotNull();
        }
    }

    protected static Deadline soon() {
        return Deadline.in(Duration.ofSeconds(60));
    }

    protected final boolean can(DhcpAbility ability) {
        return abilities().contains(ability);
    }

    protected final DhcpView view() {
        return provider().view(soon());
    }

    protected final Subnet subnet() {
        return view().subnet(network()).orElseThrow();
    }

    /** One that nobody uses. */
    protected final Ipv4 freshIp() {
        var subnet = subnet();
        var view = view();
        for (var ip = subnet.network().value() + 1; ip < subnet.broadcast().value(); ip++) {
            var address = Ipv4.of(ip);
            if (!subnet.routers().contains(address) && view.isFree(subnet, address) && taken.add(address)) {
                return address;
            }
        }
        throw new AssertionError("no unused address in " + subnet);
    }

    /** A locally administered one. */
    protected static MacAddress freshMac() {
        return freshMac(6);
    }

    private static MacAddress freshMac(int octets) {
        var bytes = new byte[octets];
        ThreadLocalRandom.current().nextBytes(bytes);
        bytes[0] = 2;
        return MacAddress.of(bytes);
    }

    private static String freshName() {
        return "t" + Long.toString(ThreadLocalRandom.current().nextLong(1L << 40), 36) + ".example.com";
    }

    protected final Reservation fresh() {
        return fresh(freshMac(), freshIp());
    }

    private Reservation fresh(MacAddress mac, Ipv4 ip) {
        var name = freshName();
        return new Reservation(subnet(), name, ip, mac, true, Map.of(Reservation.HOSTNAME, name));
    }

    private static Reservation with(Reservation reservation, String... more) {
        var options = new LinkedHashMap<>(reservation.options());
        for (var i = 0; i < more.length; i += 2) {
            options.put(more[i], more[i + 1]);
        }
        return reservation.withOptions(options);
    }

    private static NewReservation wanted(Reservation reservation, MacAddress... related) {
        var bootServer = reservation.nextServer().map(name -> Ipv4.parse(name).orElse(Ipv4.of("192.0.2.1")));
        return new NewReservation(reservation, bootServer, Set.of(related));
    }

    private Creation create(Reservation reservation, MacAddress... related) {
        return track(reservation, () -> provider().create(wanted(reservation, related), soon()));
    }

    /** Whatever came of it is removed at the end. */
    private <T> T track(Reservation reservation, Supplier<T> change) {
        synchronized (left) {
            left.add(reservation);
        }
        return change.get();
    }

    protected final Reservation created(Reservation reservation, MacAddress... related) {
        var creation = create(reservation, related);
        assertThat(creation).as("%s", reservation).isInstanceOf(Creation.Created.class);
        return ((Creation.Created) creation).stored();
    }

    private Creation.Occupied occupied(Reservation reservation, MacAddress... related) {
        var creation = create(reservation, related);
        assertThat(creation).as("%s", reservation).isInstanceOf(Creation.Occupied.class);
        return (Creation.Occupied) creation;
    }

    /** At once where reads are fresh, else after a while. */
    private void seen(ThrowingConsumer<DhcpView> check) {
        if (can(DhcpAbility.FRESH_READS)) {
            check.accept(view());
        } else {
            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> check.accept(view()));
        }
    }

    private void shown(Reservation wanted) {
        seen(view -> assertThat(view.reservation(subnet(), wanted.mac()))
                .get()
                .usingRecursiveComparison()
                .comparingOnlyFields("name", "ip", "mac", "deleteable")
                .isEqualTo(wanted));
    }

    private void notShown(Reservation reservation) {
        seen(view -> assertThat(view.reservation(subnet(), reservation.mac())).isEmpty());
    }

    @Test
    @DisplayName("what is created is found by MAC and address and in the list, and its address is used")
    void createsAndShows() {
        var wanted = fresh();
        var stored = created(wanted);

        shown(wanted);
        var view = view();
        var shown = view.reservation(subnet(), wanted.mac()).orElseThrow();
        assertThat(shown).isEqualTo(stored);
        assertThat(shown.hostname()).isEqualTo(wanted.hostname());
        assertThat(shown.subnet().isSameAs(subnet())).isTrue();
        assertThat(view.reservationsAt(subnet(), wanted.ip())).containsExactly(shown);
        assertThat(all(view)).containsOnlyOnce(shown);
        assertThat(isUsed(view, wanted.ip())).isTrue();
        assertThat(view.isFree(subnet(), wanted.ip())).isFalse();
    }

    private List<Reservation> all(DhcpView view) {
        var all = new ArrayList<Reservation>();
        view.eachReservation(subnet(), all::add);
        return all;
    }

    private boolean isUsed(DhcpView view, Ipv4 ip) {
        var used = new boolean[1];
        view.used(subnet())
                .each((first, last) -> used[0] |= Integer.compareUnsigned(first, ip.bits()) <= 0
                        && Integer.compareUnsigned(ip.bits(), last) <= 0);
        return used[0];
    }

    @Test
    void aHostNameOfItsOwnIsKept() {
        var wanted = with(fresh(), Reservation.HOSTNAME, "other");
        created(wanted);
        shown(wanted);
        assertThat(view().reservation(subnet(), wanted.mac()).orElseThrow().hostname())
                .isEqualTo("other");
    }

    @Test
    @DisplayName("boot file and boot server are stored where that is declared, else left out")
    void bootOptions() {
        var wanted = with(fresh(), "filename", "pxelinux.0", "nextServer", "192.0.2.9");
        created(wanted);
        shown(wanted);
        var shown = view().reservation(subnet(), wanted.mac()).orElseThrow();
        if (can(DhcpAbility.BOOT)) {
            assertThat(shown.filename()).contains("pxelinux.0");
            assertThat(shown.nextServer()).contains("192.0.2.9");
        } else {
            assertThat(shown.filename()).isEmpty();
            assertThat(shown.nextServer()).isEmpty();
        }
    }

    @Test
    void aBootServerGivenByNameIsStoredAsNameOrAddress() {
        var wanted = with(fresh(), "nextServer", "boot.example.com");
        created(wanted);
        shown(wanted);
        var shown = view().reservation(subnet(), wanted.mac()).orElseThrow().nextServer();
        assertThat(shown)
                .isIn(
                        can(DhcpAbility.BOOT)
                                ? List.of(Optional.of("boot.example.com"), Optional.of("192.0.2.1"))
                                : List.of(Optional.empty()));
    }

    @Test
    void vendorOptionsAreTakenWhereDeclared() {
        var wanted = with(fresh(), "<Sun-Fire-V210>root_path_name", "/export/root");
        if (can(DhcpAbility.VENDOR_OPTIONS)) {
            created(wanted);
            shown(wanted);
            assertThat(view().reservation(subnet(), wanted.mac()).orElseThrow().options())
                    .containsValue("/export/root");
        }
    }

    @Test
    @DisplayName("vendor options of one that is there are changed to those that are wanted, and nothing else of it")
    void vendorOptionsAreChangedWhereDeclared() {
        var wanted = with(fresh(), "filename", "inetboot", "<Sun-Fire-V210>root_path_name", "/export/root");
        if (!can(DhcpAbility.VENDOR_OPTIONS)) {
            return;
        }
        created(wanted);
        shown(wanted);
        var present = view().reservation(subnet(), wanted.mac()).orElseThrow();
        assertThat(provider().change(present, wanted(wanted), soon()))
                .as("is so")
                .isEmpty();

        var other = with(wanted, "<Sun-Fire-V210>root_path_name", "/export/other");
        var changed = provider().change(present, wanted(other), soon()).orElseThrow();

        assertThat(changed.options()).containsValue("/export/other").doesNotContainValue("/export/root");
        seen(view -> assertThat(view.reservation(subnet(), wanted.mac())).contains(changed));
        assertThat(changed)
                .usingRecursiveComparison()
                .comparingOnlyFields("name", "ip", "mac", "deleteable")
                .isEqualTo(present);
        assertThat(changed.filename()).isEqualTo(present.filename());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\"b",
                "a\\",
                "x\"; option domain-name \"evil.example",
                "line\nbreak",
                "semi;colon {brace}",
                "tab\there",
                "grün",
                "$(id)",
                "' or 1=1"
            })
    @DisplayName("a boot file of any characters comes back as it was, or is refused and nothing stored")
    void carriesTextsBackOrRefusesThem(String text) {
        if (can(DhcpAbility.BOOT)) {
            wholeOrNot(with(fresh(), "filename", text), "filename", text);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "a\"b", "under_score", "UPPER.example.com", "grün", "a\nb", "a{b", "1.2.3.4", "-x"})
    @DisplayName("a name of any characters comes back as it was, or is refused and nothing stored")
    void carriesNamesBackOrRefusesThem(String name) {
        var plain = fresh();
        var unique = name + plain.mac().toString().replace(":", "");
        var wanted = new Reservation(
                plain.subnet(), unique, plain.ip(), plain.mac(), true, Map.of(Reservation.HOSTNAME, unique));
        wholeOrNot(wanted, Reservation.HOSTNAME, unique);
    }

    private void wholeOrNot(Reservation wanted, String option, String text) {
        var refused = catchThrowable(() -> created(wanted));
        if (refused == null) {
            shown(wanted);
            assertThat(view().reservation(subnet(), wanted.mac()).orElseThrow().options())
                    .containsEntry(option, text);
        } else {
            assertThat(refused).isInstanceOfAny(CallerException.class, BackendException.class);
            if (refused instanceof BackendException e) {
                assertThat(e.outcome()).isEqualTo(Outcome.NOT_APPLIED);
            }
            assertThat(provider().holds(wanted, soon())).isFalse();
            notShown(wanted);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 20})
    @DisplayName("longer MACs are stored, or refused and nothing stored")
    void longMacs(int octets) {
        var wanted = fresh(freshMac(octets), freshIp());
        wholeOrNot(wanted, Reservation.HOSTNAME, wanted.hostname());
    }

    @Test
    @DisplayName("a reservation of the MAC is in the way, and nothing is changed")
    void theMacIsOccupied() {
        var first = fresh();
        created(first);
        shown(first);
        var again = fresh(first.mac(), freshIp());
        assertThat(occupied(again).present()).extracting(Reservation::mac).isSubsetOf(first.mac());
        shown(first);
        seen(view -> assertThat(view.reservationsAt(subnet(), again.ip())).isEmpty());
    }

    @Test
    @DisplayName("an equal reservation is in the way too, and shown")
    void anEqualOneIsOccupied() {
        var first = fresh();
        created(first);
        shown(first);
        assertThat(occupied(first).present()).extracting(Reservation::mac).isSubsetOf(first.mac());
        shown(first);
        assertThat(all(view())).extracting(Reservation::mac).containsOnlyOnce(first.mac());
    }

    @Test
    @DisplayName("a reservation of the address by a MAC that is not related is in the way where creates are atomic")
    void theAddressIsOccupied() {
        var first = fresh();
        created(first);
        shown(first);
        if (can(DhcpAbility.ATOMIC)) {
            var other = fresh(freshMac(), first.ip());
            assertThat(occupied(other, freshMac()).present())
                    .extracting(Reservation::mac)
                    .containsExactly(first.mac());
            notShown(other);
            shown(first);
        }
    }

    @Test
    void relatedMacsShareAnAddress() {
        var first = fresh();
        created(first);
        shown(first);
        var sibling = fresh(freshMac(), first.ip());
        created(sibling, first.mac());
        shown(sibling);
        assertThat(view().reservationsAt(subnet(), first.ip()))
                .extracting(Reservation::mac)
                .containsExactlyInAnyOrder(first.mac(), sibling.mac());

        assertThat(provider().remove(first, soon())).isEqualTo(Removal.REMOVED);
        seen(view -> assertThat(view.reservationsAt(subnet(), first.ip()))
                .extracting(Reservation::mac)
                .containsExactly(sibling.mac()));
    }

    @Test
    void removesWhatIsThereAndSaysWhatIsNot() {
        var reservation = fresh();
        assertThat(provider().remove(reservation, soon())).isEqualTo(Removal.ABSENT);
        created(reservation);
        shown(reservation);
        assertThat(provider().holds(reservation, soon())).isTrue();
        assertThat(provider().remove(reservation, soon())).isEqualTo(Removal.REMOVED);
        assertThat(provider().holds(reservation, soon())).isFalse();
        notShown(reservation);
        seen(view -> assertThat(isUsed(view, reservation.ip())).isFalse());
        assertThat(provider().remove(reservation, soon())).isEqualTo(Removal.ABSENT);
        var again = fresh(reservation.mac(), reservation.ip());
        created(again);
        shown(again);
    }

    @Test
    void changesLeaveNeighboursAlone() {
        var one = fresh();
        var two = fresh();
        created(one);
        created(two);
        shown(one);
        shown(two);
        assertThat(provider().remove(one, soon())).isEqualTo(Removal.REMOVED);
        notShown(one);
        shown(two);
    }

    @Test
    void subnetsAreFoundByTheirAddresses() {
        var subnet = subnet();
        assertThat(view().subnets()).extracting(Subnet::network).doesNotHaveDuplicates();
        assertThat(view().subnets()).filteredOn(subnet::isSameAs).hasSize(1);
        for (var inside : List.of(subnet.network(), Ipv4.of(subnet.network().value() + 5), subnet.broadcast())) {
            assertThat(view().subnet(inside)).get().matches(subnet::isSameAs);
        }
        assertThat(view().subnet(foreign())).isEmpty();
    }

    @Test
    void whatIsNotThereIsNotFound() {
        var view = view();
        var ip = freshIp();
        var mac = freshMac();
        assertThat(view.reservation(subnet(), mac)).isEmpty();
        assertThat(view.lease(subnet(), mac)).isEmpty();
        assertThat(view.reservationsAt(subnet(), ip)).isEmpty();
        assertThat(view.leaseAt(subnet(), ip)).isEmpty();
        assertThat(view.isFree(subnet(), ip)).isTrue();
        assertThat(isUsed(view, ip)).isFalse();
    }

    @Test
    void everyLeaseIsFoundAndUsed() {
        var leases = new ArrayList<Lease>();
        var view = view();
        view.eachLease(subnet(), leases::add);
        assertThat(leases).extracting(Lease::ip).doesNotHaveDuplicates();
        for (var lease : leases) {
            assertThat(view.leaseAt(subnet(), lease.ip())).contains(lease);
            assertThat(view.lease(subnet(), lease.mac())).contains(lease);
            assertThat(isUsed(view, lease.ip())).isTrue();
        }
    }

    @Test
    void aCallWithoutTimeLeftEndsAtOnce() {
        var reservation = fresh();
        var late = assertTimeoutPreemptively(
                WATCHDOG,
                () -> catchThrowable(() ->
                        track(reservation, () -> provider().create(wanted(reservation), Deadline.in(Duration.ZERO)))));
        assertThat(late).isInstanceOf(BackendException.class);
        if (((BackendException) late).outcome() == Outcome.NOT_APPLIED) {
            assertThat(provider().holds(reservation, soon())).isFalse();
        }
    }

    @Test
    void localReadsNeedNoTime() {
        var subnet = subnet();
        var reservation = fresh();
        created(reservation);
        shown(reservation);
        if (can(DhcpAbility.LOCAL_READS)) {
            assertThat(provider().view(Deadline.in(Duration.ZERO)).reservation(subnet, reservation.mac()))
                    .isPresent();
        }
    }

    @Test
    void aFreeCheckKnowsMoreThanTheView() {
        var view = view();
        var reservation = fresh();
        created(reservation);
        if (can(DhcpAbility.FREE_CHECK)) {
            assertThat(view.isFree(subnet(), reservation.ip())).isFalse();
        }
    }

    @Test
    void changesOfDifferentMacsRunTogether() throws Exception {
        var reservations = new ArrayList<Reservation>();
        for (var i = 0; i < 8; i++) {
            reservations.add(fresh());
        }
        together(reservations.stream()
                .<Callable<Object>>map(reservation -> () -> created(reservation))
                .toList());
        reservations.forEach(this::shown);
        together(reservations.stream()
                .<Callable<Object>>map(reservation -> () -> provider().remove(reservation, soon()))
                .toList());
        reservations.forEach(this::notShown);
    }

    @Test
    @DisplayName("of several processes that reserve an address at once, one creates it")
    void ofTwoProcessesOneCreates() throws Exception {
        if (!can(DhcpAbility.ATOMIC)) {
            return;
        }
        var ip = freshIp();
        var creations = new ArrayList<Callable<Creation>>();
        for (var i = 0; i < 8; i++) {
            var reservation = fresh(freshMac(), ip);
            var provider = i % 2 == 0 ? provider() : second();
            creations.add(() -> track(reservation, () -> provider.create(wanted(reservation), soon())));
        }
        assertThat(together(creations))
                .filteredOn(Creation.Created.class::isInstance)
                .hasSize(1);
        seen(view -> assertThat(view.reservationsAt(subnet(), ip)).hasSize(1));
    }

    private static <T> List<T> together(List<Callable<T>> works) throws Exception {
        var pool = Executors.newFixedThreadPool(works.size());
        var ready = new CountDownLatch(works.size());
        try {
            var futures = new ArrayList<Future<T>>();
            for (var work : works) {
                futures.add(pool.submit(() -> {
                    ready.countDown();
                    assertThat(ready.await(WATCHDOG.toSeconds(), TimeUnit.SECONDS))
                            .isTrue();
                    return work.call();
                }));
            }
            var results = new ArrayList<T>();
            for (var future : futures) {
                results.add(future.get(WATCHDOG.toSeconds(), TimeUnit.SECONDS));
            }
            return results;
        } finally {
            pool.shutdownNow();
        }
    }
}
