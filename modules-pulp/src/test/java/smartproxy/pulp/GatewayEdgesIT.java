package smartproxy.pulp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.daemon.DaemonFixture;
import smartproxy.core.daemon.Wire;

/** The gateway at its edges: what is logged, the end of the daemon, a Pulp that comes back, requests with next to no head. */
class GatewayEdgesIT {
    private static final Duration WATCHDOG = Duration.ofSeconds(20);

    @TempDir
    private Path directory;

    private FakePulp pulp;
    private ServerSocket content;
    private DaemonFixture proxy;

    @BeforeEach
    void start() throws Exception {
        pulp = FakePulp.start();
        content = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        content.setSoTimeout(10_000);
        proxy = DaemonFixture.in(directory).set("log_level", "DEBUG").module("pulpcore", """
                        :enabled: https
                        :gateway:
                          :enabled: true
                          :registry: true
                          :api_url: http://127.0.0.1:%d
                          :content_url: http://127.0.0.1:%d
                          :remote_user: admin
                          :spool_directory: %s
                        """.formatted(
                        pulp.port(), content.getLocalPort(), directory.resolve("spool")));
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        pulp.close();
        content.close();
    }

    private int status(String path, String... headers) throws IOException {
        try (var client = proxy.https()) {
            return client.get(path, headers).status();
        }
    }

    /** Takes the next request for content and begins an answer of six bytes. */
    private Socket halfAnswer() throws IOException {
        var socket = content.accept();
        var unused = socket.getInputStream().read(new byte[8192]);
        write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc");
        return socket;
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
    }

    @Test
    void aBodyWithoutTypeStaysOne() throws Exception {
        proxy.start();
        for (var size : List.of(0, 1, 5 << 20)) {
            try (var client = proxy.https()) {
                client.send(
                        Wire.head("POST", "/pulp/api/v3/x/", "Content-Length: " + size) + "\r\n" + "x".repeat(size));
                assertThat(client.read().status()).isEqualTo(200);
            }
            assertThat(pulp.last().body()).hasSize(size);
            assertThat(pulp.last().headers()).doesNotContainKey("Content-type");
        }
    }

    /** It closes with what it did not read: whoever still writes gets a reset, and the answer lies there to be read. */
    @Test
    void anAnswerBeforeTheWholeBodyReachesTheClient() throws Exception {
        try (var hasty = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            var answers = CompletableFuture.runAsync(() -> {
                while (!hasty.isClosed()) {
                    try (var socket = hasty.accept()) {
                        var unused = socket.getInputStream().read(new byte[8192]);
                        write(socket, "HTTP/1.1 415 No\r\nContent-Length: 4\r\n\r\ntype");
                    } catch (IOException e) {
                        // closed: the end
                    }
                }
            });
            apiAt(hasty);
            var body = "x".repeat(12 << 20); // more than sockets keep
            for (var i = 0; i < 8; i++) {
                try (var client = proxy.https()) {
                    client.send(
                            Wire.head("PUT", "/pulp/api/v3/x/", "Content-Length: " + body.length()) + "\r\n" + body);
                    var answer = client.read();
                    assertThat(answer.status()).isEqualTo(415);
                    assertThat(answer.body()).isEqualTo("type");
                }
            }
            hasty.close();
            answers.get(WATCHDOG.toSeconds(), TimeUnit.SECONDS);
        }
    }

    /** A server that answers, keeps the connection and takes no more of the body. */
    @Test
    void anAnswerIsNotKeptWaitingForTheRestOfTheBody() throws Exception {
        try (var stubborn = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            apiAt(stubborn);
            try (var client = proxy.https()) {
                client.send(Wire.head("PUT", "/pulp/api/v3/x/", "Content-Length: " + (16 << 20)) + "\r\n"
                        + "x".repeat(16 << 20));
                try (var socket = asked(stubborn, "PUT")) {
                    write(socket, "HTTP/1.1 415 No\r\nContent-Length: 4\r\n\r\ntype");
                    client.socket().setSoTimeout((int) WATCHDOG.toMillis());
                    assertThat(client.read().body()).isEqualTo("type");
                    await().atMost(WATCHDOG)
                            .until(() -> proxy.log().contains("Finished PUT /pulp/api/v3/x/ with 415 ("));
                }
            }
        }
    }

    /** The first connection with such a request; the proxy itself asks for other things. */
    private static Socket asked(ServerSocket server, String method) throws IOException {
        while (true) {
            var socket = server.accept();
            var head = new byte[8192];
            var length = socket.getInputStream().read(head);
            if (new String(head, 0, Math.max(0, length), StandardCharsets.ISO_8859_1).startsWith(method)) {
                return socket;
            }
            socket.close();
        }
    }

    private void apiAt(ServerSocket server) throws Exception {
        proxy.module("pulpcore", """
                        :enabled: https
                        :gateway:
                          :enabled: true
                          :api_url: http://127.0.0.1:%d
                          :remote_user: admin
                          :spool_directory: %s
                        """.formatted(server.getLocalPort(), directory.resolve("spool")))
                .start();
    }

    @Test
    void noSecretOfARequestIsLogged() throws Exception {
        pulp.says(401, "{}");
        pulp.saysToo("WWW-Authenticate", "Bearer realm=\"https://proxy.example.com/token/\"");
        proxy.start();

        var basic = "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==";
        var bearer = "Authorization: Bearer sesame-token";
        for (var path : List.of(
                "/pulp/api/v3/x/?a=1&validate_token=sesame",
                "/pulp/api/v3//x/?validate_token=sesame",
                "/pulp/api/v3/x/?validate_token=sesame%zz",
                "/pulp/api/v3/x/?token=a;sesame",
                "/v2/a/blobs/b?X-Amz-Credential=sesame&X-Amz-Signature=sesame",
                "/token/?account=admin&password=sesame",
                "/content/pulps?token=sesame%zz",
                "/content/pulps?sig=sesame&%74oken=sesame")) {
            for (var header : List.of(basic, bearer)) {
                assertThat(status(path, header)).as(path).isBetween(200, 499);
            }
        }

        assertThat(proxy.log())
                .contains("Started GET /pulp/api/v3/x/ a=1&validate_token=***", "password=***", "bad URI `", "[D] ")
                .doesNotContain("sesame", "QWxhZGRpbj");
    }

    @Test
    void theEndWaitsForADownloadAndTakesNoNewOne() throws Exception {
        proxy.start();
        var port = proxy.httpsPort();
        try (var client = proxy.https()) {
            client.send(Wire.head("GET", "/pulp/content/x") + "\r\n");
            try (var half = halfAnswer()) {
                var end = CompletableFuture.runAsync(proxy::close);
                await().atMost(WATCHDOG)
                        .untilAsserted(
                                () -> assertThatThrownBy(() -> Wire.open(port).close())
                                        .isInstanceOf(IOException.class));
                assertThat(end).isNotDone();
                write(half, "def");
                assertThat(client.read().body()).isEqualTo("abcdef");
                end.get(WATCHDOG.toSeconds(), TimeUnit.SECONDS);
            }
        }
        assertThat(proxy.log())
                .contains("Finished GET /pulp/content/x with 200 (")
                .doesNotContain("broken off");
    }

    @Test
    void aDownloadThatTakesLongerThanTheEndMayIsBrokenOffAndLogged() throws Exception {
        proxy.set("drain_timeout", "0").start();
        try (var client = proxy.https()) {
            client.send(Wire.head("GET", "/pulp/content/x") + "\r\n");
            try (var half = halfAnswer()) {
                client.readHead();
                CompletableFuture.runAsync(proxy::close).get(WATCHDOG.toSeconds(), TimeUnit.SECONDS);
                // while the server behind has neither sent the rest nor ended
                assertThat(client.isClosedByPeer()).isTrue();
            }
        }
        assertThat(proxy.log())
                .contains("[W] 1 answers were on their way after 0 s and are broken off")
                .contains("Finished GET /pulp/content/x with 200, broken off (");
    }

    @Test
    void healthTellsByItselfThatPulpIsBack() throws Exception {
        var port = pulp.port();
        pulp.says(200, FakePulp.STATUS);
        proxy.start();
        awaitHealth("core, rpm, as Pulp said ");
        pulp.close();
        awaitHealth("kept, as it does not answer now");
        pulp = FakePulp.at(port);
        pulp.saysTo("GET /v2/", 401, "{}");
        pulp.saysToo("WWW-Authenticate", "Bearer realm=\"https://proxy.example.com/token/\"");

        await().atMost(WATCHDOG)
                .untilAsserted(() -> assertThat(health())
                        .contains("open: Pulp asks for tokens")
                        .doesNotContain("does not answer now", "Connection refused\"}"));
    }

    private void awaitHealth(String text) {
        await().atMost(WATCHDOG).untilAsserted(() -> assertThat(health()).contains(text));
    }

    /** What health says of Pulp, which nobody else asks. */
    private String health() throws IOException {
        try (var client = proxy.https()) {
            var all = client.get("/health").body();
            return all.substring(all.indexOf("\"items\""));
        }
    }
}
