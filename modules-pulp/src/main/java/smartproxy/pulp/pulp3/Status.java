package smartproxy.pulp.pulp3;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Operation;
import smartproxy.pulp.content.ContentType;
import smartproxy.pulp.content.PulpStatus;
import smartproxy.pulp.content.Storage;

/** What a Pulp says of itself. */
final class Status {
    private static final Operation STATUS = Operation.repeatable("status");
    private static final Operation RUNNING = Operation.repeatable("read tasks");

    private final Pulp3Api api;

    Status(Pulp3Api api) {
        this.api = api;
    }

    PulpStatus status(Deadline deadline) {
        var status = api.get(STATUS, "status/", deadline);
        var versions = new TreeMap<String, String>();
        status.path("versions")
                .forEach(one -> versions.put(
                        one.path("component").asText(), one.path("version").asText()));
        var workers = status.path("online_workers").size();
        var database = connected(status.path("database_connection"));
        return new PulpStatus(
                workers > 0 && database.orElse(true),
                workers,
                Optional.of(status.path("online_content_apps").size()),
                database,
                connected(status.path("redis_connection")),
                versions);
    }

    private static Optional<Boolean> connected(JsonNode connection) {
        return connection.path("connected").isBoolean()
                ? Optional.of(connection.path("connected").asBoolean())
                : Optional.empty();
    }

    Set<ContentType> types(Deadline deadline) {
        var types = EnumSet.noneOf(ContentType.class);
        status(deadline)
                .versions()
                .keySet()
                .forEach(component -> ContentType.named(component).ifPresent(types::add));
        return types;
    }

    Optional<Storage> storage(Deadline deadline) {
        var storage = api.get(STATUS, "status/", deadline).path("storage");
        return storage.path("total").isNumber()
                ? Optional.of(new Storage(
                        storage.path("total").asLong(),
                        storage.path("used").asLong(),
                        storage.path("free").asLong()))
                : Optional.empty();
    }

    /** Why a task that has not ended does not go on; empty when it does. */
    String trouble(JsonNode task, Deadline deadline) {
        return Tasks.trouble(task, api.get(STATUS, "status/", deadline), () -> begun(deadline));
    }

    private JsonNode begun(Deadline deadline) {
        return api.get(
                        RUNNING,
                        "tasks/",
                        deadline,
                        Pulp3Api.with("state__in", "running,canceling"),
                        Pulp3Api.with("fields", "worker"))
                .path("results");
    }
}
