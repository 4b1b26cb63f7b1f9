package smartproxy.pulp.pulp3;

import static smartproxy.pulp.pulp3.Pulp3Api.lastPart;
import static smartproxy.pulp.pulp3.Pulp3Api.with;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.Backend;
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

/** A Pulp 3. Repository, remote and distribution of one repository have one name. */
public final class Pulp3Provider implements ContentProvider {
    private static final Operation STATUS = Operation.repeatable("status");
    private static final Operation LIST = Operation.repeatable("list repositories");
    private static final Operation FIND = Operation.repeatable("find repository");
    private static final Operation CREATE = Operation.once("create repository");
    private static final Operation UPDATE = Operation.once("update repository");
    private static final Operation REMOVE = Operation.once("remove repository");
    private static final Operation VERSIONS = Operation.repeatable("read versions");
    private static final Operation REMOVE_VERSION = Operation.once("remove version");
    private static final Operation UNITS = Operation.repeatable("list units");
    private static final Operation FIND_REMOTE = Operation.repeatable("find remote");
    private static final Operation SET_REMOTE = Operation.once("set remote");
    private static final Operation REMOVE_REMOTE = Operation.once("remove remote");
    private static final Operation SYNC = Operation.once("sync");
    private static final Operation FIND_PUBLICATION = Operation.repeatable("find publication");
    private static final Operation PUBLISH = Operation.once("publish");
    private static final Operation FIND_DISTRIBUTION = Operation.repeatable("find distribution");
    private static final Operation DISTRIBUTE = Operation.once("distribute");
    private static final Operation UNDISTRIBUTE = Operation.once("remove distribution");
    private static final Operation FIND_GUARD = Operation.repeatable("find guard");
    private static final Operation SET_GUARD = Operation.once("set guard");
    private static final Operation ORPHANS = Operation.once("remove orphans");
    private static final Operation VERIFY = Operation.once("verify");
    private static final Operation RECLAIM = Operation.once("reclaim");
    private static final Operation TASKS = Operation.repeatable("read tasks");
    private static final Operation CANCEL = Operation.repeatable("cancel task");
    private static final Operation PURGE = Operation.once("purge tasks");

    private static final String GUARDS = "contentguards/certguard/rhsm/";
    private static final String GUARD = "smart_proxy";

    /** Of units, which may have a hundred kilobytes of these each. */
    private static final String LONG_FIELDS =
            "changelogs,files,provides,requires,conflicts,obsoletes,suggests,enhances,recommends,supplements";

    private final Pulp3Api api;

    /**
     * @param pulp its name, for errors
     * @param root of its API on that server, with slashes around it: {@code /pulp/api/v3/}
     */
    public Pulp3Provider(String pulp, String root, HttpPeer peer, Backend backend) {
        this.api = new Pulp3Api(pulp, root, peer, backend);
    }

    @Override
    public Set<ContentAbility> abilities() {
        return EnumSet.allOf(ContentAbility.class);
    }

    // the Pulp

    @Override
    public PulpStatus status(Deadline deadline) {
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

    @Override
    public Set<ContentType> types(Deadline deadline) {
        var types = EnumSet.noneOf(ContentType.class);
        status(deadline)
                .versions()
                .keySet()
                .forEach(component -> ContentType.named(component).ifPresent(types::add));
        return types;
    }

    @Override
    public Optional<Storage> storage(Deadline deadline) {
        var storage = api.get(STATUS, "status/", deadline).path("storage");
        return storage.path("total").isNumber()
                ? Optional.of(new Storage(
                        storage.path("total").asLong(),
                        storage.path("used").asLong(),
                        storage.path("free").asLong()))
                : Optional.empty();
    }

    // repositories

    @Override
    public Page<Repository> repositories(
            Optional<ContentType> type, List<String> names, Page.Window window, Deadline deadline) {
        var parameters = new ArrayList<>(
                List.of(with("ordering", "name"), with("offset", window.offset()), with("limit", window.limit())));
        if (!names.isEmpty()) {
            // names may hold commas
            parameters.add(names.size() == 1 ? with("name", names.get(0)) : with("name__in", String.join(",", names)));
        }
        var address = "repositories/"
                + type.map(one -> Pulp3Type.of(one).repositories() + "/").orElse("");
        var found = api.find(LIST, address, deadline, parameters.toArray(Pulp3Api.Parameter[]::new))
                .orElseThrow(() -> unknown(type.orElseThrow()));
        var repositories = new ArrayList<Repository>();
        found.path("results").forEach(one -> repository(one).ifPresent(repositories::add));
        return new Page<>(repositories, found.path("count").asLong());
    }

    @Override
    public Optional<Repository> repository(String name, Deadline deadline) {
        return api.first(FIND, "repositories/", deadline, with("name", name)).flatMap(Pulp3Provider::repository);
    }

    /** Empty for a type that is not ours to know. */
    private static Optional<Repository> repository(JsonNode one) {
        var href = one.path("pulp_href").asText();
        return Pulp3Type.ofHref(href)
                .map(type -> new Repository(
                        one.path("name").asText(),
                        type.type(),
                        href,
                        one.path("description").isTextual()
                                ? one.path("description").asText()
                                : "",
                        lastPart(one.path("latest_version_href").asText("/0/")),
                        Remotes.labels(one)));
    }

    @Override
    public Repository create(Repository wanted, Deadline deadline) {
        var type = Pulp3Type.of(wanted.type());
        if (!types(deadline).contains(wanted.type())) {
            throw unknown(wanted.type());
        }
        var body = described(wanted.description(), wanted.labels());
        body.put("name", wanted.name());
        var made = api.post(CREATE, "repositories/" + type.repositories() + "/", body, deadline);
        return repository(made).orElseThrow(() -> new IllegalStateException("a repository of another type"));
    }

    @Override
    public Change update(Repository present, String description, Map<String, String> labels, Deadline deadline) {
        return api.patch(UPDATE, present.id(), described(description, labels), deadline);
    }

    private static CallerException unknown(ContentType type) {
        return CallerException.badRequest("This Pulp does not know repositories of type " + type);
    }

    private static Map<String, @Nullable Object> described(String description, Map<String, String> labels) {
        var body = new LinkedHashMap<String, @Nullable Object>();
        body.put("description", description.isEmpty() ? null : description);
        body.put("pulp_labels", labels);
        return body;
    }

    @Override
    public Change remove(Repository present, Deadline deadline) {
        return api.delete(REMOVE, present.id(), deadline);
    }

    @Override
    public Change keepVersions(Repository repository, int most, Deadline deadline) {
        return new Retention(api).keep(repository, most, deadline);
    }

    private static String version(Repository repository, String number) {
        if (!number.matches("[0-9]{1,9}")) {
            throw CallerException.badRequest("A version is a number, not '" + number + "'");
        }
        return repository.id() + "versions/" + number + "/";
    }

    @Override
    public Version counts(Repository repository, Optional<String> version, Deadline deadline) {
        var number = version.orElse(repository.version());
        return api.find(VERSIONS, version(repository, number), deadline)
                .map(Pulp3Provider::version)
                .orElseThrow(() -> noVersion(repository, number));
    }

    private static CallerException noVersion(Repository repository, String number) {
        return CallerException.notFound("Repository '" + repository.name() + "' has no version " + number);
    }

    private static Version version(JsonNode one) {
        var counts = new TreeMap<String, Long>();
        one.path("content_summary")
                .path("present")
                .properties()
                .forEach(type ->
                        counts.put(type.getKey(), type.getValue().path("count").asLong()));
        return new Version(one.path("number").asText(), time(one, "pulp_created"), counts);
    }

    @Override
    public Page<Version> versions(Repository repository, Page.Window window, Deadline deadline) {
        var found = api.get(
                VERSIONS,
                repository.id() + "versions/",
                deadline,
                with("ordering", "-number"),
                with("offset", window.offset()),
                with("limit", window.limit()));
        var versions = new ArrayList<Version>();
        found.path("results").forEach(one -> versions.add(version(one)));
        return new Page<>(versions, found.path("count").asLong());
    }

    @Override
    public Change removeVersion(Repository repository, String number, Deadline deadline) {
        var address = version(repository, number);
        if (api.find(VERSIONS, address, deadline).isEmpty()) {
            throw noVersion(repository, number);
        }
        try {
            return api.delete(REMOVE_VERSION, address, deadline);
        } catch (CallerException e) {
            throw CallerException.conflict(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public Page<String> units(Repository repository, String type, Page.Window window, Deadline deadline) {
        var version = api.get(VERSIONS, version(repository, repository.version()), deadline);
        var address = version.path("content_summary")
                .path("present")
                .path(type)
                .path("href")
                .asText("");
        var query = address.indexOf('?');
        if (query < 0) {
            return new Page<>(List.of(), 0);
        }
        var found = api.get(
                UNITS,
                address.substring(0, query),
                deadline,
                with("repository_version", version.path("pulp_href").asText()),
                with("exclude_fields", LONG_FIELDS),
                with("offset", window.offset()),
                with("limit", window.limit()));
        var units = new ArrayList<String>();
        found.path("results").forEach(one -> units.add(one.toString()));
        return new Page<>(units, found.path("count").asLong());
    }

    // upstream

    private Optional<JsonNode> remote(Repository repository, Deadline deadline) {
        var address = "remotes/" + Pulp3Type.of(repository.type()).remotes() + "/";
        return api.first(FIND_REMOTE, address, deadline, with("name", repository.name()));
    }

    @Override
    public Optional<Upstream> upstream(Repository repository, Deadline deadline) {
        return remote(repository, deadline).map(remote -> Remotes.upstream(Pulp3Type.of(repository.type()), remote));
    }

    @Override
    public Change setUpstream(Repository repository, Upstream wanted, Deadline deadline) {
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

    @Override
    public Change clearUpstream(Repository repository, Deadline deadline) {
        var remote = remote(repository, deadline);
        return remote.isEmpty()
                ? Change.NONE
                : api.delete(REMOVE_REMOTE, remote.get().path("pulp_href").asText(), deadline);
    }

    @Override
    public Page<Named<Upstream>> upstreams(ContentType type, Page.Window window, Deadline deadline) {
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

    // content

    @Override
    public Change sync(Repository repository, SyncMode how, Deadline deadline) {
        var type = Pulp3Type.of(repository.type());
        var remote = remote(repository, deadline)
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

    @Override
    public Optional<String> servable(Repository repository, Deadline deadline) {
        var version = version(repository, repository.version());
        var publications = Pulp3Type.of(repository.type()).publications();
        if (publications.isEmpty()) {
            return Optional.of(version);
        }
        return api.first(
                        FIND_PUBLICATION,
                        "publications/" + publications.get() + "/",
                        deadline,
                        with("repository_version", version),
                        with("ordering", "-pulp_created"),
                        with("limit", 1))
                .map(publication -> publication.path("pulp_href").asText());
    }

    @Override
    public Change publish(Repository repository, Deadline deadline) {
        var publications = Pulp3Type.of(repository.type()).publications();
        if (publications.isEmpty()) {
            return Change.NONE;
        }
        var body = Map.of("repository_version", version(repository, repository.version()));
        return api.begin(PUBLISH, "publications/" + publications.get() + "/", body, deadline);
    }

    @Override
    public boolean publishes(ContentType type) {
        return Pulp3Type.of(type).publications().isPresent();
    }

    private Optional<JsonNode> distribution(Repository repository, Deadline deadline) {
        var address = "distributions/" + Pulp3Type.of(repository.type()).distributions() + "/";
        return api.first(FIND_DISTRIBUTION, address, deadline, with("name", repository.name()));
    }

    @Override
    public Optional<ServePoint> servePoint(Repository repository, Deadline deadline) {
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

    @Override
    public Change serve(Repository repository, ServePoint wanted, Deadline deadline) {
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

    @Override
    public Change unserve(Repository repository, Deadline deadline) {
        var there = distribution(repository, deadline);
        return there.isEmpty()
                ? Change.NONE
                : api.delete(UNDISTRIBUTE, there.get().path("pulp_href").asText(), deadline);
    }

    @Override
    public Page<ServePoint> servePoints(ContentType type, Page.Window window, Deadline deadline) {
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

    @Override
    public Change protect(String authority, Deadline deadline) {
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

    // upkeep

    @Override
    public Change removeOrphans(Duration minimumAge, Deadline deadline) {
        var minutes = (minimumAge.toSeconds() + 59) / 60;
        return api.begin(ORPHANS, "orphans/cleanup/", Map.of("orphan_protection_time", minutes), deadline);
    }

    @Override
    public Change verify(Repository repository, Deadline deadline) {
        var address = version(repository, repository.version()) + "repair/";
        return api.begin(VERIFY, address, Map.of("verify_checksums", true), deadline);
    }

    @Override
    public Change reclaim(List<Repository> repositories, Deadline deadline) {
        var ids = repositories.stream().map(Repository::id).toList();
        return api.begin(RECLAIM, "repositories/reclaim_space/", Map.of("repo_hrefs", ids), deadline);
    }

    // the backend's own tasks

    @Override
    public Page<Task> tasks(Optional<JobState> state, Page.Window window, Deadline deadline) {
        var parameters = new ArrayList<>(List.of(
                with("ordering", "-pulp_created"), with("offset", window.offset()), with("limit", window.limit())));
        state.ifPresent(one ->
                parameters.add(one == JobState.RUNNING ? with("state__in", "running,canceling") : with("state", one)));
        var found = api.get(TASKS, "tasks/", deadline, parameters.toArray(Pulp3Api.Parameter[]::new));
        var tasks = new ArrayList<Task>();
        found.path("results").forEach(one -> tasks.add(Tasks.task(one, "")));
        return new Page<>(tasks, found.path("count").asLong());
    }

    @Override
    public Optional<Task> task(String id, Deadline deadline) {
        if (!id.matches("[0-9a-fA-F-]{1,64}")) {
            return Optional.empty();
        }
        return api.find(TASKS, "tasks/" + id + "/", deadline)
                .map(task -> Tasks.task(task, Tasks.hasEnded(task) ? "" : trouble(task, deadline)));
    }

    private String trouble(JsonNode task, Deadline deadline) {
        return Tasks.trouble(task, api.get(STATUS, "status/", deadline));
    }

    @Override
    public void cancel(String id, Deadline deadline) {
        if (task(id, deadline).filter(task -> !task.state().ended()).isPresent()) {
            try {
                var unused = api.patch(CANCEL, "tasks/" + id + "/", Map.of("state", "canceled"), deadline);
            } catch (CallerException e) {
                if (e.status() != 409) { // it has ended meanwhile
                    throw e;
                }
            }
        }
    }

    @Override
    public Change purgeTasks(Instant before, Deadline deadline) {
        var ended = List.of("completed", "failed", "canceled", "skipped");
        return api.begin(
                PURGE, "tasks/purge/", Map.of("finished_before", before.toString(), "states", ended), deadline);
    }

    static Optional<Instant> time(JsonNode object, String field) {
        return object.path(field).isTextual()
                ? Optional.of(Instant.parse(object.path(field).asText()))
                : Optional.empty();
    }
}
