package smartproxy.pulp.content;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A state of a repository's content.
 *
 * @param number its name among those of the repository: {@code 3}
 * @param created when it came to be; empty when that is not known
 * @param counts units by type: {@code rpm.package} to 3
 */
public record Version(String number, Optional<Instant> created, Map<String, Long> counts) {}
