package smartproxy.core.http;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Lets a few TLS handshakes compute at once and the others wait, those first that have begun, then the oldest. A crowd of new
 * connections so takes no threads, leaves processor time to requests that are in, and what was begun is finished before its
 * client gives up. Of too many that wait, the latest of the address with most is refused: who comes alone is let in, and no work
 * was done for who is not.
 *
 * <p>A step is what a handshake can do with what its client has sent; between steps it holds no place. Thread-safe.
 */
final class HandshakeGate {
    /** New connections that wait; about two seconds of work for two processors. */
    static final int MAX_WAITING = 512;

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

    private final int most;
    private final int mostWaiting;
    private final Executor executor;
    private final Deque<Step> begun = new ArrayDeque<>();
    private final Deque<Step> fresh = new ArrayDeque<>();
    private final Map<Object, Integer> perClient = new HashMap<>();
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
        if (takePlace()) {
            step.proceed();
            return;
        }
        var refused = await(step);
        if (refused != null) {
            refused.refuse();
        }
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

    private synchronized boolean takePlace() {
        if (inside < most) {
            inside++;
            return true;
        }
        return false;
    }

    /** @return which one has to go for it, itself perhaps */
    private synchronized @Nullable Step await(Step step) {
        if (!step.isFirst()) {
            begun.add(step);
            return null;
        }
        fresh.add(step);
        perClient.merge(step.client(), 1, Integer::sum);
        return fresh.size() > mostWaiting ? latestOfMost() : null;
    }

    private @Nullable Step latestOfMost() {
        var largest =
                perClient.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        for (var latest = fresh.descendingIterator(); latest.hasNext(); ) {
            var step = latest.next();
            if (perClient.getOrDefault(step.client(), 0) == largest) {
                latest.remove();
                forget(step);
                return step;
            }
        }
        return null;
    }

    private synchronized @Nullable Step next() {
        var next = begun.poll();
        if (next == null) {
            next = fresh.poll();
            if (next == null) {
                inside--;
            } else {
                forget(next);
            }
        }
        return next;
    }

    private void forget(Step step) {
        perClient.computeIfPresent(step.client(), (client, count) -> count > 1 ? count - 1 : null);
    }
}
