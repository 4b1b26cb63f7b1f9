package smartproxy.dhcp.kea;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
import smartproxy.dhcp.DhcpProvider.Creation;
import smartproxy.dhcp.DhcpProvider.Removal;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.NewReservation;
import smartproxy.dhcp.Reservation;
import smartproxy.dhcp.Subnet;

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

    private final LabKea kea;
    private final KeaDhcpProvider provider;
    private final Subnet subnet;
    private final ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
    private final List<Future<?>> works = new ArrayList<>();
    private final Map<Integer, Known> known = new ConcurrentHashMap<>();
    private volatile boolean ending;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger made = new AtomicInteger();

    /** A token for each command that changes something and has no answer yet. */
    private final Set<Object> onTheirWay = ConcurrentHashMap.newKeySet();

    private final AtomicReference<Trap> trap = new AtomicReference<>();

    /** @param count changes to be made at least; those that failed come on top */
    KeaLoad(LabKea kea, int count) throws Exception {
        this.kea = kea;
        var s = kea.settings();
        var settings = new KeaSettings(
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
        var transport = kea.transport(settings);
        provider = kea.provider(
                settings,
                (command, body, time) -> watched(transport, command, body, time),
                new GuardSettings(64, Duration.ofSeconds(10), 2, 1_000_000, Duration.ofSeconds(5)));
        subnet = provider.view(soon()).subnet(Ipv4.of("10.20.0.0")).orElseThrow();
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
        } finally {
            onTheirWay.remove(token);
        }
    }

    private static Deadline soon() {
        return Deadline.in(Duration.ofSeconds(20));
    }

    private NewReservation wanted(int n) {
        var reservation = new Reservation(
                subnet,
                "h" + n,
                Ipv4.of(subnet.network().value() + 256 + n),
                MacAddress.of("02:00:01:%02x:%02x:%02x".formatted(n >> 16, n >> 8 & 255, n & 255)),
                true,
                Map.of(Reservation.HOSTNAME, "h" + n));
        return new NewReservation(reservation, Optional.empty(), Set.of());
    }

    private void change(int n) {
        var before = Known.GONE;
        try {
            assertThat(provider.create(wanted(n), soon())).isInstanceOf(Creation.Created.class);
            made.incrementAndGet();
            before = Known.THERE;
            if (n % 2 == 0) {
                assertThat(provider.remove(wanted(n).reservation(), soon())).isEqualTo(Removal.REMOVED);
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
        var view = kea.provider(kea.settings()).view(soon());
        for (var each : known.entrySet()) {
            var reservation = wanted(each.getKey()).reservation();
            var there = view.reservation(subnet, reservation.mac()).isPresent();
            if (each.getValue() != Known.UNKNOWN) {
                assertThat(there).as("%s: %s", reservation, each.getValue()).isEqualTo(each.getValue() == Known.THERE);
            }
        }
        return known.values().stream().filter(Known.UNKNOWN::equals).count();
    }

    @Override
    public void close() {
        callers.shutdownNow();
    }
}
