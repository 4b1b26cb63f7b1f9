package smartproxy.pulp.pulp3;

import static smartproxy.pulp.pulp3.Pulp3Api.with;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Operation;
import smartproxy.pulp.content.Change;
import smartproxy.pulp.content.ContentType;
import smartproxy.pulp.content.Page;
import smartproxy.pulp.content.Repository;
import smartproxy.pulp.content.ServePoint;

/** Where repositories are served: distributions of their names, and the guard of those that are protected. */
final class ServePoints {
    private static final Operation FIND_DISTRIBUTION = Operation.repeatable("find distribution");
    private static final Operation DISTRIBUTE = Operation.once("distribute");
    private static final Operation UNDISTRIBUTE = Operation.once("remove distribution");
    private static final Operation FIND_GUARD = Operation.repeatable("find guard");
    private static final Operation SET_GUARD = Operation.once("set guard");

    private static final String GUARDS = "contentguards/certguard/rhsm/";
    private static final String GUARD = "smart_proxy";

    private final Pulp3Api api;

    ServePoints(Pulp3Api api) {
        this.api = api;
    }

    private Optional<JsonNode> distribution(Repository repository, Deadline deadline) {
        var address = "distributions/" + Pulp3Type.of(repository.type()).distributions() + "/";
        return api.first(FIND_DISTRIBUTION, address, deadline, with("name", repository.name()));
    }

    Optional<ServePoint> servePoint(Repository repository, Deadline deadline) {
        return distribution(repository, deadline).map(one -> servePoint(repository.type(), one));
    }

    private static ServePoint servePoint(ContentType type, JsonNode one) {
        var served = one.path("publication").isTextual() ? one.path("publication") : one.path("repository_version");
        var url = one.path("base_url").isTextual() ? one.path("base_url") : one.path("registry_path");
        return new ServePoint(
                one.path("name").asText(),
                type,
                one.path("base_path").asText(),
                // every container distribution has a guard, for the redirects of the registry
                type != ContentType.CONTAINER && one.path("content_guard").isTextual(),
                served.isTextual() ? served.asText() : "",
                url.isTextual() ? Optional.of(url.asText()) : Optional.empty(),
                Remotes.labels(one));
    }

    Change serve(Repository repository, ServePoint wanted, Deadline deadline) {
        var type = Pulp3Type.of(repository.type());
        var body = new LinkedHashMap<String, @Nullable Object>();
        body.put("name", wanted.name());
        body.put("base_path", wanted.path());
        body.put("pulp_labels", wanted.labels());
        if (type.type() == ContentType.CONTAINER) {
            if (wanted.protect()) {
                throw CallerException.badRequest("Images of a registry cannot be protected by certificates");
            }
        } else {
            body.put("content_guard", wanted.protect() ? guard(deadline) : null);
        }
        if (!wanted.target().isEmpty()) {
            body.put(type.publications().isPresent() ? "publication" : "repository_version", wanted.target());
        }
        var there = distribution(repository, deadline);
        return there.isPresent()
                ? api.patch(DISTRIBUTE, there.get().path("pulp_href").asText(), body, deadline)
                : api.begin(DISTRIBUTE, "distributions/" + type.distributions() + "/", body, deadline);
    }

    private String guard(Deadline deadline) {
        return api.first(FIND_GUARD, GUARDS, deadline, with("name", GUARD))
                .map(guard -> guard.path("pulp_href").asText())
                .orElseThrow(() -> CallerException.conflict(
                        "Nothing can be protected before the authority is set: PUT …/protection"));
    }

    Change unserve(Repository repository, Deadline deadline) {
        var there = distribution(repository, deadline);
        return there.isEmpty()
                ? Change.NONE
                : api.delete(UNDISTRIBUTE, there.get().path("pulp_href").asText(), deadline);
    }

    Page<ServePoint> servePoints(ContentType type, Page.Window window, Deadline deadline) {
        var found = api.get(
                FIND_DISTRIBUTION,
                "distributions/" + Pulp3Type.of(type).distributions() + "/",
                deadline,
                with("ordering", "name"),
                with("offset", window.offset()),
                with("limit", window.limit()));
        var points = new ArrayList<ServePoint>();
        found.path("results").forEach(one -> points.add(servePoint(type, one)));
        return new Page<>(points, found.path("count").asLong());
    }

    Change protect(String authority, Deadline deadline) {
        var guard = api.first(FIND_GUARD, GUARDS, deadline, with("name", GUARD));
        if (guard.isEmpty()) {
            return api.begin(SET_GUARD, GUARDS, Map.of("name", GUARD, "ca_certificate", authority), deadline);
        }
        if (guard.get().path("ca_certificate").asText().strip().equals(authority.strip())) {
            return Change.NONE;
        }
        var body = Map.of("ca_certificate", authority);
        var changed = api.patch(SET_GUARD, guard.get().path("pulp_href").asText(), body, deadline);
        return changed.changes() ? changed : Change.MADE;
    }
}
