package smartproxy.core.http;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Lets a few TLS handshakes compute at once and the others wait: those first that have begun, but for every fifth turn, and client
 * addresses by turns. A crowd of new connections so takes no threads and leaves processor time to requests that are in; what was
 * begun is finished before its client gives up, and who comes alone does not wait for a crowd. Of too many that wait, the latest of
 * the address with most is refused: no work was done for it.
 *
 * <p>A step is what a handshake can do with what its client has sent; between steps it holds no place. Thread-safe.
 */
final class HandshakeGate {
    /** New connections that wait; about two seconds of work for two processors. */
    static final int MAX_WAITING = 512;

    /** Steps of begun handshakes after which a new one may begin: who drips bytes into his keeps nobody out. */
    private static final int BEGUN_IN_A_ROW = 4;

    /** What a handshake does next. */
    interface Step {
        /** Does it on this thread, and calls {@link HandshakeGate#leave} once, then or before. */
        void proceed();

        /** It will not be done. */
        void refuse();

        /** Whether it is the first of its connection. */
        boolean isFirst();

        /** Whose it is: equal for the same client. */
        Object client();
    }

    /** Places of one connection. Its next step may begin while its last one returns, and each gives back its own. */
    static final class Held {
        private final AtomicInteger count = new AtomicInteger();

        void take() {
            count.incrementAndGet();
        }

        /** @return whether there was one to give back */
        boolean give() {
            return count.getAndUpdate(held -> Math.max(0, held - 1)) > 0;
        }
    }

    private final int most;
    private final int mostWaiting;
    private final Executor executor;
    private final Line begun = new Line();
    private final Line fresh = new Line();
    private int begunInARow;
    private int inside;

    /**
     * @param most handshakes that compute at once
     * @param mostWaiting new connections that wait for it
     * @param executor of steps that had to wait
     */
    HandshakeGate(int most, int mostWaiting, Executor executor) {
        this.most = most;
        this.mostWaiting = mostWaiting;
        this.executor = executor;
    }

    /** Does the step now, on this thread, or lets it wait for its turn. */
    void enter(Step step) {
        var refused = new ArrayList<Step>(1);
        if (takesPlace(step, refused)) {
            step.proceed();
        }
        refused.forEach(Step::refuse);
    }

    /** A place is free. */
    void leave() {
        for (var next = next(); next != null; next = next()) {
            try {
                executor.execute(next::proceed);
                return;
            } catch (RejectedExecutionException e) {
                next.refuse(); // the daemon is ending
            }
        }
    }

    /**
     * Takes a place, or has the step wait; in one, as the last place may be given back in between, and nobody would call the step.
     *
     * @param refused gets which one has to go for it, itself perhaps
     */
    private synchronized boolean takesPlace(Step step, List<Step> refused) {
        if (inside < most) {
            inside++;
            return true;
        }
        if (!step.isFirst()) {
            begun.add(step);
            return false;
        }
        fresh.add(step);
        var latest = fresh.size > mostWaiting ? fresh.removeLatestOfMost() : null;
        if (latest != null) {
            refused.add(latest);
        }
        return false;
    }

    private synchronized @Nullable Step next() {
        var goesOn = begunInARow < BEGUN_IN_A_ROW || fresh.size == 0;
        var next = goesOn ? begun.poll() : null;
        if (next != null) {
            begunInARow++;
            return next;
        }
        begunInARow = 0;
        next = fresh.poll();
        if (next == null) {
            inside--;
        }
        return next;
    }

    /** Steps that wait: those of a client in the order they came, the clients by turns. */
    private static final class Line {
        private final Map<Object, Deque<Step>> clients = new LinkedHashMap<>();
        private int size;

        void add(Step step) {
            clients.computeIfAbsent(step.client(), client -> new ArrayDeque<>(2))
                    .add(step);
            size++;
        }

        @Nullable Step poll() {
            var first = clients.entrySet().iterator();
            if (!first.hasNext()) {
                return null;
            }
            var client = first.next();
            first.remove();
            var step = client.getValue().poll();
            if (!client.getValue().isEmpty()) {
                clients.put(client.getKey(), client.getValue());
            }
            size--;
            return step;
        }

        @Nullable Step removeLatestOfMost() {
            var largest = clients.entrySet().stream()
                    .max(Comparator.comparingInt(client -> client.getValue().size()));
            if (largest.isEmpty()) {
                return null;
            }
            var steps = largest.get().getValue();
            var latest = steps.pollLast();
            if (steps.isEmpty()) {
                clients.remove(largest.get().getKey());
            }
            size--;
            return latest;
        }
    }
}
