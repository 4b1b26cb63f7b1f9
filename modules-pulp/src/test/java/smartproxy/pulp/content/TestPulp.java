package smartproxy.pulp.content;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import smartproxy.core.daemon.FreePorts;

/** A real Pulp 3, spoken to past the daemon: what is to be mirrored comes into it this way. */
final class TestPulp {
    static final String USER = "admin";
    static final String PASSWORD = "password";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration WATCHDOG = Duration.ofSeconds(60);
    private static final Set<String> ENDED = Set.of("completed", "failed", "canceled");
    private static final long START_WATCHDOG_SECONDS = 600;
    private static final String BASIC =
            "Basic " + Base64.getEncoder().encodeToString((USER + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8));

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI api;
    private final URI content;
    private final Map<String, String> told;

    private TestPulp(URI api, URI content, Map<String, String> told) {
        this.api = api;
        this.content = content;
        this.told = told;
    }

    /** Starts one from {@code lab/pulp}; those below one directory share a database server. */
    static TestPulp start(Path directory, String name) throws IOException, InterruptedException {
        var port = FreePorts.next();
        var ports = port + " " + FreePorts.next();
        // without a gateway the registry sends its clients to the API itself for their tokens
        var environment = Map.of("PULP_PORTS", ports, "PULP_TOKEN_SERVER", "http://127.0.0.1:" + port + "/token/");
        var told = new HashMap<String, String>();
        for (var line : run(environment, "start.sh", directory.toString(), name)) {
            var pair = line.split("=", 2);
            told.put(pair[0], pair[pair.length - 1]);
        }
        return new TestPulp(
                URI.create(told.getOrDefault("api", "")), URI.create(told.getOrDefault("content", "")), told);
    }

    /** Ends all below the directory. */
    static void stopAll(Path directory) throws IOException, InterruptedException {
        run(Map.of(), "stop.sh", directory.toString());
    }

    private static List<String> run(Map<String, String> environment, String script, String... words)
            throws IOException, InterruptedException {
        var log = Files.createTempFile("lab-pulp", ".log");
        var all = new ArrayList<>(List.of(lab().resolve(script).toString()));
        all.addAll(List.of(words));
        var builder = new ProcessBuilder(all).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        var process = builder.start();
        var ended = process.waitFor(START_WATCHDOG_SECONDS, TimeUnit.SECONDS);
        var said = Files.readAllLines(log);
        Files.delete(log);
        if (!ended || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException(script + ": " + said);
        }
        return said;
    }

    private static Path lab() {
        for (var at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.isExecutable(at.resolve("lab/pulp/start.sh"))) {
                return at.resolve("lab/pulp");
            }
        }
        throw new IllegalStateException("lab/pulp is not in this directory or one above it");
    }

    /** Sends a signal, without SIG, to all processes of {@code api}, {@code content} or {@code worker}. */
    void signal(String part, String signal) throws IOException, InterruptedException {
        var kill = new ProcessBuilder("kill", "-" + signal, "--", "-" + told.get(part + "_pid")).start();
        if (kill.waitFor() != 0) {
            throw new IOException("kill -" + signal + " of " + part + " failed");
        }
    }

    URI api() {
        return api;
    }

    URI content() {
        return content;
    }

    private HttpResponse<byte[]> send(HttpRequest.Builder request) throws IOException {
        try {
            return http.send(request.timeout(WATCHDOG).build(), BodyHandlers.ofByteArray());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private JsonNode json(HttpRequest.Builder request) throws IOException {
        var reply = send(request.header("Authorization", BASIC));
        if (reply.statusCode() / 100 != 2) {
            throw new IOException(reply.statusCode() + " " + new String(reply.body(), StandardCharsets.UTF_8));
        }
        return reply.body().length == 0 ? JSON.createObjectNode() : JSON.readTree(reply.body());
    }

    JsonNode get(String path) throws IOException {
        return json(HttpRequest.newBuilder(api.resolve("/pulp/api/v3/").resolve(path)));
    }

    /** Sends JSON; a task is waited for. */
    JsonNode post(String path, String body) throws IOException {
        return done(json(HttpRequest.newBuilder(api.resolve("/pulp/api/v3/").resolve(path))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))));
    }

    JsonNode done(JsonNode answer) throws IOException {
        if (!answer.path("task").isTextual()) {
            return answer;
        }
        var path = answer.path("task").asText();
        var task = await().atMost(WATCHDOG).until(() -> get(path), found -> ENDED.contains(state(found)));
        if (!state(task).equals("completed")) {
            throw new IOException(task.toString());
        }
        return task;
    }

    private static String state(JsonNode task) {
        return task.path("state").asText();
    }

    /** Puts a unit with a file into a repository: {@code content/file/files/}. */
    void upload(String where, String name, byte[] octets, String repository) throws IOException {
        var boundary = "boundary-of-the-lab";
        var body = new ByteArrayOutputStream();
        part(body, boundary, "relative_path\"", name.getBytes(StandardCharsets.UTF_8));
        part(body, boundary, "repository\"", repository.getBytes(StandardCharsets.UTF_8));
        part(body, boundary, "file\"; filename=\"upload\"", octets);
        body.writeBytes(("--" + boundary + "--\r\n").getBytes(StandardCharsets.UTF_8));
        done(json(HttpRequest.newBuilder(api.resolve("/pulp/api/v3/").resolve(where))
                .header("Content-Type", "multipart/form-data; boundary=" + boundary)
                .POST(BodyPublishers.ofByteArray(body.toByteArray()))));
    }

    private static void part(ByteArrayOutputStream body, String boundary, String name, byte[] value) {
        body.writeBytes(("--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + name + "\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8));
        body.writeBytes(value);
        body.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
    }

    /** A file of what it serves: {@code r1/a}. */
    byte[] served(String path) throws IOException {
        var reply = send(HttpRequest.newBuilder(content.resolve("/pulp/content/" + path)));
        if (reply.statusCode() != 200) {
            throw new IOException(path + ": " + reply.statusCode());
        }
        return reply.body();
    }

    /** Pushes an image of one layer into the registry. */
    void push(String name, String tag, byte[] layer) throws IOException {
        var token = json(HttpRequest.newBuilder(api.resolve(
                        "/token/?service=" + api.getAuthority() + "&scope=repository:" + name + ":pull,push")))
                .path("token")
                .asText();
        var bearer = "Bearer " + token;
        var config =
                ("{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:"
                                + sha256(layer) + "\"]}}")
                        .getBytes(StandardCharsets.UTF_8);
        blob(name, bearer, layer);
        blob(name, bearer, config);
        var manifest =
                "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"config\":{\"mediaType\":"
                        + "\"application/vnd.oci.image.config.v1+json\",\"digest\":\"sha256:" + sha256(config)
                        + "\",\"size\":"
                        + config.length
                        + "},\"layers\":[{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar\",\"digest\":\"sha256:"
                        + sha256(layer) + "\",\"size\":" + layer.length + "}]}";
        ok(HttpRequest.newBuilder(api.resolve("/v2/" + name + "/manifests/" + tag))
                .header("Authorization", bearer)
                .header("Content-Type", "application/vnd.oci.image.manifest.v1+json")
                .PUT(BodyPublishers.ofString(manifest)));
    }

    private void blob(String name, String bearer, byte[] octets) throws IOException {
        var begun = ok(HttpRequest.newBuilder(api.resolve("/v2/" + name + "/blobs/uploads/"))
                .header("Authorization", bearer)
                .POST(BodyPublishers.noBody()));
        var place = api.resolve(begun.headers().firstValue("Location").orElseThrow());
        ok(HttpRequest.newBuilder(place)
                .header("Authorization", bearer)
                .header("Content-Type", "application/octet-stream")
                .method("PATCH", BodyPublishers.ofByteArray(octets)));
        ok(HttpRequest.newBuilder(place.resolve(place.getPath() + "?digest=sha256:" + sha256(octets)))
                .header("Authorization", bearer)
                .PUT(BodyPublishers.noBody()));
    }

    private HttpResponse<byte[]> ok(HttpRequest.Builder request) throws IOException {
        var reply = send(request);
        if (reply.statusCode() / 100 != 2) {
            throw new IOException(reply.request().uri() + ": " + reply.statusCode() + " "
                    + new String(reply.body(), StandardCharsets.UTF_8));
        }
        return reply;
    }

    static String sha256(byte[] octets) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(octets));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
