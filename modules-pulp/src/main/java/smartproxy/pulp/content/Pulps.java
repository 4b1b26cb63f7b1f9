package smartproxy.pulp.content;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

        /**
         * One to be changed.
         *
         * @throws CallerException as {@link #repository(String, Deadline)}; 409 when somebody else made it
         */
        Repository ours(String repository, Deadline deadline) {
            return ours(repository(repository, deadline));
        }

        /** @throws CallerException 409 when somebody else made it */
        Repository ours(Repository repository) {
            Ownership.require("Repository '" + repository.name() + "'", repository.labels());
            return repository;
        }

        /** @throws CallerException 400 when it cannot do that */
        void require(ContentAbility ability) {
            if (!provider.abilities().contains(ability)) {
                throw CallerException.badRequest(
                        "Pulp '" + name + "' is a " + kind + ", which does not know " + ability.phrase());
            }
        }

        /**
         * A repository at a version.
         *
         * @param version of those there are; empty: the current one
         * @throws CallerException 404 when there is no such repository or version, 400 when it cannot do that
         */
        Repository repository(String repository, Optional<String> version, Deadline deadline) {
            if (version.isEmpty()) {
                return repository(repository, deadline);
            }
            require(ContentAbility.VERSIONS);
            var found = repository(repository, deadline);
            var unused = provider.counts(found, version, deadline);
            return found.at(version.get());
        }

        /** @throws CallerException 409 when there is nothing to sync it from */
        void requireUpstream(Repository repository, Deadline deadline) {
            if (provider.upstream(repository, deadline).isEmpty()) {
                throw CallerException.conflict("Repository '" + repository.name() + "' has no upstream");
            }
        }

        /** @throws CallerException 409 when its version is to be published first */
        void requireServable(Repository repository, Deadline deadline) {
            if (provider.servable(repository, deadline).isEmpty()) {
                throw CallerException.conflict("Version " + repository.version() + " of repository '"
                        + repository.name() + "' is not published: POST …/publish with {\"version\": \""
                        + repository.version() + "\"} does that");
            }
        }

        /** @throws CallerException 400 when its publications have no checksums to choose */
        void requireChecksums(Repository repository) {
            if (repository.type() != ContentType.RPM) {
                throw CallerException.badRequest("Key 'checksum_type' is for rpm alone, and '" + repository.name()
                        + "' is of type " + repository.type());
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
