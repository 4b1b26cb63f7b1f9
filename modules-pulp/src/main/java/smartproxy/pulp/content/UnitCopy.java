package smartproxy.pulp.content;

import java.util.Optional;

/**
 * What of a repository is copied into another one, and how.
 *
 * @param version of the first; empty: the current one
 * @param dependencies whether what the units need is copied with them, as far as the first has it
 * @param base the version of the second that they are added to; empty: the current one
 */
public record UnitCopy(UnitChoice units, Optional<String> version, boolean dependencies, Optional<String> base) {}
