package smartproxy.pulp.content;

import java.util.Map;
import java.util.Optional;

/**
 * What a Pulp says of itself.
 *
 * @param online whether it can work: a worker, and a database where it says so
 * @param workers that are online
 * @param contentApps that are online; empty when it does not tell
 * @param database whether it reaches its database; empty when it does not tell
 * @param broker whether it reaches its message broker or cache; empty when it has none
 * @param versions of its components: {@code rpm} to {@code 3.39.4}
 */
public record PulpStatus(
        boolean online,
        int workers,
        Optional<Integer> contentApps,
        Optional<Boolean> database,
        Optional<Boolean> broker,
        Map<String, String> versions) {}
