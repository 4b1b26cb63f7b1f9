package smartproxy.core.guard;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a backend.
 *
 * @param since when it came into this state; while it is down or probed, when the outage began
 * @param lastError operation and cause of the newest transport failure; null when there was none
 * @param lastErrorAt when that was
 * @param lastSuccess when it last answered; null when it has not yet
 * @param permitsInUse requests at the backend now
 * @param permits most of them
 */
public record BackendHealth(
        String name,
        State state,
        Instant since,
        @Nullable String lastError,
        @Nullable Instant lastErrorAt,
        @Nullable Instant lastSuccess,
        int permitsInUse,
        int permits) {

    /** The circuit breaker's state in an administrator's words. */
    public enum State {
        /** Closed: calls go through. */
        UP,
        /** Half open: one call goes through to see if it is back, and one more for each pause without its answer. */
        PROBING,
        /** Open: calls are refused until the pause is over. */
        DOWN
    }
}
