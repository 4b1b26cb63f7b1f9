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
        Optional<Instant> finished) {}
