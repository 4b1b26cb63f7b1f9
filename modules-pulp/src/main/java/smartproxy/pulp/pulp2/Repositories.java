package smartproxy.pulp.pulp2;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Operation;
import smartproxy.pulp.content.Change;
import smartproxy.pulp.content.ContentType;
import smartproxy.pulp.content.Page;
import smartproxy.pulp.content.Repository;
import smartproxy.pulp.content.Version;

/** Repositories, with what belongs to them. */
final class Repositories {
    private static final Operation LIST = Operation.repeatable("list repositories");
    private static final Operation FIND = Operation.repeatable("find repository");
    private static final Operation CREATE = Operation.once("create repository");
    private static final Operation UPDATE = Operation.once("update repository");
    private static final Operation REMOVE = Operation.once("remove repository");

    private static final String NAME = "[.\\-_A-Za-z0-9]{1,255}";

    private final String pulp;
    private final Pulp2Api api;
    private final Status status;

    Repositories(String pulp, Pulp2Api api, Status status) {
        this.pulp = pulp;
        this.api = api;
        this.status = status;
    }

    Page<Repository> repositories(
            Optional<ContentType> type, List<String> names, Page.Window window, Deadline deadline) {
        var ids = new ArrayList<String>();
        // Pulp tells no total, so the ids of all are asked for first
        var matching = new TreeMap<String, Object>();
        matching.put("notes." + Found.TYPE_NOTE, Map.of("$in", notes(type)));
        if (!names.isEmpty()) {
            matching.put("id", Map.of("$in", names));
        }
        search(
                        Map.of(
                                "filters",
                                matching,
                                "fields",
                                List.of("id"),
                                "sort",
                                List.of(List.of("id", "ascending"))),
                        false,
                        deadline)
                .forEach(one -> ids.add(one.path("id").asText()));
        var wanted = ids.stream().skip(window.offset()).limit(window.limit()).toList();
        return new Page<>(
                wanted.isEmpty()
                        ? List.of()
                        : detailed(wanted, deadline).stream()
                                .map(Found::repository)
                                .toList(),
                ids.size());
    }

    private static List<String> notes(Optional<ContentType> type) {
        return Arrays.stream(Pulp2Type.values())
                .filter(one -> type.isEmpty() || one.type() == type.get())
                .map(Pulp2Type::note)
                .toList();
    }

    private JsonNode search(Map<String, ?> criteria, boolean details, Deadline deadline) {
        return api.search(LIST, "repositories/search/", Map.of("criteria", criteria, "details", details), deadline);
    }

    private List<Found> detailed(List<String> ids, Deadline deadline) {
        var criteria = Map.of("filters", Map.of("id", Map.of("$in", ids)), "sort", List.of(List.of("id", "ascending")));
        var all = new ArrayList<Found>();
        search(criteria, true, deadline).forEach(one -> Found.of(one).ifPresent(all::add));
        return all;
    }

    /** All of a type, in parts. */
    List<Found> all(ContentType type, Deadline deadline) {
        var filters = Map.of("notes." + Found.TYPE_NOTE, Map.of("$in", notes(Optional.of(type))));
        var all = new ArrayList<Found>();
        var seen = 0;
        while (true) {
            var criteria = Map.of(
                    "filters",
                    filters,
                    "sort",
                    List.of(List.of("id", "ascending")),
                    "skip",
                    seen,
                    "limit",
                    Page.Window.MOST);
            var part = search(criteria, true, deadline);
            part.forEach(one -> Found.of(one).ifPresent(all::add));
            seen += part.size();
            if (part.size() < Page.Window.MOST) {
                return all;
            }
        }
    }

    Optional<Repository> repository(String name, Deadline deadline) {
        return found(name, deadline).map(Found::repository);
    }

    private Optional<Found> found(String name, Deadline deadline) {
        return name.matches(NAME) && !isDots(name)
                ? api.details(FIND, at(name), deadline).flatMap(Found::of)
                : Optional.empty();
    }

    /** @throws CallerException 404 */
    Found found(Repository repository, Deadline deadline) {
        return found(repository.name(), deadline)
                .orElseThrow(() -> CallerException.notFound("There is no repository '" + repository.name() + "'"));
    }

    private static boolean isDots(String name) {
        return name.equals(".") || name.equals("..");
    }

    private static String at(String name) {
        return "repositories/" + name + "/";
    }

    /** An address below that of a repository. */
    static String at(Repository repository, String more) {
        return at(repository.name()) + more;
    }

    private static Pulp2Type type(ContentType type) {
        return Pulp2Type.of(type)
                .orElseThrow(() -> CallerException.badRequest("Pulp 2 does not know repositories of type " + type));
    }

    Repository create(Repository wanted, Deadline deadline) {
        var type = type(wanted.type());
        if (!wanted.name().matches(NAME) || isDots(wanted.name())) {
            throw CallerException.badRequest(
                    "With Pulp 2 the name of a repository is of letters, digits, '.', '-' and '_'");
        }
        if (!status.types(deadline).contains(wanted.type())) {
            throw CallerException.badRequest(
                    "This Pulp does not know repositories of type " + type.type() + ": it has no " + type.importer());
        }
        var notes = new HashMap<>(wanted.labels());
        notes.put(Found.TYPE_NOTE, type.note());
        var body = Map.of(
                "id", wanted.name(),
                "display_name", wanted.name(),
                "description", wanted.description(),
                "notes", notes);
        var unused = api.post(CREATE, "repositories/", body, deadline);
        return repository(wanted.name(), deadline)
                .orElseThrow(() ->
                        BackendException.rejected("Pulp '" + pulp + "': create repository: it is made and not there"));
    }

    Change update(Repository present, String description, Map<String, String> labels, Deadline deadline) {
        if (present.description().equals(description) && present.labels().equals(labels)) {
            return Change.NONE;
        }
        var notes = new HashMap<String, @Nullable String>();
        present.labels().keySet().forEach(label -> notes.put(label, null)); // what is not told stays
        notes.putAll(labels);
        var delta = Map.of("description", description, "notes", notes);
        return api.put(UPDATE, at(present.name()), Map.of("delta", delta), deadline);
    }

    Change remove(Repository present, Deadline deadline) {
        return api.delete(REMOVE, at(present.name()), deadline);
    }

    Version counts(Repository repository, Optional<String> version, Deadline deadline) {
        var found = found(repository, deadline);
        var now = found.repository().version();
        if (version.isPresent() && !version.get().equals(now)) {
            throw CallerException.notFound("Repository '" + repository.name() + "' has no version " + version.get()
                    + "; Pulp 2 knows the one of now alone");
        }
        var counts = new TreeMap<String, Long>();
        found.json()
                .path("content_unit_counts")
                .properties()
                .forEach(type -> counts.put(type.getKey(), type.getValue().asLong()));
        return new Version(now, found.changed(), counts);
    }

    /** A part of a list. */
    static <T> Page<T> part(List<T> all, Page.Window window) {
        return new Page<>(
                all.stream().skip(window.offset()).limit(window.limit()).toList(), all.size());
    }
}
