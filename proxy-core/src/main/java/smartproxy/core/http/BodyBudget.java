package smartproxy.core.http;

import java.util.concurrent.atomic.AtomicLong;

/** Bounds the sum of all request bodies held in memory. */
final class BodyBudget {
    private final long max;
    private final AtomicLong taken = new AtomicLong();

    BodyBudget(long maxBytes) {
        this.max = maxBytes;
    }

    /** Takes all of it or nothing. */
    boolean take(long bytes) {
        if (taken.addAndGet(bytes) <= max) {
            return true;
        }
        taken.addAndGet(-bytes);
        return false;
    }

    void giveBack(long bytes) {
        taken.addAndGet(-bytes);
    }
}
