package smartproxy.pulp.pulp2;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Operation;
import smartproxy.pulp.content.ContentAbility;
import smartproxy.pulp.content.ContentType;
import smartproxy.pulp.content.FileSystemLooks;
import smartproxy.pulp.content.PulpStatus;
import smartproxy.pulp.content.Storage;

/** What a Pulp says of itself. */
final class Status {
    private static final Operation STATUS = Operation.repeatable("status");
    private static final Operation TYPES = Operation.repeatable("read importer types");

    private final String pulp;
    private final Pulp2Api api;
    private final Optional<Path> content;
    private final FileSystemLooks looks;

    Status(String pulp, Pulp2Api api, Optional<Path> content, FileSystemLooks looks) {
        this.pulp = pulp;
        this.api = api;
        this.content = content;
        this.looks = looks;
    }

    PulpStatus status(Deadline deadline) {
        var status = asItIs(deadline);
        var workers = Workers.of(status);
        var database = connected(status.path("database_connection"));
        var broker = connected(status.path("messaging_connection"));
        var version = status.path("versions").path("platform_version");
        return new PulpStatus(
                !workers.reserved().isEmpty()
                        && workers.manages()
                        && workers.schedules()
                        && database.orElse(true)
                        && broker.orElse(true),
                workers.reserved().size(),
                Optional.empty(),
                database,
                broker,
                version.isTextual() ? Map.of("platform", version.asText()) : Map.of());
    }

    /** In the words of Pulp. */
    JsonNode asItIs(Deadline deadline) {
        return api.get(STATUS, "status/", deadline);
    }

    private static Optional<Boolean> connected(JsonNode connection) {
        return connection.path("connected").isBoolean()
                ? Optional.of(connection.path("connected").asBoolean())
                : Optional.empty();
    }

    Set<ContentType> types(Deadline deadline) {
        var types = EnumSet.noneOf(ContentType.class);
        api.get(TYPES, "plugins/importers/", deadline)
                .forEach(importer ->
                        Pulp2Type.ofImporter(importer.path("id").asText()).ifPresent(type -> types.add(type.type())));
        return types;
    }

    Optional<Storage> storage(Deadline deadline) {
        var directory = content.orElseThrow(ContentAbility.STORAGE::undeclared);
        try {
            return Optional.of(looks.look(() -> storage(directory), deadline));
        } catch (ExecutionException e) {
            throw new BackendException(
                    Kind.UNAVAILABLE,
                    Outcome.NOT_APPLIED,
                    "Pulp '" + pulp + "': storage: " + directory + " cannot be looked at: " + e.getCause(),
                    e);
        }
    }

    private static Storage storage(Path directory) throws IOException {
        var store = Files.getFileStore(directory);
        return new Storage(
                store.getTotalSpace(), store.getTotalSpace() - store.getUnallocatedSpace(), store.getUsableSpace());
    }
}
