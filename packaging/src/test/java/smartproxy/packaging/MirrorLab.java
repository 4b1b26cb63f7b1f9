package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Two real Pulps, the first of which is filled, and the settings of a daemon through whose gateway the second one is reached. */
final class MirrorLab implements AutoCloseable {
    private static final Duration WATCHDOG = Duration.ofMinutes(10);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String LOGIN =
            "Basic " + Base64.getEncoder().encodeToString("admin:password".getBytes(StandardCharsets.UTF_8));

    private final HttpClient plain = HttpClient.newHttpClient();
    private final Path pulps;
    private final Site site;
    private final List<Source> sources;
    private LabPulp first;
    private LabPulp second;

    /** A repository of the first Pulp. */
    record Source(String name, String type) {}

    private MirrorLab(Path directory, int count) throws Exception {
        pulps = directory.resolve("pulps");
        site = Site.in(directory.resolve("daemon"));
        var both = Executors.newFixedThreadPool(2);
        try {
            var started = both.invokeAll(
                    List.<Callable<LabPulp>>of(() -> LabPulp.start(pulps, "first", ""), () -> second(Map.of())));
            first = started.get(0).get();
            second = started.get(1).get();
        } finally {
            both.shutdown();
        }
        first.makeSources();
        var said = Command.run(
                directory,
                Map.of(),
                List.of(
                        first.programs().resolve("python").toString(),
                        House.ROOT.resolve("lab/pulp/fill.py").toString(),
                        first.api().toString(),
                        first.imports().toString(),
                        Integer.toString(count)),
                1800);
        assertThat(said.status()).as(said.output()).isZero();
        sources = said.output()
                .lines()
                .map(line -> new Source(line.split(" ", 3)[0], line.split(" ", 3)[1]))
                .toList();
        assertThat(sources).hasSize(count);
        site.write(directory.resolve("password"), "password\n")
                .module(
                        "pulpcore",
                        ":enabled: https",
                        ":mirror: true",
                        ":gateway:",
                        "  :enabled: true",
                        "  :url: " + origin(),
                        "  :api_url: " + second.api(),
                        "  :content_url: " + second.content(),
                        "  :username: admin",
                        "  :password_file: " + directory.resolve("password"),
                        "  :registry: true",
                        "  :spool_directory: " + site.directory().resolve("spool"));
    }

    /** @param count how many repositories the first has, by turns rpm, file and container */
    static MirrorLab start(Path directory, int count) throws Exception {
        try {
            return new MirrorLab(directory, count);
        } catch (Exception | AssertionError e) {
            LabPulp.stopAll(directory.resolve("pulps"));
            throw e;
        }
    }

    @Override
    public void close() throws Exception {
        LabPulp.stopAll(pulps);
    }

    /** Its workers beat five times as often as usual, so that it frees what killed ones held within 200 s, and not 1000. */
    private LabPulp second(Map<String, String> more) throws Exception {
        var settings = new HashMap<>(more);
        settings.put("PULP_WORKER_TTL", "6");
        return LabPulp.start(pulps, "second", origin(), settings);
    }

    /** Ends all processes of the second one by {@code kill -9}. */
    void killSecond() throws Exception {
        for (var part : List.of("api", "content", "worker")) {
            second.signal(part, "KILL");
        }
    }

    /** Starts it again, with the data of before. */
    void startSecondAgain() throws Exception {
        var api = second.api();
        second = second(Map.of(
                "KEEP",
                "1",
                "PULP_PORTS",
                api.getPort() + " " + second.content().getPort()));
    }

    private String origin() {
        return "https://127.0.0.1:" + site.port();
    }

    Site site() {
        return site;
    }

    LabPulp first() {
        return first;
    }

    LabPulp second() {
        return second;
    }

    List<Source> sources() {
        return sources;
    }

    // what is wanted

    /** The body of a mirror of these. */
    String wanted(List<Source> wanted) {
        return "{\"repositories\": [" + wanted.stream().map(this::wanted).collect(Collectors.joining(", ")) + "]}";
    }

    String wanted(Source one) {
        var served = first.content() + "/pulp/content/" + one.name() + "/";
        var upstream = switch (one.type()) {
            case "rpm" -> "\"" + served + "\"";
            case "file" -> "\"" + served + "PULP_MANIFEST\"";
            default -> "{\"url\": \"" + first.api() + "\", \"options\": {\"upstream_name\": \"" + one.name() + "\"}}";
        };
        return "{\"name\": \"" + one.name() + "\", \"type\": \"" + one.type() + "\", \"upstream\": " + upstream
                + ", \"path\": \"" + one.name() + "\"}";
    }

    // the daemon

    /** Begins a mirror and does not wait for it. */
    String begin(String wanted) {
        var reply = site.foreman().post("/content/mirror", wanted);
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(202);
        return tree(reply.body()).path("job").asText();
    }

    JsonNode ended(String job) {
        var seen = new ArrayList<JsonNode>();
        await().atMost(WATCHDOG).pollInterval(Duration.ofMillis(200)).until(() -> {
            seen.add(0, site.foreman().json("/content/jobs/" + job));
            return !List.of("waiting", "running")
                    .contains(seen.get(0).path("state").asText());
        });
        return seen.get(0);
    }

    /** Of each part its name, state, actions and error. */
    static List<String> told(JsonNode job) {
        return items(job)
                .map(item ->
                        item.path("name").asText() + " " + item.path("state").asText() + " " + item.path("actions")
                                + item.path("error").asText(""))
                .toList();
    }

    private static Stream<JsonNode> items(JsonNode job) {
        var items = new ArrayList<JsonNode>();
        job.path("items").forEach(items::add);
        return items.stream();
    }

    static JsonNode tree(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new AssertionError(text, e);
        }
    }

    /** What is served through the gateway at this path. */
    byte[] served(String path, String... headers) throws Exception {
        try {
            var http = HttpClient.newBuilder()
                    .sslContext(site.anonymousContext())
                    .followRedirects(HttpClient.Redirect.NORMAL)
                    .build();
            var request = HttpRequest.newBuilder(URI.create(origin() + path)).timeout(WATCHDOG);
            if (headers.length > 0) {
                request.headers(headers);
            }
            return body(http.send(request.build(), BodyHandlers.ofByteArray()));
        } catch (IOException e) {
            throw new IOException(path, e);
        }
    }

    private static byte[] body(HttpResponse<byte[]> reply) {
        assertThat(reply.statusCode())
                .as("%s: %s", reply.uri(), new String(reply.body(), StandardCharsets.UTF_8))
                .isEqualTo(200);
        return reply.body();
    }

    // the second Pulp itself

    /** An object of its API, past the daemon. */
    JsonNode ask(String path) throws Exception {
        return tree(new String(
                body(plain.send(
                        HttpRequest.newBuilder(second.api().resolve("/pulp/api/v3/" + path))
                                .timeout(WATCHDOG)
                                .header("Authorization", LOGIN)
                                .build(),
                        BodyHandlers.ofByteArray())),
                StandardCharsets.UTF_8));
    }

    int count(String path) throws Exception {
        return ask(path).path("count").asInt();
    }

    /** Waits until that many of its tasks have not ended. */
    void awaitTasks(int count) {
        await().atMost(WATCHDOG)
                .pollInterval(Duration.ofMillis(200))
                .until(() -> count("tasks/?state__in=running,waiting") == count);
    }
}
