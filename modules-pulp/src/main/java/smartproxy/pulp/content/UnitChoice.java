package smartproxy.pulp.content;

import java.util.List;

/**
 * Units of a repository that something is done with.
 *
 * @param ids by which the backend knows them, as {@link ContentProvider#units} lists them: with Pulp 3 their {@code pulp_href}; empty:
 *     all that there are
 */
public record UnitChoice(List<String> ids) {
    public static final UnitChoice ALL = new UnitChoice(List.of());

    public UnitChoice {
        ids = List.copyOf(ids);
    }

    public boolean isAll() {
        return ids.isEmpty();
    }
}
