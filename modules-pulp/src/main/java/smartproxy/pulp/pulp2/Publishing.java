package smartproxy.pulp.pulp2;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Operation;
import smartproxy.pulp.content.Change;
import smartproxy.pulp.content.ContentType;
import smartproxy.pulp.content.Page;
import smartproxy.pulp.content.Repository;
import smartproxy.pulp.content.ServePoint;
import smartproxy.pulp.content.SyncMode;

/** Brings what upstream has into repositories, and serves it: their distributors. */
final class Publishing {
    private static final Operation SYNC = Operation.once("sync");
    private static final Operation PUBLISH = Operation.once("publish");
    private static final Operation DISTRIBUTE = Operation.once("distribute");
    private static final Operation UNDISTRIBUTE = Operation.once("remove distributor");

    private final Pulp2Api api;
    private final Repositories repositories;

    Publishing(Pulp2Api api, Repositories repositories) {
        this.api = api;
        this.repositories = repositories;
    }

    Change sync(Repository repository, SyncMode mode, Deadline deadline) {
        var found = repositories.found(repository, deadline);
        if (found.upstream().isEmpty()) {
            throw CallerException.conflict("Repository '" + repository.name() + "' has no upstream");
        }
        var override = new LinkedHashMap<String, Object>();
        if (found.type().removesMissing()) {
            override.put("remove_missing", mode.mode() != SyncMode.Mode.ADDITIVE);
        }
        if (!mode.optimize()) {
            override.put("force_full", true);
        }
        if (found.type() == Pulp2Type.RPM && !mode.skip().isEmpty()) {
            // the unit of a treeinfo file is a distribution
            override.put(
                    "type_skip_list",
                    mode.skip().stream()
                            .map(type -> type.equals("treeinfo") ? "distribution" : type)
                            .toList());
        }
        return api.post(
                SYNC, Repositories.at(repository, "actions/sync/"), Map.of("override_config", override), deadline);
    }

    /** That of now, unless there is a distributor that has yet to publish it; one that is made publishes at once. */
    Optional<String> servable(Repository repository, Deadline deadline) {
        var found = repositories.found(repository, deadline);
        return found.distributor().isPresent() && !found.isPublished()
                ? Optional.empty()
                : Optional.of(found.repository().version());
    }

    boolean publishes(ContentType type) {
        return false;
    }

    Change publish(Repository repository, Deadline deadline) {
        var found = repositories.found(repository, deadline);
        var distributor = found.distributor();
        return distributor.isEmpty() || found.isPublished()
                ? Change.NONE
                : publish(repository, distributor.get().path("id").asText(), deadline);
    }

    private Change publish(Repository repository, String distributor, Deadline deadline) {
        return api.post(PUBLISH, Repositories.at(repository, "actions/publish/"), Map.of("id", distributor), deadline);
    }

    Optional<ServePoint> servePoint(Repository repository, Deadline deadline) {
        return repositories.found(repository, deadline).servePoint();
    }

    Change serve(Repository repository, ServePoint wanted, Deadline deadline) {
        var found = repositories.found(repository, deadline);
        var config = Distributors.config(found.type(), wanted);
        var distributor = found.distributor();
        var changes = new ArrayList<Change>();
        var id = distributor
                .map(one -> one.path("id").asText())
                .orElse(found.type().distributor());
        if (distributor.isEmpty()) {
            var body = Map.of(
                    "distributor_id",
                    id,
                    "distributor_type_id",
                    found.type().distributor(),
                    "distributor_config",
                    config,
                    "auto_publish",
                    false);
            changes.add(api.post(DISTRIBUTE, Repositories.at(repository, "distributors/"), body, deadline));
        } else {
            var differences = Importers.differences(config, distributor.get().path("config"));
            if (!differences.isEmpty()) {
                var body = Map.of("distributor_config", differences);
                changes.add(
                        api.put(DISTRIBUTE, Repositories.at(repository, "distributors/" + id + "/"), body, deadline));
            }
        }
        // what it serves and where is as it was until it publishes
        if (!changes.isEmpty() || (!wanted.target().isEmpty() && !found.isPublished())) {
            changes.add(publish(repository, id, deadline));
        }
        return Tasks.asOne(changes);
    }

    Change unserve(Repository repository, Deadline deadline) {
        var distributor = repositories.found(repository, deadline).distributor();
        return distributor.isEmpty()
                ? Change.NONE
                : api.delete(
                        UNDISTRIBUTE,
                        Repositories.at(
                                repository,
                                "distributors/" + distributor.get().path("id").asText() + "/"),
                        deadline);
    }

    Page<ServePoint> servePoints(ContentType type, Page.Window window, Deadline deadline) {
        return Repositories.part(
                repositories.all(type, deadline).stream()
                        .flatMap(found -> found.servePoint().stream())
                        .toList(),
                window);
    }
}
