package smartproxy.pulp.pulp2;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.MappingBuilder;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.extension.ResponseDefinitionTransformerV2;
import com.github.tomakehurst.wiremock.http.Request;
import com.github.tomakehurst.wiremock.http.ResponseDefinition;
import com.github.tomakehurst.wiremock.stubbing.ServeEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A Pulp 2 as its integration guide documents the REST API: repositories with importers and distributors, and tasks that change them. What the
 * guide does not know is answered 400, and remembered in {@link #complaints()}. Tasks are done at once, in order, or {@linkplain #hold held}.
 */
final class FakePulp2 implements AutoCloseable {
    static final String USER = "admin";
    static final String PASSWORD = "s3cret-pulp";
    static final String WORKER = "reserved_resource_worker-0@pulp.example.com";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ROOT = "/pulp/api/v2/";
    private static final String STARS = "*****";
    private static final Set<String> IMPORTER_KEYS = Set.of(
            "feed",
            "validate",
            "ssl_ca_cert",
            "ssl_validation",
            "ssl_client_cert",
            "ssl_client_key",
            "proxy_host",
            "proxy_port",
            "proxy_username",
            "proxy_password",
            "basic_auth_username",
            "basic_auth_password",
            "max_downloads",
            "max_speed",
            "connect_timeout",
            "read_timeout",
            "remove_missing",
            "download_policy",
            "type_skip_list",
            "force_full",
            "upstream_name",
            "tags",
            "enable_v1",
            "releases",
            "components",
            "architectures",
            "branches",
            "depth");
    private static final Map<String, Set<String>> DISTRIBUTOR_KEYS = Map.of(
            "yum_distributor", Set.of("relative_url", "http", "https", "protected"),
            "iso_distributor", Set.of("relative_url", "serve_http", "serve_https"),
            "docker_distributor_web", Set.of("repo-registry-id", "protected"),
            "deb_distributor", Set.of("relative_url", "http", "https"),
            "ostree_web_distributor", Set.of("relative_path"));

    /** A task, and what it does. */
    private record Work(ObjectNode task, Runnable effect) {}

    private final WireMockServer server;
    private final Map<String, ObjectNode> repositories = new TreeMap<>();
    private final Map<String, ObjectNode> tasks = new LinkedHashMap<>();
    private final List<Work> held = new ArrayList<>();
    private final Map<String, Map<String, Integer>> upstreams = new HashMap<>();
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private final List<String> bodies = new CopyOnWriteArrayList<>();
    private final List<String> workers = new CopyOnWriteArrayList<>(
            List.of("scheduler@pulp.example.com", "resource_manager@pulp.example.com", WORKER));
    private Instant now = Instant.parse("2019-01-01T00:00:00Z");
    private boolean holding;
    private boolean namesWorkersById;

    FakePulp2() {
        server = new WireMockServer(wireMockConfig()
                .bindAddress("localhost")
                .dynamicPort()
                .disableRequestJournal()
                .stubRequestLoggingDisabled(true)
                .extensions(new Answers()));
        server.start();
        asItself();
    }

    URI address() {
        return URI.create("http://localhost:" + server.port());
    }

    /** Gives another answer than its own. */
    void instead(MappingBuilder to, ResponseDefinitionBuilder answer) {
        server.stubFor(to.atPriority(1).willReturn(answer));
    }

    void asItself() {
        server.resetMappings();
        server.stubFor(any(anyUrl()).atPriority(9).willReturn(aResponse().withTransformers("pulp2")));
    }

    /** What nobody who knows the documentation would have sent. */
    List<String> complaints() {
        return complaints;
    }

    /** Method, path and query of each call. */
    List<String> calls() {
        return calls;
    }

    /** Bodies of the calls that have one. */
    List<String> bodies() {
        return bodies;
    }

    List<String> workers() {
        return workers;
    }

    void namesWorkersById() {
        namesWorkersById = true;
    }

    /** What a feed has; without it, it is broken. */
    synchronized void upstream(String feed, Map<String, Integer> units) {
        upstreams.put(feed, units);
    }

    /** Lets tasks wait. */
    synchronized void hold() {
        holding = true;
    }

    /** Changes the state of all that wait. */
    synchronized void holdAs(String state) {
        held.forEach(work -> work.task().put("state", state).put("worker_name", WORKER));
    }

    /** Does all that waits. */
    synchronized void release() {
        holding = false;
        var works = List.copyOf(held);
        held.clear();
        works.forEach(this::run);
    }

    /** Makes a repository without us, as another client does. */
    synchronized ObjectNode add(String id, String repoType) {
        var repository =
                JSON.createObjectNode().put("id", id).put("display_name", id).putNull("description");
        repository.putObject("notes").put("_repo-type", repoType);
        repository.putObject("content_unit_counts");
        repository.putNull("last_unit_added").putNull("last_unit_removed");
        repository.putArray("importers");
        repository.putArray("distributors");
        repositories.put(id, repository);
        return repository;
    }

    synchronized boolean has(String id) {
        return repositories.containsKey(id);
    }

    synchronized ObjectNode repository(String id) {
        return Objects.requireNonNull(repositories.get(id), id);
    }

    synchronized void forgetTasks() {
        tasks.clear();
    }

    synchronized ObjectNode lastTask() {
        return List.copyOf(tasks.values()).get(tasks.size() - 1);
    }

    @Override
    public void close() {
        server.stop();
    }

    private final class Answers implements ResponseDefinitionTransformerV2 {
        @Override
        public String getName() {
            return "pulp2";
        }

        @Override
        public boolean applyGlobally() {
            return false;
        }

        @Override
        public ResponseDefinition transform(ServeEvent event) {
            var request = event.getRequest();
            calls.add(request.getMethod() + " " + request.getUrl());
            if (request.getBody().length > 0) {
                bodies.add(request.getBodyAsString());
            }
            try {
                return answer(request)
                        .withHeader("Content-Type", "application/json")
                        .build();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private synchronized ResponseDefinitionBuilder answer(Request request) throws IOException {
        var url = URI.create(request.getUrl());
        if (!url.getRawPath().startsWith(ROOT) || !url.getRawPath().endsWith("/")) {
            return unknown("no such path: " + url);
        }
        var path = url.getRawPath().substring(ROOT.length());
        var query = url.getRawQuery() == null ? "" : url.getRawQuery();
        var credentials = Base64.getEncoder().encodeToString((USER + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8));
        if (!path.equals("status/") && !("Basic " + credentials).equals(request.getHeader("Authorization"))) {
            return error(401, "PLP0025", "Authentication failed.");
        }
        var body = request.getBody().length == 0 ? JSON.createObjectNode() : JSON.readTree(request.getBody());
        var parts = path.split("/");
        return switch (request.getMethod().value() + " " + parts[0]) {
            case "GET status" -> ok(status());
            case "GET plugins" -> path.equals("plugins/importers/") ? ok(importerTypes()) : unknown(path);
            case "POST repositories" ->
                path.equals("repositories/")
                        ? create(body)
                        : path.equals("repositories/search/") ? search(body) : part("POST", parts, body);
            case "GET repositories" ->
                parts.length == 2 && query.equals("details=true") ? read(parts[1]) : unknown(url.toString());
            case "PUT repositories" -> parts.length == 2 ? update(parts[1], body) : part("PUT", parts, body);
            case "DELETE repositories" -> parts.length == 2 ? remove(parts[1]) : part("DELETE", parts, body);
            case "DELETE content" ->
                path.equals("content/orphans/")
                        ? accepted(task(List.of("pulp:content_unit:orphans"), () -> {}))
                        : unknown(path);
            case "GET tasks" -> tasks.containsKey(parts[1]) ? ok(tasks.get(parts[1])) : missing(parts[1]);
            case "POST tasks" -> path.equals("tasks/search/") ? searchTasks(body) : unknown(path);
            case "DELETE tasks" -> parts.length == 2 ? cancel(parts[1]) : forget(query);
            default -> unknown(request.getMethod() + " " + path);
        };
    }

    private ObjectNode status() {
        var status = JSON.createObjectNode().put("api_version", "2");
        status.putObject("database_connection").put("connected", true);
        status.putObject("messaging_connection").put("connected", true);
        var known = status.putArray("known_workers");
        workers.forEach(worker ->
                known.addObject().put("last_heartbeat", now.toString()).put(namesWorkersById ? "_id" : "name", worker));
        status.putObject("versions").put("platform_version", "2.21.5");
        return status;
    }

    private static ArrayNode importerTypes() {
        var types = JSON.createArrayNode();
        for (var id : List.of(
                "yum_importer",
                "iso_importer",
                "docker_importer",
                "deb_importer",
                "puppet_importer",
                "ostree_web_importer")) {
            types.addObject().put("id", id).put("display_name", id);
        }
        return types;
    }

    private ResponseDefinitionBuilder create(JsonNode body) throws IOException {
        if (!only(body, "id", "display_name", "description", "notes")) {
            return unknown("create " + body);
        }
        var id = body.path("id").asText();
        if (!id.matches("[.\\-_A-Za-z0-9]+")) {
            return error(400, "PLP1004", "Invalid repository id");
        }
        if (repositories.containsKey(id)) {
            return error(409, "PLP0018", "Duplicate resource: " + id);
        }
        var made = add(id, "");
        made.set("notes", body.path("notes"));
        made.set("description", body.path("description"));
        return json(201, shown(made, false));
    }

    /** Without importers and distributors unless they are asked for, and without passwords. */
    private static JsonNode shown(ObjectNode repository, boolean details) {
        var shown = repository.deepCopy();
        if (!details) {
            shown.remove(List.of("importers", "distributors"));
        }
        for (var importer : shown.path("importers")) {
            for (var key : List.of("proxy_password", "basic_auth_password")) {
                if (importer.path("config").has(key)) {
                    ((ObjectNode) importer.path("config")).put(key, STARS);
                }
            }
        }
        return shown;
    }

    private ResponseDefinitionBuilder read(String id) throws IOException {
        return repositories.containsKey(id) ? ok(shown(repositories.get(id), true)) : missing(id);
    }

    private ResponseDefinitionBuilder search(JsonNode body) throws IOException {
        var criteria = body.path("criteria");
        if (!only(body, "criteria", "details") || !only(criteria, "filters", "sort", "limit", "skip", "fields")) {
            return unknown("search " + body);
        }
        var found = JSON.createArrayNode();
        repositories.values().stream()
                .filter(one -> matches(one, criteria.path("filters")))
                .skip(criteria.path("skip").asLong(0))
                .limit(criteria.path("limit").asLong(Long.MAX_VALUE))
                .map(one -> fields(shown(one, body.path("details").asBoolean()), criteria.path("fields")))
                .forEach(found::add);
        return ok(found);
    }

    private static JsonNode fields(JsonNode one, JsonNode fields) {
        if (fields.isMissingNode()) {
            return one;
        }
        var some = JSON.createObjectNode();
        fields.forEach(field -> some.set(field.asText(), one.path(field.asText())));
        return some;
    }

    private static boolean matches(JsonNode one, JsonNode filters) {
        for (var filter : filters.properties()) {
            var value = one.at("/" + filter.getKey().replace(".", "/")).asText();
            var isIn = false;
            for (var wanted : filter.getValue().path("$in")) {
                isIn |= wanted.asText().equals(value);
            }
            if (!isIn) {
                return false;
            }
        }
        return true;
    }

    private ResponseDefinitionBuilder update(String id, JsonNode body) throws IOException {
        var repository = repositories.get(id);
        if (repository == null) {
            return missing(id);
        }
        if (!only(body, "delta") || !only(body.path("delta"), "display_name", "description", "notes")) {
            return unknown("update " + body);
        }
        for (var change : body.path("delta").properties()) {
            if (change.getKey().equals("notes")) {
                merge((ObjectNode) repository.path("notes"), change.getValue());
            } else {
                repository.set(change.getKey(), change.getValue());
            }
        }
        var report = JSON.createObjectNode();
        report.set("result", shown(repository, false));
        report.putNull("error").putArray("spawned_tasks");
        return ok(report);
    }

    private static void merge(ObjectNode into, JsonNode changes) {
        changes.properties().forEach(change -> {
            if (change.getValue().isNull()) {
                into.remove(change.getKey());
            } else {
                into.set(change.getKey(), change.getValue());
            }
        });
    }

    private ResponseDefinitionBuilder remove(String id) throws IOException {
        return repositories.containsKey(id)
                ? accepted(task(List.of("pulp:repository:" + id, "pulp:action:delete"), () -> repositories.remove(id)))
                : missing(id);
    }

    /** What belongs to a repository. */
    private ResponseDefinitionBuilder part(String method, String[] parts, JsonNode body) throws IOException {
        var repository = repositories.get(parts[1]);
        if (repository == null) {
            return missing(parts[1]);
        }
        var what = method + " " + parts[2];
        return switch (parts.length == 3 ? what : parts[2].equals("actions") ? what + " " + parts[3] : what + " *") {
            case "POST importers" -> addImporter(repository, body);
            case "PUT importers *" -> updatePart(repository, "importer", parts[3], body);
            case "DELETE importers *", "DELETE distributors *" -> removePart(repository, parts[2], parts[3]);
            case "POST distributors" -> addDistributor(repository, body);
            case "PUT distributors *" -> updatePart(repository, "distributor", parts[3], body);
            case "POST actions sync" -> sync(repository, body);
            case "POST actions publish" -> publish(repository, body);
            case "POST actions download" ->
                only(body, "verify_all_units")
                        ? accepted(task(tags(repository, "download_repo"), () -> {}))
                        : unknown("download " + body);
            default -> unknown(what + " of " + parts[1]);
        };
    }

    private static List<String> tags(ObjectNode repository, String action) {
        return List.of("pulp:repository:" + repository.path("id").asText(), "pulp:action:" + action);
    }

    private ResponseDefinitionBuilder addImporter(ObjectNode repository, JsonNode body) throws IOException {
        var config = body.path("importer_config");
        if (!only(body, "importer_type_id", "importer_config") || !only(config, IMPORTER_KEYS)) {
            return unknown("importer " + body);
        }
        if (!URI.create(config.path("feed").asText("http://localhost")).isAbsolute()) {
            return error(400, "PLP1000", "Configuration error: <feed> is no URL");
        }
        var type = body.path("importer_type_id").asText();
        return accepted(task(tags(repository, "update_importer"), () -> {
            var importers = ((ArrayNode) repository.path("importers")).removeAll();
            importers.addObject().put("id", type).put("importer_type_id", type).set("config", config.deepCopy());
        }));
    }

    private ResponseDefinitionBuilder addDistributor(ObjectNode repository, JsonNode body) throws IOException {
        var type = body.path("distributor_type_id").asText();
        if (!only(body, "distributor_id", "distributor_type_id", "distributor_config", "auto_publish")
                || !only(body.path("distributor_config"), DISTRIBUTOR_KEYS.getOrDefault(type, Set.of()))) {
            return unknown("distributor " + body);
        }
        var path = body.path("distributor_config").path("relative_url").asText("");
        for (var other : repositories.values()) {
            for (var one : other.path("distributors")) {
                if (!path.isEmpty()
                        && one.path("config").path("relative_url").asText().equals(path)) {
                    return error(400, "PLP1000", "Relative URL [" + path + "] for repository is already in use");
                }
            }
        }
        var made = JSON.createObjectNode()
                .put("id", body.path("distributor_id").asText())
                .put("distributor_type_id", type)
                .put("auto_publish", body.path("auto_publish").asBoolean())
                .put("last_updated", tick())
                .putNull("last_publish");
        made.set("config", body.path("distributor_config").deepCopy());
        ((ArrayNode) repository.path("distributors")).add(made);
        return json(201, made);
    }

    private String tick() {
        now = now.plusSeconds(1);
        return now.toString();
    }

    private static @Nullable ObjectNode named(JsonNode list, String id) {
        for (var one : list) {
            if (one.path("id").asText().equals(id)) {
                return (ObjectNode) one;
            }
        }
        return null;
    }

    private ResponseDefinitionBuilder updatePart(ObjectNode repository, String kind, String id, JsonNode body)
            throws IOException {
        var part = named(repository.path(kind + "s"), id);
        if (part == null) {
            return missing(id);
        }
        var config = body.path(kind + "_config");
        var keys = kind.equals("importer")
                ? IMPORTER_KEYS
                : DISTRIBUTOR_KEYS.getOrDefault(part.path("distributor_type_id").asText(), Set.of());
        if (!only(body, kind + "_config") || !only(config, keys)) {
            return unknown(kind + " " + body);
        }
        return accepted(task(tags(repository, "update_" + kind), () -> {
            merge((ObjectNode) part.path("config"), config);
            part.put("last_updated", tick());
        }));
    }

    private ResponseDefinitionBuilder removePart(ObjectNode repository, String list, String id) throws IOException {
        if (named(repository.path(list), id) == null) {
            return missing(id);
        }
        return accepted(task(tags(repository, "remove"), () -> {
            for (Iterator<JsonNode> all = repository.path(list).elements(); all.hasNext(); ) {
                if (all.next().path("id").asText().equals(id)) {
                    all.remove();
                }
            }
        }));
    }

    private ResponseDefinitionBuilder sync(ObjectNode repository, JsonNode body) throws IOException {
        if (!only(body, "override_config") || !only(body.path("override_config"), IMPORTER_KEYS)) {
            return unknown("sync " + body);
        }
        var task = task(tags(repository, "sync"), () -> {});
        return accepted(effect(task, () -> {
            var config = repository.path("importers").path(0).path("config");
            var units = upstreams.get(config.path("feed").asText());
            if (units == null) {
                fail(task, "RPM1004", "Error retrieving metadata: Not found");
                return;
            }
            task.putObject("progress_report")
                    .putObject("yum_importer")
                    .putObject("content")
                    .put("items_total", 3)
                    .put("items_left", 0)
                    .put("state", "FINISHED");
            var counts = (ObjectNode) repository.path("content_unit_counts");
            var before = counts.deepCopy();
            if (body.path("override_config").path("remove_missing").asBoolean()) {
                counts.removeAll();
            }
            units.forEach(counts::put);
            if (!counts.equals(before)) {
                repository.put(counts.size() < before.size() ? "last_unit_removed" : "last_unit_added", tick());
            }
            for (var one : repository.path("distributors")) {
                if (one.path("auto_publish").asBoolean()) {
                    var spawned =
                            task(tags(repository, "publish"), () -> ((ObjectNode) one).put("last_publish", tick()));
                    refer(task.withArray("spawned_tasks"), spawned);
                }
            }
        }));
    }

    private ResponseDefinitionBuilder publish(ObjectNode repository, JsonNode body) throws IOException {
        if (!only(body, "id", "override_config")) {
            return unknown("publish " + body);
        }
        var distributor = named(repository.path("distributors"), body.path("id").asText());
        return distributor == null
                ? missing(body.path("id").asText())
                : accepted(task(tags(repository, "publish"), () -> distributor.put("last_publish", tick())));
    }

    static void fail(ObjectNode task, String code, String words) {
        task.put("state", "error");
        task.putObject("error").put("code", code).put("description", words).putArray("sub_errors");
    }

    // tasks

    private ObjectNode task(List<String> tags, Runnable effect) {
        var id = String.format("00000000-0000-4000-8000-%012d", tasks.size() + 1);
        var task = JSON.createObjectNode()
                .put("_href", ROOT + "tasks/" + id + "/")
                .put("task_id", id)
                .put("state", "waiting")
                .putNull("start_time")
                .putNull("finish_time")
                .putNull("worker_name")
                .putNull("error");
        tags.forEach(task.withArray("tags")::add);
        task.putArray("spawned_tasks");
        task.putObject("progress_report");
        tasks.put(id, task);
        return effect(task, effect);
    }

    private ObjectNode effect(ObjectNode task, Runnable effect) {
        held.removeIf(work -> work.task().path("task_id").equals(task.path("task_id")));
        held.add(new Work(task, effect));
        if (!holding) {
            held.remove(held.size() - 1);
            run(new Work(task, effect));
        }
        return task;
    }

    private void run(Work work) {
        var task = work.task();
        if (task.path("state").asText().equals("canceled")) {
            return;
        }
        task.put("state", "running").put("worker_name", WORKER).put("start_time", tick());
        work.effect().run();
        if (task.path("state").asText().equals("running")) {
            task.put("state", "finished");
        }
        task.put("finish_time", tick());
    }

    static void refer(ArrayNode list, ObjectNode task) {
        list.addObject().set("_href", task.path("_href"));
        ((ObjectNode) list.get(list.size() - 1)).set("task_id", task.path("task_id"));
    }

    private ResponseDefinitionBuilder accepted(ObjectNode task) throws IOException {
        var report = JSON.createObjectNode().putNull("result").putNull("error");
        refer(report.putArray("spawned_tasks"), task);
        return json(202, report);
    }

    private ResponseDefinitionBuilder searchTasks(JsonNode body) throws IOException {
        var criteria = body.path("criteria");
        if (!only(body, "criteria") || !only(criteria, "filters", "sort", "limit", "skip", "fields")) {
            return unknown("search " + body);
        }
        var newest = new ArrayList<>(tasks.values());
        java.util.Collections.reverse(newest);
        var found = JSON.createArrayNode();
        newest.stream()
                .filter(one -> matches(one, criteria.path("filters")))
                .skip(criteria.path("skip").asLong(0))
                .limit(criteria.path("limit").asLong(Long.MAX_VALUE))
                .forEach(found::add);
        return ok(found);
    }

    private ResponseDefinitionBuilder cancel(String id) throws IOException {
        var task = tasks.get(id);
        if (task == null) {
            return missing(id);
        }
        if (Set.of("waiting", "running").contains(task.path("state").asText())) {
            task.put("state", "canceled");
        }
        return aResponse().withStatus(200).withBody("null");
    }

    private ResponseDefinitionBuilder forget(String query) {
        for (var parameter : query.split("&", -1)) {
            if (!parameter.matches("state=(finished|error|skipped)")) {
                return unknown("DELETE tasks/?" + query);
            }
            tasks.values()
                    .removeIf(task ->
                            parameter.equals("state=" + task.path("state").asText()));
        }
        return aResponse().withStatus(204);
    }

    // answers

    private static boolean only(JsonNode body, String... keys) {
        return only(body, Set.of(keys));
    }

    private static boolean only(JsonNode body, Set<String> keys) {
        for (var names = body.fieldNames(); names.hasNext(); ) {
            if (!keys.contains(names.next())) {
                return false;
            }
        }
        return true;
    }

    private static ResponseDefinitionBuilder ok(JsonNode value) throws IOException {
        return json(200, value);
    }

    private static ResponseDefinitionBuilder json(int status, JsonNode value) throws IOException {
        return aResponse().withStatus(status).withBody(JSON.writeValueAsString(value));
    }

    private ResponseDefinitionBuilder unknown(String text) {
        complaints.add(text);
        return error(400, "PLP1000", text);
    }

    private static ResponseDefinitionBuilder missing(String id) {
        return error(404, "PLP0009", "Missing resource(s): " + id);
    }

    /** An error as the guide documents it. */
    static ResponseDefinitionBuilder error(int status, String code, String words) {
        var body = JSON.createObjectNode()
                .put("http_status", status)
                .put("error_message", words)
                .putNull("exception")
                .putNull("traceback");
        body.putObject("error").put("code", code).put("description", words).putArray("sub_errors");
        return aResponse()
                .withStatus(status)
                .withHeader("Content-Type", "application/json")
                .withBody(body.toString());
    }
}
