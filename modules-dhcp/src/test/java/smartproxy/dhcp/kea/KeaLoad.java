package smartproxy.dhcp.kea;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.ProxyException;
import smartproxy.core.guard.GuardSettings;
import smartproxy.dhcp.DhcpProvider.Removal;

/**
 * Eight callers that create reservations and remove every other again, and what they were told. The circuit breaker stays
 * closed, so that changes meet the fault and are not refused before.
 */
final class KeaLoad implements AutoCloseable {
    private static final int CALLERS = 8;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Set<String> CHANGES =
            Set.of("config-set", "config-write", "reservation-add", "reservation-del");

    /** What a caller knows of a reservation. */
    private enum Known {
        THERE,
        GONE,
        UNKNOWN
    }

    private final KeaReservations reservations;
    private final ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
    private final List<Future<?>> works = new ArrayList<>();
    private final Map<Integer, Known> known = new ConcurrentHashMap<>();
    private volatile boolean ending;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger made = new AtomicInteger();

    /** A token for each command that changes something and has no answer yet. */
    private final Set<Object> onTheirWay = ConcurrentHashMap.newKeySet();

    /** Such commands that got none: on a slow machine also without a fault. */
    private final AtomicInteger lost = new AtomicInteger();

    private final AtomicReference<Trap> trap = new AtomicReference<>();

    /** @param count changes to be made at least; those that failed come on top */
    KeaLoad(LabKea kea, Family family, int count) throws Exception {
        var guard = new GuardSettings(64, Duration.ofSeconds(10), 2, 1_000_000, Duration.ofSeconds(5));
        var settings = impatient(kea.settings());
        if (family == Family.V6) {
            settings = settings.dhcp6().orElseThrow();
        }
        var transport = kea.transport(settings);
        KeaTransport watched = (command, body, time) -> watched(transport, command, body, time);
        reservations = family == Family.V4
                ? new KeaReservations.Four(kea, kea.provider(settings, watched, guard))
                : new KeaReservations.Six(kea, kea.provider6(settings, watched, guard));
        for (var i = 0; i < CALLERS; i++) {
            works.add(callers.submit(() -> {
                while (made.get() < count || !ending) {
                    change(next.getAndIncrement());
                }
            }));
        }
    }

    private byte[] watched(KeaTransport transport, String command, String body, Deadline deadline)
            throws IOException, InterruptedException {
        if (!CHANGES.contains(command)) {
            return transport.send(command, body, deadline);
        }
        spring(When.UNHEARD);
        var token = new Object();
        onTheirWay.add(token);
        try {
            var answer = transport.send(command, body, deadline);
            spring(When.OBEYED);
            return answer;
        } catch (IOException e) {
            lost.incrementAndGet();
            throw e;
        } finally {
            onTheirWay.remove(token);
        }
    }

    private static KeaSettings impatient(KeaSettings s) {
        return new KeaSettings(
                s.url(),
                s.username(),
                s.password(),
                Duration.ofMinutes(10),
                s.caFile(),
                s.certificate(),
                s.privateKey(),
                Duration.ofSeconds(1),
                s.suggestionTime(),
                s.managed(),
                s.dhcp6Url());
    }

    private static Deadline soon() {
        return Deadline.in(Duration.ofSeconds(20));
    }

    private void change(int n) {
        var before = Known.GONE;
        try {
            assertThat(reservations.create(n, soon())).isTrue();
            made.incrementAndGet();
            before = Known.THERE;
            if (n % 2 == 0) {
                assertThat(reservations.remove(n, soon())).isEqualTo(Removal.REMOVED);
                made.incrementAndGet();
                before = Known.GONE;
            }
            known.put(n, before);
        } catch (ProxyException e) {
            known.put(
                    n,
                    e instanceof BackendException backend && backend.outcome() == Outcome.UNKNOWN
                            ? Known.UNKNOWN
                            : before);
        }
    }

    /** Waits until that many are made. */
    void made(int count) {
        await().atMost(PATIENCE)
                .until(() -> made.get() >= count || works.stream().anyMatch(Future::isDone));
    }

    /** Waits until the callers know of each command on its way what became of it, or that nobody can tell. */
    void told() {
        var sent = Set.copyOf(onTheirWay);
        await().atMost(PATIENCE).until(() -> Collections.disjoint(sent, onTheirWay));
    }

    /** When a trap closes on the next command that changes something. */
    enum When {
        /** It is sent, and nobody hears it. */
        UNHEARD,
        /** It was obeyed; what it takes besides was not begun. */
        OBEYED
    }

    private record Trap(When when, Runnable action, CountDownLatch closed) {}

    /** Does something to a server, frozen or killed, just while a change is made, and waits until that is done. */
    void trap(When when, Runnable action) throws Exception {
        var set = new Trap(when, action, new CountDownLatch(1));
        trap.set(set);
        assertThat(set.closed.await(PATIENCE.toMinutes(), TimeUnit.MINUTES)).isTrue();
        if (when == When.UNHEARD) {
            await().atMost(PATIENCE).until(() -> !onTheirWay.isEmpty());
            passes(Duration.ofMillis(100));
        }
    }

    private void spring(When when) {
        var set = trap.get();
        if (set != null && set.when == when && trap.compareAndSet(set, null)) {
            set.action.run();
            set.closed.countDown();
        }
    }

    static void passes(Duration time) {
        var end = Deadline.in(time);
        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(10))
                .atMost(time.plusSeconds(10))
                .until(end::expired);
    }

    /**
     * Waits for the end, then holds what was told against what a provider sees that knows nothing.
     *
     * @return of how many nobody could tell
     */
    long check() throws Exception {
        ending = true;
        for (var work : works) {
            work.get(PATIENCE.toMinutes(), TimeUnit.MINUTES);
        }
        var shown = await().atMost(PATIENCE)
                .ignoreExceptionsInstanceOf(ProxyException.class)
                .until(() -> reservations.shown(soon()), present -> true);
        for (var each : known.entrySet()) {
            if (each.getValue() != Known.UNKNOWN) {
                assertThat(shown.test(each.getKey()))
                        .as("%s: %s", each.getKey(), each.getValue())
                        .isEqualTo(each.getValue() == Known.THERE);
            }
        }
        return known.values().stream().filter(Known.UNKNOWN::equals).count();
    }

    /** Of so many nobody may be able to tell after that many faults. */
    long most(int faults) {
        return (long) CALLERS * (faults + lost.get());
    }

    /**
     * Kea is killed before it hears of a change and right after it obeyed, frozen for longer than an answer may take, and
     * restarted with a change in its ear; what was told is so, and outlives another restart.
     *
     * @param rounds how often that is done
     */
    static void overFaults(LabKea kea, Family family, int count, int rounds) throws Exception {
        var faults = 4 * rounds;
        var server = kea.server(family);
        try (var load = new KeaLoad(kea, family, count)) {
            for (var fault = 1; fault <= faults; fault++) {
                load.made(count * fault / (faults + 1));
                switch (fault % 4) {
                    case 1 -> {
                        load.trap(When.UNHEARD, server::freeze);
                        server.kill();
                        load.told();
                        server.restart();
                    }
                    case 2 -> {
                        load.trap(When.OBEYED, server::kill);
                        server.restart();
                    }
                    case 3 -> {
                        load.trap(When.UNHEARD, server::freeze);
                        load.told();
                        passes(Duration.ofMillis(1500));
                        server.thaw();
                    }
                    default -> {
                        load.trap(When.UNHEARD, server::freeze);
                        server.restart();
                    }
                }
            }
            assertThat(load.check()).isLessThanOrEqualTo(load.most(faults));
            server.restart();
            load.check();
        }
    }

    @Override
    public void close() {
        callers.shutdownNow();
    }
}
