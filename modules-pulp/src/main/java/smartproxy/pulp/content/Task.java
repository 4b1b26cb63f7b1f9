package smartproxy.pulp.content;

import java.time.Instant;
import java.util.Optional;

/**
 * A piece of work of the backend itself.
 *
 * @param id by which the backend is asked for it; one path segment in the REST API: {@code 018f…}
 * @param name what it does, in the backend's words
 * @param progress a line, empty when it tells none
 * @param done of {@code total} steps; both 0 when it does not count
 * @param error why it failed, one line; empty unless it did
 * @param trouble a sentence when it does not go on and why: no worker is online, its worker is missing; empty when all is well
 */
public record Task(
        String id,
        String name,
        JobState state,
        String progress,
        long done,
        long total,
        String error,
        String trouble,
        Optional<Instant> created,
        Optional<Instant> started,
        Optional<Instant> finished) {
    /** The trouble of a task whose worker is gone while others are online. */
    public static final String WORKER_MISSING = "the worker of its task is missing";

    /** The trouble of a task that is to begin, though none of the workers has anything to do: what a killed worker held is not free yet. */
    public static final String LINE_STANDS =
            "its task waits in line and no worker works: what a worker that was killed held is free when Pulp has cleaned up";

    /** Whether it has failed with its worker. */
    boolean isLost() {
        return state == JobState.FAILED && trouble.equals(WORKER_MISSING);
    }
}
