package smartproxy.pulp.content;

import java.util.Map;
import java.util.Optional;

/**
 * Which units of a repository are listed.
 *
 * @param type as in {@link Version#counts}
 * @param version a number of {@link ContentProvider#versions}; empty: the current one
 * @param filters what they have, in the backend's words: {@code name} is {@code bear}
 */
public record UnitQuery(String type, Optional<String> version, Map<String, String> filters) {
    public UnitQuery {
        filters = Map.copyOf(filters);
    }
}
