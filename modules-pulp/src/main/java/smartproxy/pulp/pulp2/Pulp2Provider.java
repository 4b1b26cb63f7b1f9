package smartproxy.pulp.pulp2;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.Backend;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.HttpPeer;
import smartproxy.core.api.Operation;
import smartproxy.pulp.content.Change;
import smartproxy.pulp.content.ContentAbility;
import smartproxy.pulp.content.ContentProvider;
import smartproxy.pulp.content.ContentType;
import smartproxy.pulp.content.JobState;
import smartproxy.pulp.content.Page;
import smartproxy.pulp.content.PulpStatus;
import smartproxy.pulp.content.Repository;
import smartproxy.pulp.content.ServePoint;
import smartproxy.pulp.content.Storage;
import smartproxy.pulp.content.SyncMode;
import smartproxy.pulp.content.Task;
import smartproxy.pulp.content.Upstream;
import smartproxy.pulp.content.Version;

/**
 * A Pulp 2. Upstream and serve point of a repository are its importer and the first distributor of the type's kind; both have the labels of
 * their repository, which are its notes. There is one version, named by the times of the last unit added and removed; a distributor serves it
 * once it has published since. Pulp does the tasks of one repository one after the other, so several are begun at once and are one here.
 */
public final class Pulp2Provider implements ContentProvider {
    private static final Operation STATUS = Operation.repeatable("status");
    private static final Operation TYPES = Operation.repeatable("read importer types");
    private static final Operation LIST = Operation.repeatable("list repositories");
    private static final Operation FIND = Operation.repeatable("find repository");
    private static final Operation CREATE = Operation.once("create repository");
    private static final Operation UPDATE = Operation.once("update repository");
    private static final Operation REMOVE = Operation.once("remove repository");
    private static final Operation SET_IMPORTER = Operation.once("set importer");
    private static final Operation REMOVE_IMPORTER = Operation.once("remove importer");
    private static final Operation SYNC = Operation.once("sync");
    private static final Operation PUBLISH = Operation.once("publish");
    private static final Operation DISTRIBUTE = Operation.once("distribute");
    private static final Operation UNDISTRIBUTE = Operation.once("remove distributor");
    private static final Operation ORPHANS = Operation.once("remove orphans");
    private static final Operation VERIFY = Operation.once("verify");
    private static final Operation TASKS = Operation.repeatable("read tasks");
    private static final Operation CANCEL = Operation.repeatable("cancel task");
    private static final Operation PURGE = Operation.once("purge tasks");

    private static final String TYPE_NOTE = "_repo-type";
    private static final String NAME = "[.\\-_A-Za-z0-9]{1,255}";
    /** Pulp forgets all tasks that ended or none, so a time that has passed longer ago is refused. */
    private static final Duration NOW = Duration.ofMinutes(5);

    private final String pulp;
    private final Pulp2Api api;
    private final Optional<Path> content;
    private final Clock clock;

    /**
     * @param pulp its name, for errors
     * @param root path of its API, with slashes at both ends: {@code /pulp/api/v2/}
     * @param content directory of its content, where that is on this host
     */
    public Pulp2Provider(String pulp, String root, HttpPeer peer, Backend backend, Optional<Path> content) {
        this.pulp = pulp;
        this.api = new Pulp2Api(pulp, root, peer, backend);
        this.content = content;
        this.clock = Clock.systemUTC();
    }

    @Override
    public Set<ContentAbility> abilities() {
        return content.isPresent() ? Set.of(ContentAbility.STORAGE) : Set.of();
    }

    private static UnsupportedOperationException undeclared() {
        return new UnsupportedOperationException("Pulp 2 has not declared that");
    }

    // the Pulp

    @Override
    public PulpStatus status(Deadline deadline) {
        var status = api.get(STATUS, "status/", deadline);
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

    private static Optional<Boolean> connected(JsonNode connection) {
        return connection.path("connected").isBoolean()
                ? Optional.of(connection.path("connected").asBoolean())
                : Optional.empty();
    }

    @Override
    public Set<ContentType> types(Deadline deadline) {
        var types = EnumSet.noneOf(ContentType.class);
        api.get(TYPES, "plugins/importers/", deadline)
                .forEach(importer ->
                        Pulp2Type.ofImporter(importer.path("id").asText()).ifPresent(type -> types.add(type.type())));
        return types;
    }

    @Override
    public Optional<Storage> storage(Deadline deadline) {
        var directory = content.orElseThrow(Pulp2Provider::undeclared);
        try {
            var store = Files.getFileStore(directory);
            return Optional.of(new Storage(
                    store.getTotalSpace(),
                    store.getTotalSpace() - store.getUnallocatedSpace(),
                    store.getUsableSpace()));
        } catch (IOException e) {
            throw new BackendException(
                    Kind.UNAVAILABLE,
                    Outcome.NOT_APPLIED,
                    "Pulp '" + pulp + "': storage: " + directory + " cannot be looked at: " + e,
                    e);
        }
    }

    // repositories

    @Override
    public Page<Repository> repositories(
            Optional<ContentType> type, List<String> names, Page.Window window, Deadline deadline) {
        var ids = new ArrayList<String>();
        // Pulp tells no total, so the ids of all are asked for first
        var matching = new TreeMap<String, Object>();
        matching.put("notes." + TYPE_NOTE, Map.of("$in", notes(type)));
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
    private List<Found> all(ContentType type, Deadline deadline) {
        var filters = Map.of("notes." + TYPE_NOTE, Map.of("$in", notes(Optional.of(type))));
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

    @Override
    public Optional<Repository> repository(String name, Deadline deadline) {
        return found(name, deadline).map(Found::repository);
    }

    private Optional<Found> found(String name, Deadline deadline) {
        return name.matches(NAME) && !isDots(name)
                ? api.details(FIND, at(name), deadline).flatMap(Found::of)
                : Optional.empty();
    }

    private Found found(Repository repository, Deadline deadline) {
        return found(repository.name(), deadline)
                .orElseThrow(() -> CallerException.notFound("There is no repository '" + repository.name() + "'"));
    }

    private static boolean isDots(String name) {
        return name.equals(".") || name.equals("..");
    }

    private static String at(String name) {
        return "repositories/" + name + "/";
    }

    private static String at(Repository repository, String more) {
        return at(repository.name()) + more;
    }

    private static Pulp2Type type(ContentType type) {
        return Pulp2Type.of(type)
                .orElseThrow(() -> CallerException.badRequest("Pulp 2 does not know repositories of type " + type));
    }

    @Override
    public Repository create(Repository wanted, Deadline deadline) {
        var type = type(wanted.type());
        if (!wanted.name().matches(NAME) || isDots(wanted.name())) {
            throw CallerException.badRequest(
                    "With Pulp 2 the name of a repository is of letters, digits, '.', '-' and '_'");
        }
        if (!types(deadline).contains(wanted.type())) {
            throw CallerException.badRequest(
                    "This Pulp does not know repositories of type " + type.type() + ": it has no " + type.importer());
        }
        var notes = new HashMap<>(wanted.labels());
        notes.put(TYPE_NOTE, type.note());
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

    @Override
    public Change update(Repository present, String description, Map<String, String> labels, Deadline deadline) {
        if (present.description().equals(description) && present.labels().equals(labels)) {
            return Change.NONE;
        }
        var notes = new HashMap<String, @Nullable String>();
        present.labels().keySet().forEach(label -> notes.put(label, null)); // what is not told stays
        notes.putAll(labels);
        var delta = Map.of("description", description, "notes", notes);
        return api.put(UPDATE, at(present.name()), Map.of("delta", delta), deadline);
    }

    @Override
    public Change remove(Repository present, Deadline deadline) {
        return api.delete(REMOVE, at(present.name()), deadline);
    }

    @Override
    public Version counts(Repository repository, Optional<String> version, Deadline deadline) {
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

    @Override
    public Page<Version> versions(Repository repository, Page.Window window, Deadline deadline) {
        throw undeclared();
    }

    @Override
    public Change removeVersion(Repository repository, String number, Deadline deadline) {
        throw undeclared();
    }

    @Override
    public Page<String> units(Repository repository, String type, Page.Window window, Deadline deadline) {
        throw undeclared();
    }

    // upstream

    @Override
    public Optional<Upstream> upstream(Repository repository, Deadline deadline) {
        return found(repository, deadline).upstream();
    }

    @Override
    public Change setUpstream(Repository repository, Upstream wanted, Deadline deadline) {
        var found = found(repository, deadline);
        var config = Importers.config(found.type(), wanted);
        var importer = found.importer();
        if (importer.isEmpty()) {
            config.values().removeIf(java.util.Objects::isNull);
            var body = Map.of("importer_type_id", found.type().importer(), "importer_config", config);
            return api.post(SET_IMPORTER, at(repository, "importers/"), body, deadline);
        }
        var differences = Importers.differences(config, importer.get().path("config"));
        var keys = new LinkedHashMap<>(differences);
        keys.keySet().retainAll(Importers.KEYS);
        differences.keySet().removeAll(Importers.KEYS);
        var address = at(repository, "importers/" + importer.get().path("id").asText() + "/");
        var changes = new ArrayList<Change>();
        for (var part : List.of(differences, keys)) {
            if (!part.isEmpty()) {
                changes.add(api.put(SET_IMPORTER, address, Map.of("importer_config", part), deadline));
            }
        }
        return together(changes);
    }

    /** Several as one. */
    private static Change together(List<Change> changes) {
        var tasks = changes.stream().flatMap(change -> change.task().stream()).toList();
        if (!tasks.isEmpty()) {
            return Change.by(Tasks.id(tasks));
        }
        return changes.isEmpty() ? Change.NONE : Change.MADE;
    }

    @Override
    public Change clearUpstream(Repository repository, Deadline deadline) {
        var importer = found(repository, deadline).importer();
        return importer.isEmpty()
                ? Change.NONE
                : api.delete(
                        REMOVE_IMPORTER,
                        at(repository, "importers/" + importer.get().path("id").asText() + "/"),
                        deadline);
    }

    @Override
    public Page<Named<Upstream>> upstreams(ContentType type, Page.Window window, Deadline deadline) {
        var upstreams = new ArrayList<Named<Upstream>>();
        for (var found : all(type, deadline)) {
            found.upstream()
                    .ifPresent(
                            one -> upstreams.add(new Named<>(found.repository().name(), one)));
        }
        return part(upstreams, window);
    }

    private static <T> Page<T> part(List<T> all, Page.Window window) {
        return new Page<>(
                all.stream().skip(window.offset()).limit(window.limit()).toList(), all.size());
    }

    // content

    @Override
    public Change sync(Repository repository, SyncMode mode, Deadline deadline) {
        var found = found(repository, deadline);
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
        return api.post(SYNC, at(repository, "actions/sync/"), Map.of("override_config", override), deadline);
    }

    /** That of now, unless there is a distributor that has yet to publish it; one that is made publishes at once. */
    @Override
    public Optional<String> servable(Repository repository, Deadline deadline) {
        var found = found(repository, deadline);
        return found.distributor().isPresent() && !found.isPublished()
                ? Optional.empty()
                : Optional.of(found.repository().version());
    }

    @Override
    public boolean publishes(ContentType type) {
        return false;
    }

    @Override
    public Change publish(Repository repository, Deadline deadline) {
        var found = found(repository, deadline);
        var distributor = found.distributor();
        return distributor.isEmpty() || found.isPublished()
                ? Change.NONE
                : publish(repository, distributor.get().path("id").asText(), deadline);
    }

    private Change publish(Repository repository, String distributor, Deadline deadline) {
        return api.post(PUBLISH, at(repository, "actions/publish/"), Map.of("id", distributor), deadline);
    }

    @Override
    public Optional<ServePoint> servePoint(Repository repository, Deadline deadline) {
        return found(repository, deadline).servePoint();
    }

    @Override
    public Change serve(Repository repository, ServePoint wanted, Deadline deadline) {
        var found = found(repository, deadline);
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
            changes.add(api.post(DISTRIBUTE, at(repository, "distributors/"), body, deadline));
        } else {
            var differences = Importers.differences(config, distributor.get().path("config"));
            if (!differences.isEmpty()) {
                var body = Map.of("distributor_config", differences);
                changes.add(api.put(DISTRIBUTE, at(repository, "distributors/" + id + "/"), body, deadline));
            }
        }
        // what it serves and where is as it was until it publishes
        if (!changes.isEmpty() || (!wanted.target().isEmpty() && !found.isPublished())) {
            changes.add(publish(repository, id, deadline));
        }
        return together(changes);
    }

    @Override
    public Change unserve(Repository repository, Deadline deadline) {
        var distributor = found(repository, deadline).distributor();
        return distributor.isEmpty()
                ? Change.NONE
                : api.delete(
                        UNDISTRIBUTE,
                        at(
                                repository,
                                "distributors/" + distributor.get().path("id").asText() + "/"),
                        deadline);
    }

    @Override
    public Page<ServePoint> servePoints(ContentType type, Page.Window window, Deadline deadline) {
        return part(
                all(type, deadline).stream()
                        .flatMap(found -> found.servePoint().stream())
                        .toList(),
                window);
    }

    @Override
    public Change protect(String authority, Deadline deadline) {
        throw undeclared();
    }

    // upkeep

    @Override
    public Change removeOrphans(Duration minimumAge, Deadline deadline) {
        if (!minimumAge.isZero()) {
            throw CallerException.badRequest(
                    "Pulp 2 does not know how old orphans are: ask for a minimum age of 0, which removes them all");
        }
        return api.delete(ORPHANS, "content/orphans/", deadline);
    }

    @Override
    public Change verify(Repository repository, Deadline deadline) {
        return api.post(VERIFY, at(repository, "actions/download/"), Map.of("verify_all_units", true), deadline);
    }

    @Override
    public Change reclaim(List<Repository> repositories, Deadline deadline) {
        throw undeclared();
    }

    // the backend's own tasks

    /** The total is that of the list as far as it is known: one more than was given when there are more. */
    @Override
    public Page<Task> tasks(Optional<JobState> state, Page.Window window, Deadline deadline) {
        var criteria = new LinkedHashMap<String, Object>();
        criteria.put(
                "filters",
                state.map(one -> Map.of("state", Map.of("$in", Tasks.names(one))))
                        .orElse(Map.of()));
        criteria.put("sort", List.of(List.of("start_time", "descending"), List.of("task_id", "descending")));
        criteria.put("skip", window.offset());
        criteria.put("limit", window.limit() + 1);
        var found = api.search(TASKS, "tasks/search/", Map.of("criteria", criteria), deadline);
        var tasks = new ArrayList<Task>();
        found.forEach(one -> tasks.add(Tasks.one(one.path("task_id").asText(), List.of(one), "")));
        return new Page<>(
                tasks.subList(0, Math.min(tasks.size(), window.limit())), window.offset() + (long) tasks.size());
    }

    private List<JsonNode> tasksOf(String id, Deadline deadline) {
        return Tasks.all(Tasks.ids(id), one -> api.find(TASKS, "tasks/" + one + "/", deadline));
    }

    @Override
    public Optional<Task> task(String id, Deadline deadline) {
        var tasks = tasksOf(id, deadline);
        if (tasks.isEmpty()) {
            return Optional.empty();
        }
        var task = Tasks.one(id, tasks, "");
        return Optional.of(
                task.state().ended()
                        ? task
                        : Tasks.one(id, tasks, Tasks.trouble(tasks, api.get(STATUS, "status/", deadline))));
    }

    @Override
    public void cancel(String id, Deadline deadline) {
        for (var task : tasksOf(id, deadline)) {
            if (!Tasks.state(task).ended()) {
                var unused = api.delete(CANCEL, "tasks/" + task.path("task_id").asText() + "/", deadline);
            }
        }
    }

    @Override
    public Change purgeTasks(Instant before, Deadline deadline) {
        if (before.isBefore(clock.instant().minus(NOW))) {
            throw CallerException.badRequest(
                    "Pulp 2 forgets all tasks that have ended, however long ago: ask for a time of now to do that");
        }
        return api.forget(PURGE, List.of("finished", "error", "skipped"), deadline);
    }

    /** A repository as Pulp tells of it, with importers and distributors. */
    private record Found(Pulp2Type type, JsonNode json) {
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
}
