package smartproxy.pulp.pulp3;

import static smartproxy.pulp.pulp3.Pulp3Api.with;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Operation;
import smartproxy.pulp.content.Change;
import smartproxy.pulp.content.ChecksumType;
import smartproxy.pulp.content.ContentType;
import smartproxy.pulp.content.Repository;
import smartproxy.pulp.content.SyncMode;

/** Brings what upstream has into repositories, and makes it servable. */
final class Publishing {
    private static final Operation SYNC = Operation.once("sync");
    private static final Operation FIND_PUBLICATION = Operation.repeatable("find publication");
    private static final Operation PUBLISH = Operation.once("publish");

    private final Pulp3Api api;
    private final Upstreams upstreams;

    Publishing(Pulp3Api api, Upstreams upstreams) {
        this.api = api;
        this.upstreams = upstreams;
    }

    Change sync(Repository repository, SyncMode how, Deadline deadline) {
        var type = Pulp3Type.of(repository.type());
        var remote = upstreams
                .remote(repository, deadline)
                .orElseThrow(() -> CallerException.conflict("Repository '" + repository.name() + "' has no upstream"));
        var body = new LinkedHashMap<String, Object>();
        body.put("remote", remote.path("pulp_href").asText());
        if (type.type() == ContentType.RPM) {
            body.put(
                    "sync_policy",
                    switch (how.mode()) {
                        case ADDITIVE -> "additive";
                        case MIRROR -> "mirror_content_only";
                        case MIRROR_COMPLETE -> "mirror_complete";
                    });
            if (!how.skip().isEmpty()) {
                body.put("skip_types", how.skip());
            }
        } else {
            body.put("mirror", how.mode() != SyncMode.Mode.ADDITIVE);
        }
        if (!how.optimize() && type.knowsOptimize()) {
            body.put("optimize", false);
        }
        return api.begin(SYNC, repository.id() + "sync/", body, deadline);
    }

    Optional<String> servable(Repository repository, Deadline deadline) {
        var version = Repositories.version(repository, repository.version());
        var publications = Pulp3Type.of(repository.type()).publications();
        if (publications.isEmpty()) {
            return Optional.of(version);
        }
        return newest(publications.get(), version, deadline).map(Publishing::href);
    }

    Optional<String> servable(Repository repository, ChecksumType checksums, Deadline deadline) {
        var version = Repositories.version(repository, repository.version());
        return newest(Pulp3Type.of(repository.type()).publications().orElseThrow(), version, deadline)
                .filter(one -> one.path("checksum_type").asText().equals(checksums.toString()))
                .map(Publishing::href);
    }

    private Optional<JsonNode> newest(String publications, String version, Deadline deadline) {
        return api.first(
                FIND_PUBLICATION,
                "publications/" + publications + "/",
                deadline,
                with("repository_version", version),
                with("ordering", "-pulp_created"),
                with("limit", 1));
    }

    private static String href(JsonNode publication) {
        return publication.path("pulp_href").asText();
    }

    Change publish(Repository repository, Deadline deadline) {
        return publish(repository, Map.of(), deadline);
    }

    Change publish(Repository repository, ChecksumType checksums, Deadline deadline) {
        return publish(repository, Map.of("checksum_type", checksums.toString()), deadline);
    }

    private Change publish(Repository repository, Map<String, String> options, Deadline deadline) {
        var publications = Pulp3Type.of(repository.type()).publications();
        if (publications.isEmpty()) {
            return Change.NONE;
        }
        var body = new LinkedHashMap<>(options);
        body.put("repository_version", Repositories.version(repository, repository.version()));
        return api.begin(PUBLISH, "publications/" + publications.get() + "/", body, deadline);
    }

    boolean publishes(ContentType type) {
        return Pulp3Type.of(type).publications().isPresent();
    }
}
