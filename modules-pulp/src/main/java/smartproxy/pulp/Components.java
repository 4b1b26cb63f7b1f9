package smartproxy.pulp;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.HealthSource.Health;

/**
 * The components of a Pulp, as the feature's capabilities. Foreman removes what it is not told of, so what was known last
 * stays while Pulp is away; and its question for all features must not wait for a Pulp that hangs. Thread-safe.
 */
final class Components implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Components.class);

    /** Answers of this age are good: Foreman asks several times in a row. */
    private static final Duration FRESH = Duration.ofSeconds(1);

    /** A Pulp that answers does so within this time. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final Duration FETCH = Duration.ofSeconds(10);

    /**
     * What is known.
     *
     * @param at when Pulp said so; null: never
     * @param trouble why it does not say so any more; empty: it does
     */
    private record Known(List<String> components, @Nullable Instant at, String trouble) {}

    private final Pulp3Status pulp;
    private final Clock clock;
    private final ExecutorService worker;
    private @Nullable CompletableFuture<?> running;
    private volatile Known known = new Known(List.of(), null, "not asked yet");

    Components(Pulp3Status pulp) {
        this(pulp, Clock.systemUTC());
    }

    Components(Pulp3Status pulp, Clock clock) {
        this.pulp = pulp;
        this.clock = clock;
        // no thread while there is nothing to ask
        var one = new ThreadPoolExecutor(1, 1, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            var thread = new Thread(task, "pulpcore-capabilities");
            thread.setDaemon(true);
            return thread;
        });
        one.allowCoreThreadTimeOut(true);
        this.worker = one;
    }

    /** Asks for the first time, without waiting. */
    void start() {
        var unused = refresh();
    }

    /** The newest there are: those of now when Pulp answers at once, else the last known; empty when it never answered. */
    List<String> now() {
        var before = known;
        if (before.at() != null && before.trouble().isEmpty() && age(before).compareTo(FRESH) < 0) {
            return before.components();
        }
        var answer = refresh();
        if (before.at() == null || before.trouble().isEmpty()) {
            await(answer);
        }
        return known.components();
    }

    private static void await(CompletableFuture<?> answer) {
        try {
            answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            // the last known will do
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized CompletableFuture<?> refresh() {
        if (running == null || running.isDone()) {
            try {
                running = CompletableFuture.runAsync(this::ask, worker);
            } catch (RejectedExecutionException e) {
                running = CompletableFuture.completedFuture(null); // it is closed
            }
        }
        return running;
    }

    private void ask() {
        var before = known;
        try {
            known = new Known(pulp.components(Deadline.in(FETCH)), clock.instant(), "");
            if (!before.trouble().isEmpty() && before.at() != null) {
                LOG.info("Pulp tells its capabilities again: {}", known.components());
            }
        } catch (RuntimeException e) {
            var reason = String.valueOf(e.getMessage());
            known = new Known(before.components(), before.at(), reason);
            if (!before.trouble().equals(reason)) {
                LOG.error("Could not fetch capabilities: {}", reason);
            }
        }
    }

    private Duration age(Known known) {
        return known.at() == null ? Duration.ZERO : Duration.between(known.at(), clock.instant());
    }

    Health health() {
        var now = known;
        if (now.at() == null) {
            return new Health(false, "Pulp never told its capabilities: " + now.trouble());
        }
        var said = String.join(", ", now.components()) + ", as Pulp said " + age(now).toSeconds() + " s ago";
        return now.trouble().isEmpty()
                ? new Health(true, said)
                : new Health(false, said + "; kept, as it does not answer now: " + now.trouble());
    }

    @Override
    public void close() {
        worker.shutdownNow();
    }
}
