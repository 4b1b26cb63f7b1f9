package smartproxy.pulp.pulp3;

import static smartproxy.pulp.pulp3.Pulp3Api.with;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Optional;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Operation;
import smartproxy.pulp.content.Change;
import smartproxy.pulp.content.ContentProvider.Named;
import smartproxy.pulp.content.ContentType;
import smartproxy.pulp.content.Page;
import smartproxy.pulp.content.Repository;
import smartproxy.pulp.content.Upstream;

/** Upstreams of repositories: remotes of their names. */
final class Upstreams {
    private static final Operation FIND_REMOTE = Operation.repeatable("find remote");
    private static final Operation SET_REMOTE = Operation.once("set remote");
    private static final Operation REMOVE_REMOTE = Operation.once("remove remote");

    private final Pulp3Api api;

    Upstreams(Pulp3Api api) {
        this.api = api;
    }

    /** The remote of a repository. */
    Optional<JsonNode> remote(Repository repository, Deadline deadline) {
        var address = "remotes/" + Pulp3Type.of(repository.type()).remotes() + "/";
        return api.first(FIND_REMOTE, address, deadline, with("name", repository.name()));
    }

    Optional<Upstream> upstream(Repository repository, Deadline deadline) {
        return remote(repository, deadline).map(remote -> Remotes.upstream(Pulp3Type.of(repository.type()), remote));
    }

    Change setUpstream(Repository repository, Upstream wanted, Deadline deadline) {
        var type = Pulp3Type.of(repository.type());
        var body = Remotes.body(type, wanted);
        var there = remote(repository, deadline);
        if (there.isPresent()) {
            return api.patch(SET_REMOTE, there.get().path("pulp_href").asText(), body, deadline);
        }
        body.put("name", repository.name());
        body.values().removeIf(java.util.Objects::isNull);
        return api.begin(SET_REMOTE, "remotes/" + type.remotes() + "/", body, deadline);
    }

    Change clearUpstream(Repository repository, Deadline deadline) {
        var remote = remote(repository, deadline);
        return remote.isEmpty()
                ? Change.NONE
                : api.delete(REMOVE_REMOTE, remote.get().path("pulp_href").asText(), deadline);
    }

    Page<Named<Upstream>> upstreams(ContentType type, Page.Window window, Deadline deadline) {
        var how = Pulp3Type.of(type);
        var found = api.get(
                FIND_REMOTE,
                "remotes/" + how.remotes() + "/",
                deadline,
                with("ordering", "name"),
                with("offset", window.offset()),
                with("limit", window.limit()));
        var upstreams = new ArrayList<Named<Upstream>>();
        found.path("results")
                .forEach(one -> upstreams.add(new Named<>(one.path("name").asText(), Remotes.upstream(how, one))));
        return new Page<>(upstreams, found.path("count").asLong());
    }
}
