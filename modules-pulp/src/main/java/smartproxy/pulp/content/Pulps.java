package smartproxy.pulp.content;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;

/** The Pulps that are managed, by name. Immutable. */
public final class Pulps {
    /** The name of the one that is meant when none is named. */
    public static final String DEFAULT = "pulp";

    /**
     * A Pulp.
     *
     * @param kind {@code pulp3}
     */
    public record Pulp(String name, String kind, ContentProvider provider) {
        /** @throws CallerException 404 when there is none of that name, 400 when that is no name */
        Repository repository(String repository, Deadline deadline) {
            return provider.repository(ContentInput.name(repository), deadline)
                    .orElseThrow(() ->
                            CallerException.notFound("Pulp '" + name + "' has no repository '" + repository + "'"));
        }

        /** @throws CallerException 400 when it cannot do that */
        void require(ContentAbility ability) {
            if (!provider.abilities().contains(ability)) {
                throw CallerException.badRequest(
                        "Pulp '" + name + "' is a " + kind + ", which does not know " + ability.phrase());
            }
        }
    }

    private final Map<String, Pulp> all = new LinkedHashMap<>();

    public Pulps(List<Pulp> pulps) {
        pulps.forEach(pulp -> all.put(pulp.name(), pulp));
    }

    List<Pulp> all() {
        return List.copyOf(all.values());
    }

    /** @throws CallerException 404 */
    Pulp named(String name) {
        var pulp = all.get(name);
        if (pulp == null) {
            throw CallerException.notFound(
                    "There is no Pulp '" + name + "'; known are " + String.join(", ", all.keySet()));
        }
        return pulp;
    }
}
