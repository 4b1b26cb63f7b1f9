package smartproxy.pulp.content;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import smartproxy.core.daemon.DaemonFixture;
import smartproxy.core.daemon.Wire;

/** Foreman at the content API of a daemon. */
final class ContentClient {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration WATCHDOG = Duration.ofMinutes(10);

    private final DaemonFixture proxy;

    ContentClient(DaemonFixture proxy) {
        this.proxy = proxy;
    }

    /** An answer; its body is a JSON object, or missing when it is a text. */
    record Reply(int status, String text, JsonNode json) {}

    Reply get(String path, String... headers) throws IOException {
        return send("GET", path, "", headers);
    }

    Reply send(String method, String path, String body, String... headers) throws IOException {
        var all = new ArrayList<>(List.of(headers));
        all.add("Content-Type: application/json");
        return send(method, path, body.getBytes(StandardCharsets.UTF_8), all);
    }

    /** Sends what is no JSON. */
    Reply put(String path, byte[] octets) throws IOException {
        return send("PUT", path, octets, new ArrayList<>(List.of("Content-Type: application/octet-stream")));
    }

    /** Sends what curl sends with -d alone. */
    Reply form(String path, String body) throws IOException {
        var all = new ArrayList<>(List.of("Content-Type: application/x-www-form-urlencoded"));
        return send("POST", path, body.getBytes(StandardCharsets.UTF_8), all);
    }

    private Reply send(String method, String path, byte[] octets, List<String> all) throws IOException {
        try (var wire = proxy.https()) {
            if (!method.equals("GET")) {
                all.add("Content-Length: " + octets.length);
            }
            wire.send(Wire.head(method, "/content" + path, all.toArray(String[]::new)) + "\r\n");
            wire.send(octets);
            var reply = wire.read();
            var isObject = reply.body().startsWith("{");
            return new Reply(reply.status(), reply.body(), JSON.readTree(isObject ? reply.body() : "{}"));
        }
    }

    /** A request that is to succeed; a job that it begins is waited for. */
    JsonNode done(String method, String path, String body) throws IOException {
        var reply = send(method, path, body, "Prefer: wait=20");
        assertThat(reply.status()).as("%s %s: %s", method, path, reply.text()).isIn(200, 202);
        return reply.status() == 202 ? ended(reply.json()) : reply.json();
    }

    JsonNode ended(JsonNode job) throws IOException {
        var end = Instant.now().plus(WATCHDOG);
        while (Instant.now().isBefore(end)) {
            var reply = get("/jobs/" + job.path("job").asText(), "Prefer: wait=20");
            if (reply.status() == 200) {
                return reply.json();
            }
            assertThat(reply.status()).as(reply.text()).isEqualTo(202);
        }
        throw new AssertionError("the job does not end: "
                + get("/jobs/" + job.path("job").asText()).text());
    }
}
