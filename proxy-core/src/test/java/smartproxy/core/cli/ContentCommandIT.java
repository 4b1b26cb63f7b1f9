package smartproxy.core.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.tls.TestPki;

/** The command line before a daemon that ends, starts and is without its store while a job is waited for. */
class ContentCommandIT {
    private static final TestPki PKI = TestPki.create();
    private static final String RUNNING = "200 {\"job\": \"7\", \"state\": \"running\"}";

    @TempDir
    Path directory;

    private final Deque<String> answers = new ArrayDeque<>();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private HttpsServer daemon;

    @BeforeEach
    void start() throws IOException {
        PKI.writeTo(directory);
        daemon = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        daemon.setHttpsConfigurator(new HttpsConfigurator(PKI.server().sslContext(PKI.ca())));
        daemon.createContext("/content/", this::answer);
        daemon.start();
    }

    @AfterEach
    void stop() {
        daemon.stop(0);
    }

    /** The next of them, status and body. */
    private synchronized void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            var next = answers.remove();
            var body = next.substring(4).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(Integer.parseInt(next.substring(0, 3)), body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private int mirror() throws IOException {
        var file = Files.writeString(directory.resolve("mirror.json"), "{\"pulp\": \"old\", \"repositories\": []}");
        var command = new ContentCommand(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                config -> directory,
                Duration.ofMillis(1));
        return command.run(List.of(
                "mirror",
                file.toString(),
                "--url",
                "https://localhost:" + daemon.getAddress().getPort(),
                "--cert",
                directory.resolve("server.pem").toString(),
                "--key",
                directory.resolve("server.key").toString(),
                "--ca",
                directory.resolve("ca.pem").toString()));
    }

    @Test
    void aJobIsFollowedThroughARestartOfTheDaemon() throws Exception {
        answers.addAll(List.of(
                RUNNING,
                "503 The proxy is stopping; whether the request took effect is unknown",
                "404 Requested url was not found",
                "503 store: no connection",
                "200 {\"job\": \"7\", \"state\": \"completed\", \"items\": []}"));
        assertThat(mirror()).as(out + "" + err).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).endsWith("mirror: completed, 0 of 0 completed\n");
        assertThat(answers).isEmpty();
    }

    @Test
    void aMirrorOfThousandsOfRepositoriesIsTold() throws Exception {
        var item = "{\"name\": \"" + "r".repeat(255) + "\", \"state\": \"completed\"}";
        answers.addAll(List.of(
                RUNNING,
                "200 {\"job\": \"7\", \"state\": \"completed\", \"items\": ["
                        + String.join(",", Collections.nCopies(5000, item)) + "]}"));
        assertThat(mirror()).as(out + "" + err).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).endsWith("mirror: completed, 5000 of 5000 completed\n");
    }

    @Test
    void aJobThatIsNotKnownAnyMoreIsNotWaitedFor() throws Exception {
        answers.addAll(List.of(RUNNING, "404 There is no job '7'"));
        assertThat(mirror()).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("error: There is no job '7'\n");
    }
}
