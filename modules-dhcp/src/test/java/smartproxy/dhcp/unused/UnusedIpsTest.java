package smartproxy.dhcp.unused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Store;
import smartproxy.core.store.SqliteStore;
import smartproxy.dhcp.DhcpView;
import smartproxy.dhcp.FakeView;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.Lease;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.Reservation;
import smartproxy.dhcp.Subnet;

final class UnusedIpsTest {
    private static final Subnet SUBNET = new Subnet(Ipv4.of("192.0.2.0"), 24, Map.of("routers", List.of("192.0.2.1")));
    private static final MacAddress MAC = MacAddress.of("52:54:00:00:00:01");
    private static final MacAddress OTHER = MacAddress.of("52:54:00:00:00:02");
    private static final Duration TIME = Duration.ofMinutes(30);

    @TempDir
    Path directory;

    private final Set<Ipv4> alive = ConcurrentHashMap.newKeySet();
    private final List<Ipv4> probed = new CopyOnWriteArrayList<>();
    private Instant now = Instant.parse("2026-05-01T00:00:00Z");
    private FakeView view = new FakeView(List.of(SUBNET), List.of(), List.of());
    private boolean sequential;
    private boolean ping;
    private Set<Ipv4> own = Set.of();
    private SqliteStore store;
    private UnusedIps unused;

    @SuppressWarnings("NullAway.Init") // by open()
    UnusedIpsTest() {}

    @BeforeEach
    void open() throws SQLException {
        store = SqliteStore.open(directory);
        unused = UnusedIps.open(store, () -> now);
    }

    @AfterEach
    void close() throws SQLException {
        store.close();
    }

    private boolean probe(Ipv4 ip) {
        probed.add(ip);
        return alive.contains(ip);
    }

    private UnusedIps.Rules rules() {
        var prober = new Prober((ip, time) -> probe(ip));
        return new UnusedIps.Rules(TIME, sequential, ping ? Optional.of(prober) : Optional.empty(), () -> own);
    }

    private static Deadline soon() {
        return Deadline.in(Duration.ofSeconds(20));
    }

    private static Window window(String from, String to) {
        return Window.of(SUBNET, Optional.of(Ipv4.of(from)), Optional.of(Ipv4.of(to)));
    }

    private Optional<Ipv4> ask(UnusedIps from, Window window, Optional<MacAddress> mac) {
        return from.suggest(() -> view, SUBNET, window, mac, rules(), soon());
    }

    private Optional<Ipv4> ask(String from, String to) {
        return ask(unused, window(from, to), Optional.empty());
    }

    private Optional<Ipv4> ask(MacAddress mac, String from, String to) {
        return ask(unused, window(from, to), Optional.of(mac));
    }

    private static Optional<Ipv4> ip(int last) {
        return Optional.of(Ipv4.of("192.0.2." + last));
    }

    private static Reservation reservation(MacAddress mac, int last) {
        return new Reservation(SUBNET, "h" + last, ip(last).orElseThrow(), mac, true, Map.of());
    }

    private static Lease lease(MacAddress mac, int last) {
        return new Lease(SUBNET, Lease.nameFor(mac), ip(last).orElseThrow(), mac, "2026", "2027", "active", Map.of());
    }

    @Test
    void suggestsEachAddressOfAWindowOnce() {
        var found = new HashSet<Optional<Ipv4>>();
        for (var i = 0; i < 3; i++) {
            found.add(ask("192.0.2.150", "192.0.2.152"));
        }
        assertThat(found).containsExactlyInAnyOrder(ip(150), ip(151), ip(152));
        assertThat(ask("192.0.2.150", "192.0.2.152")).isEmpty();
    }

    @Test
    void countsWhatWasSuggestedBeforeARestart() throws SQLException {
        ask("192.0.2.150", "192.0.2.152");
        ask("192.0.2.150", "192.0.2.152");
        assertThat(unused.size()).isEqualTo(2);
        unused = UnusedIps.open(store, () -> now);
        assertThat(unused.size()).isEqualTo(2);
        ask("192.0.2.150", "192.0.2.152");
        assertThat(unused.size()).isEqualTo(3);
        unused = UnusedIps.open(store, () -> now);
        unused.end(Ipv4.of("192.0.2.151"), Optional.empty());
        assertThat(unused.size()).isEqualTo(2);
        now = now.plus(TIME);
        assertThat(unused.size()).isZero();
        ask("192.0.2.150", "192.0.2.152");
        assertThat(unused.size()).isEqualTo(1);
        now = now.plus(TIME);
        assertThat(unused.size()).as("though nobody asked since").isZero();
    }

    @Test
    void suggestsTheLowestWhereThatIsWanted() {
        sequential = true;
        assertThat(ask("192.0.2.10", "192.0.2.20")).isEqualTo(ip(10));
        assertThat(ask("192.0.2.10", "192.0.2.20")).isEqualTo(ip(11));
    }

    @Test
    void suggestsAnyOtherwise() {
        var found = new ArrayList<Ipv4>();
        for (var i = 0; i < 20; i++) {
            found.add(ask("192.0.2.1", "192.0.2.254").orElseThrow());
        }
        assertThat(found)
                .doesNotHaveDuplicates()
                .isNotEqualTo(found.stream().sorted().toList());
    }

    @Test
    void leavesOutWhatIsUsed() {
        view = view.with(reservation(OTHER, 10));
        view = new FakeView(view.subnets(), view.reservations(), List.of(lease(MAC, 11)));
        sequential = true;
        assertThat(ask("192.0.2.10", "192.0.2.20")).isEqualTo(ip(12));
        assertThat(ask("192.0.2.10", "192.0.2.10")).isEmpty();
        assertThat(ask("192.0.2.11", "192.0.2.11")).isEmpty();
    }

    @Test
    void leavesOutTheRouterAndItsOwnAddressUnlessTheyAreNamed() {
        sequential = true;
        own = Set.of(Ipv4.of("192.0.2.2"), Ipv4.of("10.0.0.1"));
        assertThat(ask(unused, Window.of(SUBNET, Optional.empty(), Optional.empty()), Optional.empty()))
                .isEqualTo(ip(3));
        assertThat(ask("192.0.2.1", "192.0.2.1")).isEqualTo(ip(1));
        assertThat(ask("192.0.2.1", "192.0.2.1")).isEmpty();
        assertThat(ask("192.0.2.2", "192.0.2.2")).isEqualTo(ip(2));
    }

    @Test
    void aMacKeepsItsReservationOrLeaseInsideTheWindow() {
        view = view.with(reservation(MAC, 31));
        view = new FakeView(view.subnets(), view.reservations(), List.of(lease(OTHER, 100)));
        assertThat(ask(MAC, "192.0.2.30", "192.0.2.40")).isEqualTo(ip(31));
        assertThat(ask(OTHER, "192.0.2.1", "192.0.2.254")).isEqualTo(ip(100));
        assertThat(ask(MAC, "192.0.2.170", "192.0.2.170")).isEqualTo(ip(170));
        assertThat(unused.of(SUBNET)).hasSize(1);
    }

    @Test
    void aMacKeepsItsSuggestion() {
        var first = ask(MAC, "192.0.2.1", "192.0.2.254");
        now = now.plus(TIME).minusSeconds(1);
        assertThat(ask(MAC, "192.0.2.1", "192.0.2.254")).isEqualTo(first);
        now = now.plusSeconds(2);
        assertThat(ask(MAC, "192.0.2.1", "192.0.2.254"))
                .as("asked again, it lasts again")
                .isEqualTo(first);
        assertThat(ask(OTHER, "192.0.2.1", "192.0.2.254")).isNotEqualTo(first);
        var single = first.orElseThrow().toString();
        assertThat(ask(OTHER, single, single)).isEmpty();
    }

    @Test
    void aMacGetsAnotherOutsideTheWindowOrWhenItsOwnIsTaken() {
        var first = ask(MAC, "192.0.2.10", "192.0.2.10");
        assertThat(first).isEqualTo(ip(10));
        assertThat(ask(MAC, "192.0.2.20", "192.0.2.20")).isEqualTo(ip(20));
        view = view.with(reservation(OTHER, 10));
        assertThat(ask(MAC, "192.0.2.10", "192.0.2.11")).isEqualTo(ip(11));
    }

    @Test
    void aSuggestionEndsWithItsTime() {
        assertThat(ask("192.0.2.10", "192.0.2.10")).isEqualTo(ip(10));
        now = now.plus(TIME).minusMillis(1);
        assertThat(ask("192.0.2.10", "192.0.2.10")).isEmpty();
        now = now.plusMillis(1);
        assertThat(ask("192.0.2.10", "192.0.2.10")).isEqualTo(ip(10));
    }

    @Test
    void aSuggestionEndsWhenItIsEndedForItsAddressOrItsMac() {
        assertThat(ask("192.0.2.10", "192.0.2.10")).isEqualTo(ip(10));
        unused.end(Ipv4.of("192.0.2.10"), Optional.empty());
        assertThat(ask(MAC, "192.0.2.10", "192.0.2.10")).isEqualTo(ip(10));
        unused.end(Ipv4.of("192.0.2.99"), Optional.of(OTHER));
        assertThat(ask("192.0.2.10", "192.0.2.10")).as("another's").isEmpty();
        unused.end(Ipv4.of("192.0.2.99"), Optional.of(MAC));
        assertThat(ask("192.0.2.10", "192.0.2.10")).isEqualTo(ip(10));
    }

    @Test
    void whatHasEndedDoesNotStayInTheStore() throws SQLException {
        ask("192.0.2.10", "192.0.2.10");
        ask("192.0.2.11", "192.0.2.11");
        now = now.plus(TIME);
        assertThat(ask("192.0.2.12", "192.0.2.12")).isEqualTo(ip(12));
        unused.end(Ipv4.of("192.0.2.12"), Optional.empty());
        assertThat(stored()).isZero();
        ask("192.0.2.10", "192.0.2.10");
        now = now.plus(TIME);
        assertThat(stored()).isEqualTo(1);
        unused = UnusedIps.open(store, () -> now);
        assertThat(stored()).isZero();
    }

    private int stored() throws SQLException {
        return store.transaction(connection -> {
            try (var select = connection.prepareStatement("SELECT count(*) FROM dhcp_suggestion");
                    var rows = select.executeQuery()) {
                return rows.getInt(1);
            }
        });
    }

    @Test
    void suggestionsSurviveARestart() throws SQLException {
        var kept = ask(MAC, "192.0.2.10", "192.0.2.11");
        var other = ask("192.0.2.10", "192.0.2.11");
        store.close();
        open();
        assertThat(ask("192.0.2.10", "192.0.2.11")).isEmpty();
        assertThat(ask(MAC, "192.0.2.10", "192.0.2.11")).isEqualTo(kept);
        assertThat(unused.of(SUBNET))
                .extracting(Suggestion::ip)
                .containsExactlyInAnyOrder(kept.orElseThrow(), other.orElseThrow());
        now = now.plus(TIME).plus(TIME);
        store.close();
        open();
        assertThat(unused.of(SUBNET)).isEmpty();
        assertThat(ask("192.0.2.10", "192.0.2.11")).isPresent();
    }

    @Test
    void twoDaemonsNeverSuggestTheSame() throws SQLException {
        try (var secondStore = SqliteStore.open(directory)) {
            var first = UnusedIps.open(new Shared(store), () -> now);
            var second = UnusedIps.open(new Shared(secondStore), () -> now);
            var all = window("192.0.2.10", "192.0.2.29");
            var found = new ArrayList<Optional<Ipv4>>();
            for (var i = 0; i < 10; i++) {
                found.add(ask(first, all, Optional.empty()));
                found.add(ask(second, all, Optional.empty()));
            }
            assertThat(found).doesNotHaveDuplicates().doesNotContain(Optional.empty());
            assertThat(ask(first, all, Optional.empty())).isEmpty();
            second.end(Ipv4.of("192.0.2.15"), Optional.empty());
            assertThat(ask(first, all, Optional.empty())).isEqualTo(ip(15));
            first.end(Ipv4.of("192.0.2.16"), Optional.empty());
            assertThat(ask(first, all, Optional.of(MAC))).isEqualTo(ip(16));
            assertThat(ask(second, all, Optional.of(MAC))).isEqualTo(ip(16));
        }
    }

    /** As several daemons would use one. */
    private record Shared(Store store) implements Store {
        @Override
        public void migrate(String owner, List<String> statements) throws SQLException {
            store.migrate(owner, statements);
        }

        @Override
        public <T> T transaction(Work<T> work) throws SQLException {
            return store.transaction(work);
        }
    }

    @Test
    void whatWasNeverSuggestedIsNotLookedForInAStoreOfOnesOwn() throws SQLException {
        var kept = ask(MAC, "192.0.2.10", "192.0.2.11").orElseThrow();
        store.close(); // from here on a look fails
        unused.end(Ipv4.of("192.0.2.99"), Optional.of(OTHER));
        assertThatThrownBy(() -> unused.end(kept, Optional.of(OTHER))).isInstanceOf(BackendException.class);
        assertThatThrownBy(() -> unused.end(Ipv4.of("192.0.2.99"), Optional.of(MAC)))
                .isInstanceOf(BackendException.class);
        open();
        store.close();
        assertThatThrownBy(() -> unused.end(kept, Optional.of(OTHER)))
                .as("suggested before the start")
                .isInstanceOf(BackendException.class);
    }

    @Test
    void whatHasEndedIsForgottenInTime() {
        var remembered = new Remembered();
        var first = new Suggestion(Ipv4.of("192.0.2.10"), Optional.of(MAC), now.plus(TIME));
        remembered.add(first, now);
        assertThat(remembered.hasAny(first.ip(), Optional.empty())).isTrue();
        assertThat(remembered.hasAny(Ipv4.of("192.0.2.11"), Optional.of(MAC))).isTrue();
        assertThat(remembered.hasAny(Ipv4.of("192.0.2.11"), Optional.of(OTHER))).isFalse();
        now = now.plus(TIME);
        for (var i = 0; i < 1000; i++) {
            remembered.add(new Suggestion(Ipv4.of(i), Optional.empty(), now.plus(TIME)), now);
        }
        assertThat(remembered.hasAny(first.ip(), Optional.of(MAC))).isFalse();
        assertThat(remembered.hasAny(Ipv4.of(0), Optional.empty())).isTrue();
    }

    @Test
    void manyCallersNeverGetTheSame() throws Exception {
        var works = new ArrayList<Callable<Optional<Ipv4>>>();
        for (var i = 0; i < 40; i++) {
            works.add(() -> ask("192.0.2.10", "192.0.2.49"));
        }
        assertThat(together(works)).doesNotHaveDuplicates().doesNotContain(Optional.empty());
        assertThat(ask("192.0.2.10", "192.0.2.49")).isEmpty();
    }

    @Test
    void callersWaitForWhatOthersTryAndGiveBack() throws Exception {
        ping = true;
        var works = new ArrayList<Callable<Optional<Ipv4>>>();
        for (var i = 0; i < 3; i++) {
            works.add(() -> ask("192.0.2.10", "192.0.2.12"));
        }
        assertThat(together(works)).containsExactlyInAnyOrder(ip(10), ip(11), ip(12));
    }

    @Test
    void callersWithOneMacGetTheSame() throws Exception {
        var works = new ArrayList<Callable<Optional<Ipv4>>>();
        for (var i = 0; i < 8; i++) {
            works.add(() -> ask(MAC, "192.0.2.1", "192.0.2.254"));
        }
        assertThat(new HashSet<>(together(works))).hasSize(1).doesNotContain(Optional.empty());
    }

    private static <T> List<T> together(List<Callable<T>> works) throws Exception {
        var pool = Executors.newFixedThreadPool(works.size());
        var ready = new CountDownLatch(works.size());
        try {
            var futures = works.stream()
                    .map(work -> pool.submit(() -> {
                        ready.countDown();
                        assertThat(ready.await(10, TimeUnit.SECONDS)).isTrue();
                        return work.call();
                    }))
                    .toList();
            var results = new ArrayList<T>();
            for (var future : futures) {
                results.add(future.get(30, TimeUnit.SECONDS));
            }
            return results;
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void leavesOutWhatAnswersAndKeepsItMarked() {
        ping = true;
        sequential = true;
        for (var last = 10; last < 17; last++) {
            alive.add(ip(last).orElseThrow());
        }
        assertThat(ask("192.0.2.10", "192.0.2.20")).isEqualTo(ip(17));
        probed.clear();
        assertThat(ask("192.0.2.10", "192.0.2.20")).isEqualTo(ip(18));
        assertThat(probed).doesNotContainAnyElementsOf(alive);
        assertThat(unused.of(SUBNET)).hasSize(9);
    }

    @Test
    void withoutTimeForAProbeNothingIsSuggested() {
        ping = true;
        assertThatThrownBy(() -> unused.suggest(
                        () -> view,
                        SUBNET,
                        window("192.0.2.10", "192.0.2.20"),
                        Optional.empty(),
                        rules(),
                        Deadline.in(Duration.ofMillis(10))))
                .isInstanceOf(BusyException.class);
        assertThat(unused.of(SUBNET)).isEmpty();
        assertThat(ask("192.0.2.10", "192.0.2.20")).isPresent();
    }

    @Test
    void whatCannotBeProbedIsPassedOver() {
        sequential = true;
        var prober = new Prober((ip, time) -> {
            if (ip.equals(ip(10).orElseThrow())) {
                throw new IOException("no buffer space");
            }
            return false;
        });
        var rules = new UnusedIps.Rules(TIME, true, Optional.of(prober), Set::of);
        assertThat(unused.suggest(
                        () -> view, SUBNET, window("192.0.2.10", "192.0.2.10"), Optional.empty(), rules, soon()))
                .isEmpty();
        assertThat(unused.suggest(
                        () -> view, SUBNET, window("192.0.2.10", "192.0.2.12"), Optional.empty(), rules, soon()))
                .isEqualTo(ip(11));
        assertThat(ask("192.0.2.10", "192.0.2.12"))
                .as("not passed over by who does not probe")
                .isEqualTo(ip(10));
    }

    @Test
    void whatARequestTriesIsNotAnothersAlsoWhenOtherAddressesWereTakenMeanwhile() {
        sequential = true;
        var theirs = new ArrayList<Optional<Ipv4>>();
        var prober = new Prober((ip, time) -> {
            view = view.with(reservation(OTHER, 99));
            theirs.add(ask("192.0.2.10", "192.0.2.11"));
            return false;
        });
        var rules = new UnusedIps.Rules(TIME, true, Optional.of(prober), Set::of);
        var one = window("192.0.2.10", "192.0.2.10");
        assertThat(unused.suggest(() -> view, SUBNET, one, Optional.empty(), rules, soon()))
                .isEqualTo(ip(10));
        assertThat(theirs).containsExactly(ip(11));
    }

    @Test
    void givesUpInTimeWhereEverythingAnswers() {
        var deadline = Deadline.in(Duration.ofMillis(1500));
        var prober = new Prober((ip, time) -> {
            await().until(deadline::expired);
            return true;
        });
        var rules = new UnusedIps.Rules(TIME, true, Optional.of(prober), Set::of);
        assertThatThrownBy(() -> unused.suggest(
                        () -> view, SUBNET, window("192.0.2.10", "192.0.2.20"), Optional.empty(), rules, deadline))
                .isInstanceOf(BusyException.class)
                .hasMessage(
                        "no unused address was found in time in 192.0.2.10..192.0.2.20; see ping_free_ip in dhcp.yml"
                                + " if many addresses answer");
    }

    @Test
    void waitsNoLongerThanItsTimeForAnAddressThatOthersTry() throws Exception {
        var trying = new CountDownLatch(1);
        var end = new CountDownLatch(1);
        var prober = new Prober((ip, time) -> {
            trying.countDown();
            try {
                return !end.await(20, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        });
        var rules = new UnusedIps.Rules(TIME, true, Optional.of(prober), Set::of);
        var one = window("192.0.2.10", "192.0.2.10");
        var first = CompletableFuture.supplyAsync(
                () -> unused.suggest(() -> view, SUBNET, one, Optional.empty(), rules, soon()));
        assertThat(trying.await(20, TimeUnit.SECONDS)).isTrue();
        assertThatThrownBy(() -> unused.suggest(
                        () -> view, SUBNET, one, Optional.empty(), rules(), Deadline.in(Duration.ofMillis(200))))
                .isInstanceOf(BusyException.class)
                .hasMessage("other requests are still trying the last addresses of 192.0.2.10..192.0.2.10");
        end.countDown();
        assertThat(first.get(20, TimeUnit.SECONDS)).isEqualTo(ip(10));
    }

    @Test
    void suggestsWhatAnotherDaemonSuggestedForTheMacMeanwhile() throws SQLException {
        sequential = true;
        var other = UnusedIps.open(store, () -> now);
        var theirs = new ArrayList<Optional<Ipv4>>();
        var views = new AtomicInteger();
        var ours = unused.suggest(
                () -> {
                    // for the MAC, for what is used, and then for the address that was chosen
                    if (views.incrementAndGet() == 3) {
                        theirs.add(ask(other, window("192.0.2.12", "192.0.2.20"), Optional.of(MAC)));
                    }
                    return view;
                },
                SUBNET,
                window("192.0.2.10", "192.0.2.20"),
                Optional.of(MAC),
                rules(),
                soon());
        assertThat(theirs).containsExactly(ip(12));
        assertThat(ours).isEqualTo(ip(12));
        assertThat(unused.of(SUBNET)).hasSize(1);
        assertThat(ask("192.0.2.10", "192.0.2.12")).isEqualTo(ip(10));
        assertThat(ask("192.0.2.12", "192.0.2.12")).isEmpty();
    }

    @Test
    void aMacDoesNotKeepWhatSomebodyElseGotMeanwhile() {
        sequential = true;
        assertThat(ask(MAC, "192.0.2.10", "192.0.2.11")).isEqualTo(ip(10));
        var theirs = new ArrayList<Optional<Ipv4>>();
        var views = new AtomicInteger();
        var ours = unused.suggest(
                () -> {
                    // for the MAC, for what is used, and then for the address that was kept
                    if (views.incrementAndGet() == 3) {
                        unused.end(Ipv4.of("192.0.2.10"), Optional.empty());
                        theirs.add(ask(OTHER, "192.0.2.10", "192.0.2.10"));
                    }
                    return view;
                },
                SUBNET,
                window("192.0.2.10", "192.0.2.11"),
                Optional.of(MAC),
                rules(),
                soon());
        assertThat(theirs).containsExactly(ip(10));
        assertThat(ours).isEqualTo(ip(11));
        assertThat(unused.of(SUBNET)).extracting(Suggestion::mac).containsExactly(Optional.of(OTHER), Optional.of(MAC));
    }

    @Test
    void asksTheServerAgainBeforeItSuggests() {
        sequential = true;
        var stale = view;
        var views = new ArrayList<DhcpView>(List.of(stale));
        var fresh = view.with(reservation(OTHER, 10));
        var found = unused.suggest(
                () -> views.isEmpty() ? fresh : views.remove(0),
                SUBNET,
                window("192.0.2.10", "192.0.2.11"),
                Optional.empty(),
                rules(),
                soon());
        assertThat(found).isEqualTo(ip(11));
    }

    @Test
    void findsTheLastAddressOfALargeNetwork() {
        var large = new Subnet(Ipv4.of("10.0.0.0"), 8, Map.of());
        var last = Ipv4.of("10.77.88.99");
        view = new FakeView(List.of(large), List.of(), List.of(), ranges -> {
            ranges.accept(large.network().bits(), last.bits() - 1);
            ranges.accept(last.bits() + 1, large.broadcast().bits());
        });
        var all = Window.of(large, Optional.empty(), Optional.empty());
        assertThat(unused.suggest(() -> view, large, all, Optional.empty(), rules(), soon()))
                .contains(last);
        assertThat(unused.suggest(() -> view, large, all, Optional.empty(), rules(), soon()))
                .isEmpty();
    }

    @Test
    void windowsAreCheckedInTheWordsOfTheReference() {
        refused("10.0.0.1", "10.0.0.2", "Range does not belong to provided subnet");
        refused("192.0.2.20", "192.0.2.15", "192.0.2.20 can't be lower IP address than 192.0.2.15 - change the order?");
        refused("192.0.2.255", "192.0.2.255", "Zero or negative number of indices");
        assertThat(Window.of(SUBNET, Optional.empty(), ip(1))).hasToString("192.0.2.1..192.0.2.1");
        assertThat(Window.of(SUBNET, ip(254), Optional.empty())).hasToString("192.0.2.254..192.0.2.254");
        assertThat(Window.of(SUBNET, Optional.empty(), Optional.empty())).hasToString("192.0.2.1..192.0.2.254");
    }

    private static void refused(String from, String to, String message) {
        assertThatThrownBy(() -> window(from, to))
                .isInstanceOfSatisfying(
                        CallerException.class, e -> assertThat(e.status()).isEqualTo(400))
                .hasMessage(message);
    }
}
