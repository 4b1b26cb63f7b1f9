package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Eight clients that create and delete A records, each at names of its own, and remember what they were told. */
final class DnsLoad implements AutoCloseable {
    private static final int CLIENTS = 8;

    /** What the zone must hold at a name: empty, the address, or either when the outcome was unknown. */
    private enum Told {
        PRESENT,
        ABSENT,
        UNKNOWN
    }

    private final ApiClient foreman;
    private final int changes;
    private final ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    private final List<Future<?>> running = new ArrayList<>();
    private final Map<String, Told> told = new ConcurrentHashMap<>();
    private final AtomicInteger started = new AtomicInteger();
    private final AtomicInteger created = new AtomicInteger();
    private final AtomicInteger removed = new AtomicInteger();
    private final AtomicInteger notApplied = new AtomicInteger();
    private final AtomicInteger unknown = new AtomicInteger();
    private final AtomicLong longest = new AtomicLong();

    /** @param changes to be confirmed in all, as many as these or a few more */
    DnsLoad(ApiClient foreman, int changes) {
        this.foreman = foreman;
        this.changes = changes;
    }

    void start() {
        for (var client = 0; client < CLIENTS; client++) {
            running.add(clients.submit(() -> {
                var present = new ArrayList<String>();
                while (confirmed() < changes) {
                    step(present);
                }
                return null;
            }));
        }
    }

    /** Two of three are creates, the third takes away the oldest record of this client. */
    private void step(List<String> present) throws InterruptedException {
        var number = started.getAndIncrement();
        var creates = present.isEmpty() || number % 3 != 0;
        var name = creates ? "n" + number + ".example.com" : present.remove(0);
        var begun = System.nanoTime();
        var answer = creates ? foreman.create(name, "192.0.2.9", "A") : foreman.delete("/dns/" + name + "/A");
        longest.accumulateAndGet(System.nanoTime() - begun, Math::max);

        var applied = applied(answer);
        if (applied.isEmpty()) {
            unknown.incrementAndGet();
            told.put(name, Told.UNKNOWN);
            return;
        }
        var isThere = applied.get() == creates;
        told.put(name, isThere ? Told.PRESENT : Told.ABSENT);
        if (isThere) {
            present.add(name);
        }
        if (applied.get()) {
            (creates ? created : removed).incrementAndGet();
        } else {
            notApplied.incrementAndGet();
            // as a client does that was told to come back later
            TimeUnit.MILLISECONDS.sleep(200);
        }
    }

    /** Whether the change was made, by the answer's word; empty when that is unknown. */
    private static Optional<Boolean> applied(HttpResponse<String> answer) {
        if (answer.statusCode() == 200) {
            assertThat(answer.body()).isEmpty();
            return Optional.of(true);
        }
        assertThat(answer.statusCode()).as(answer.body()).isBetween(502, 504);
        if (answer.body().contains("unknown whether")) {
            return Optional.empty();
        }
        assertThat(answer.body()).contains("nothing was changed");
        return Optional.of(false);
    }

    int confirmed() {
        return created.get() + removed.get();
    }

    int failures() {
        return notApplied.get() + unknown.get();
    }

    int unknown() {
        return unknown.get();
    }

    Duration longest() {
        return Duration.ofNanos(longest.get());
    }

    /** Whether a client has ended although there is more to do: {@link #join} says why. */
    boolean isBroken() {
        return confirmed() < changes && running.stream().anyMatch(Future::isDone);
    }

    /** Waits for all clients. */
    void join(Duration most) throws Exception {
        for (var client : running) {
            client.get(most.toSeconds(), TimeUnit.SECONDS);
        }
    }

    /** @param zone its records as lines, owner first */
    void assertTrueTo(List<String> zone) {
        Map<String, List<String>> there = new HashMap<>();
        zone.stream()
                .filter(line -> line.matches("n[0-9]+\\.example\\.com\\. .*"))
                .map(line -> line.split(" "))
                .forEach(fields -> there.computeIfAbsent(
                                fields[0].substring(0, fields[0].length() - 1), name -> new ArrayList<>())
                        .add(fields[3] + " " + fields[4]));
        var record = List.of("A 192.0.2.9");
        told.forEach((name, state) -> {
            var found = there.getOrDefault(name, List.of());
            switch (state) {
                case PRESENT -> assertThat(found).as(name).isEqualTo(record);
                case ABSENT -> assertThat(found).as(name).isEmpty();
                case UNKNOWN -> assertThat(found).as(name).isIn(List.of(), record);
            }
        });
        assertThat(told).containsKeys(there.keySet().toArray(String[]::new));
    }

    String summary() {
        return String.format(
                Locale.ROOT,
                "%d changes by %d clients: %d created, %d removed, %d answered not applied, %d answered unknown and settled, "
                        + "longest %.1f s",
                started.get(),
                CLIENTS,
                created.get(),
                removed.get(),
                notApplied.get(),
                unknown.get(),
                longest.get() / 1e9);
    }

    @Override
    public void close() {
        clients.shutdownNow();
    }
}
