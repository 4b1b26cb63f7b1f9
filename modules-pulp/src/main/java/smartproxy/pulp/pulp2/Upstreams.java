package smartproxy.pulp.pulp2;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Operation;
import smartproxy.pulp.content.Change;
import smartproxy.pulp.content.ContentProvider.Named;
import smartproxy.pulp.content.ContentType;
import smartproxy.pulp.content.Page;
import smartproxy.pulp.content.Repository;
import smartproxy.pulp.content.Upstream;

/** Upstreams of repositories: their importers. */
final class Upstreams {
    private static final Operation SET_IMPORTER = Operation.once("set importer");
    private static final Operation REMOVE_IMPORTER = Operation.once("remove importer");

    private final Pulp2Api api;
    private final Repositories repositories;

    Upstreams(Pulp2Api api, Repositories repositories) {
        this.api = api;
        this.repositories = repositories;
    }

    Optional<Upstream> upstream(Repository repository, Deadline deadline) {
        return repositories.found(repository, deadline).upstream();
    }

    Change setUpstream(Repository repository, Upstream wanted, Deadline deadline) {
        var found = repositories.found(repository, deadline);
        var config = Importers.config(found.type(), wanted);
        var importer = found.importer();
        if (importer.isEmpty()) {
            config.values().removeIf(java.util.Objects::isNull);
            var body = Map.of("importer_type_id", found.type().importer(), "importer_config", config);
            return api.post(SET_IMPORTER, Repositories.at(repository, "importers/"), body, deadline);
        }
        var differences = Importers.differences(config, importer.get().path("config"));
        var keys = new LinkedHashMap<>(differences);
        keys.keySet().retainAll(Importers.KEYS);
        differences.keySet().removeAll(Importers.KEYS);
        var address = Repositories.at(
                repository, "importers/" + importer.get().path("id").asText() + "/");
        var changes = new ArrayList<Change>();
        for (var part : List.of(differences, keys)) {
            if (!part.isEmpty()) {
                changes.add(api.put(SET_IMPORTER, address, Map.of("importer_config", part), deadline));
            }
        }
        return Tasks.asOne(changes);
    }

    Change clearUpstream(Repository repository, Deadline deadline) {
        var importer = repositories.found(repository, deadline).importer();
        return importer.isEmpty()
                ? Change.NONE
                : api.delete(
                        REMOVE_IMPORTER,
                        Repositories.at(
                                repository,
                                "importers/" + importer.get().path("id").asText() + "/"),
                        deadline);
    }

    Page<Named<Upstream>> upstreams(ContentType type, Page.Window window, Deadline deadline) {
        var upstreams = new ArrayList<Named<Upstream>>();
        for (var found : repositories.all(type, deadline)) {
            found.upstream()
                    .ifPresent(
                            one -> upstreams.add(new Named<>(found.repository().name(), one)));
        }
        return Repositories.part(upstreams, window);
    }
}
