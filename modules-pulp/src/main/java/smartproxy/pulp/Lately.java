package smartproxy.pulp;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a server said lately. One thread asks, so that a server that hangs holds up nobody for long, and not many at once.
 * Thread-safe.
 */
final class Lately<T> implements AutoCloseable {
    /** A server that answers does so within this time. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final int MOST_WAITING = 16;

    /**
     * What is known.
     *
     * @param value the last answer; null: there was none yet
     * @param at when it came; null: never
     * @param trouble why there is no newer one; empty: there is no trouble
     */
    record Known<T>(@Nullable T value, @Nullable Instant at, String trouble) {}

    /** Told of each answer. */
    interface Listener<T> {
        void changed(Known<T> before, Known<T> now);
    }

    private final Duration fresh;
    private final Clock clock;
    private final Supplier<T> question;
    private final Listener<T> listener;
    private final ExecutorService worker;
    private final Semaphore waiting = new Semaphore(MOST_WAITING);
    private @Nullable CompletableFuture<?> running;
    private volatile Known<T> known = nothing();

    /**
     * @param thread the name of the one that asks
     * @param fresh an answer is good for this time
     * @param question asks the server; what it throws is the trouble
     */
    Lately(String thread, Duration fresh, Clock clock, Supplier<T> question, Listener<T> listener) {
        this.fresh = fresh;
        this.clock = clock;
        this.question = question;
        this.listener = listener;
        // no thread while there is nothing to ask
        var one = new ThreadPoolExecutor(1, 1, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            var made = new Thread(task, thread);
            made.setDaemon(true);
            return made;
        });
        one.allowCoreThreadTimeOut(true);
        this.worker = one;
    }

    /** Before anybody has asked. */
    static <T> Known<T> nothing() {
        return new Known<>(null, null, "not asked yet");
    }

    /** Goes on from what another one knew, before it asks for the first time. */
    void goOnFrom(Known<T> before) {
        known = before;
    }

    /** Asks without waiting. */
    void ask() {
        var unused = refresh();
    }

    /** Asks unless it is fresh, and waits a moment where there was no trouble before. */
    Known<T> now() {
        var before = known;
        if (isFresh(before)) {
            return before;
        }
        var answer = refresh();
        if (before.at() == null || before.trouble().isEmpty()) {
            await(answer);
        }
        return known;
    }

    /** What is known, without waiting; unless it is fresh it is asked for meanwhile, for whoever wants it next. */
    Known<T> last() {
        var before = known;
        if (!isFresh(before)) {
            ask();
        }
        return before;
    }

    private boolean isFresh(Known<T> known) {
        return known.trouble().isEmpty() && isYounger(known, fresh);
    }

    /** Whether the answer came so lately; by a clock that was set back it did not. */
    boolean isYounger(Known<T> known, Duration limit) {
        var age = age(known);
        return known.at() != null && !age.isNegative() && age.compareTo(limit) < 0;
    }

    /** Since the answer came; nothing when there was none. */
    Duration age(Known<T> known) {
        return known.at() == null ? Duration.ZERO : Duration.between(known.at(), clock.instant());
    }

    private void await(CompletableFuture<?> answer) {
        if (!waiting.tryAcquire()) {
            return; // the last known will do
        }
        try {
            answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            // the last known will do
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            waiting.release();
        }
    }

    private synchronized CompletableFuture<?> refresh() {
        if (running == null || running.isDone()) {
            try {
                running = CompletableFuture.runAsync(this::fetch, worker);
            } catch (RejectedExecutionException e) {
                running = CompletableFuture.completedFuture(null); // it is closed
            }
        }
        return running;
    }

    private void fetch() {
        var before = known;
        try {
            known = new Known<>(question.get(), clock.instant(), "");
        } catch (RuntimeException e) {
            known = new Known<>(before.value(), before.at(), String.valueOf(e.getMessage()));
        }
        listener.changed(before, known);
    }

    @Override
    public void close() {
        worker.shutdownNow();
    }
}
