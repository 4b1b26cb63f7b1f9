package smartproxy.pulp.pulp2;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import smartproxy.pulp.content.Repository;
import smartproxy.pulp.content.ServePoint;
import smartproxy.pulp.content.Upstream;

/** A repository as Pulp tells of it, with importers and distributors. */
record Found(Pulp2Type type, JsonNode json) {
    /** Says of which type a repository is. */
    static final String TYPE_NOTE = "_repo-type";

    /** Empty for a type that is not ours to know. */
    static Optional<Found> of(JsonNode json) {
        return Pulp2Type.ofNote(json.path("notes").path(TYPE_NOTE).asText()).map(type -> new Found(type, json));
    }

    Repository repository() {
        var id = json.path("id").asText();
        return new Repository(
                id,
                type.type(),
                id,
                json.path("description").asText("").replaceFirst("^null$", ""),
                version(),
                labels());
    }

    private Map<String, String> labels() {
        var labels = new HashMap<String, String>();
        json.path("notes").properties().forEach(note -> {
            if (!note.getKey().equals(TYPE_NOTE) && note.getValue().isValueNode()) {
                labels.put(note.getKey(), note.getValue().asText());
            }
        });
        return labels;
    }

    private Optional<Instant> added() {
        return Tasks.time(json.path("last_unit_added"));
    }

    private Optional<Instant> removed() {
        return Tasks.time(json.path("last_unit_removed"));
    }

    /** When its content was changed last. */
    Optional<Instant> changed() {
        return added().isPresent() && removed().isPresent()
                ? added().filter(time -> time.isAfter(removed().get())).or(this::removed)
                : added().or(this::removed);
    }

    /** {@code ADDED_REMOVED} in milliseconds since 1970; {@code 0_0} as long as nothing ever was in it. */
    private String version() {
        return added().map(Instant::toEpochMilli).orElse(0L) + "_"
                + removed().map(Instant::toEpochMilli).orElse(0L);
    }

    Optional<JsonNode> importer() {
        return first("importers", "importer_type_id", type.importer());
    }

    Optional<JsonNode> distributor() {
        return first("distributors", "distributor_type_id", type.distributor());
    }

    private Optional<JsonNode> first(String list, String key, String value) {
        for (var one : json.path(list)) {
            if (one.path(key).asText().equals(value)) {
                return Optional.of(one);
            }
        }
        return Optional.empty();
    }

    Optional<Upstream> upstream() {
        return importer().flatMap(importer -> Importers.upstream(type, importer.path("config"), labels()));
    }

    /** Whether the distributor has published what is in the repository, with the configuration that it has. */
    boolean isPublished() {
        var published = distributor().flatMap(one -> Tasks.time(one.path("last_publish")));
        var configured = distributor().flatMap(one -> Tasks.time(one.path("last_updated")));
        return published.isPresent()
                && changed().filter(time -> time.isAfter(published.get())).isEmpty()
                && configured.filter(time -> time.isAfter(published.get())).isEmpty();
    }

    Optional<ServePoint> servePoint() {
        return distributor()
                .map(one -> Distributors.servePoint(
                        type, repository(), one.path("config"), isPublished() ? version() : ""));
    }
}
