package smartproxy.pulp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.daemon.DaemonFixture;
import smartproxy.core.daemon.Wire;
import smartproxy.core.daemon.Wire.Reply;

/** Pulp's API and content through a whole daemon. */
class GatewayIT {
    private static final String JSON = "Content-Type: application/json";

    @TempDir
    private Path directory;

    private FakePulp api;
    private FakePulp content;
    private DaemonFixture proxy;
    private volatile String said = "";

    @BeforeEach
    void start() throws Exception {
        api = FakePulp.start();
        content = FakePulp.start();
        proxy = DaemonFixture.in(directory).set("request_deadline", "3");
        Files.writeString(directory.resolve("password"), "sesame\n");
        configure("  :username: admin\n  :password_file: " + directory.resolve("password") + "\n", content.port());
        proxy.start();
    }

    private void configure(String login, int contentPort) {
        proxy.module("pulpcore", """
                :enabled: true
                :mirror: true
                :gateway:
                  :enabled: true
                  :api_url: http://127.0.0.1:%d
                  :content_url: http://127.0.0.1:%d
                  :spool_directory: %s
                  :spool_size: 16
                """.formatted(api.port(), contentPort, directory.resolve("spool")) + login);
    }

    @AfterEach
    void stop() {
        proxy.close();
        api.close();
        content.close();
    }

    /** A connection of Foreman for large bodies. */
    private Wire swift() throws IOException {
        var pki = proxy.pki();
        return proxy.https(pki.client(DaemonFixture.FOREMAN).nativeSslContext(pki.ca()));
    }

    private Reply get(String path, String... headers) throws IOException {
        try (var client = proxy.https()) {
            return client.get(path, headers);
        }
    }

    private Reply post(String path, String body, String... headers) throws IOException {
        try (var client = proxy.https()) {
            var all = new ArrayList<>(List.of(headers));
            all.add("Content-Length: " + body.length());
            return client.send(Wire.head("POST", path, all.toArray(String[]::new)) + "\r\n" + body)
                    .read();
        }
    }

    @Test
    void foremanReachesTheApiAsTheDaemon() throws Exception {
        api.says(202, "{\"task\":\"/pulp/api/v3/tasks/1/\"}");

        var reply = post("/pulp/api/v3/repositories/file/file/?a=b%7C&d=%2F", "{\"name\":\"r\"}", JSON);

        assertThat(reply.status()).isEqualTo(202);
        assertThat(reply.body()).isEqualTo("{\"task\":\"/pulp/api/v3/tasks/1/\"}");
        assertThat(reply.header("server")).startsWith("foreman-proxy/");
        var asked = api.last();
        assertThat(asked.method()).isEqualTo("POST");
        assertThat(new String(asked.body(), StandardCharsets.UTF_8)).isEqualTo("{\"name\":\"r\"}");
        assertThat(asked.headers().getFirst("Authorization")).isEqualTo("Basic YWRtaW46c2VzYW1l");
        assertThat(asked.headers().getFirst("Host")).isEqualTo("proxy.example.com");
        assertThat(asked.headers().getFirst("X-Forwarded-Proto")).isEqualTo("https");
        assertThat(asked.headers().getFirst("Content-Type")).isEqualTo("application/json");
        assertThat(proxy.log()).doesNotContain("sesame", "YWRtaW46c2VzYW1l");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "PUT", "PATCH", "DELETE"})
    void allMethodsOfTheApiPass(String method) throws Exception {
        try (var client = proxy.https()) {
            client.send(Wire.head(method, "/pulp/api/v3/tasks/1/", "Content-Length: 0") + "\r\n")
                    .readHead();
        }
        assertThat(api.last().method()).isEqualTo(method);
    }

    @Test
    void strangersReachTheStatusAloneOfTheApi() throws Exception {
        try (var stranger = proxy.stranger()) {
            var reply = stranger.get("/pulp/api/v3/status/");
            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.body()).isEqualTo(FakePulp.STATUS);
        }
        assertThat(api.last().headers().containsKey("Authorization")).isFalse();
        var before = api.asked().size();
        for (var path : List.of("/pulp/api/v3/", "/pulp/api/v3/statusx/", "/pulp/api/v3/tasks/", "/pulp/api/v2/x/")) {
            try (var stranger = proxy.stranger()) {
                assertThat(stranger.get(path).status()).as(path).isEqualTo(403);
            }
        }
        try (var stranger = proxy.stranger()) {
            assertThat(stranger.post("/pulp/api/v3/status/", "a=b").status()).isEqualTo(404);
        }
        assertThat(api.asked()).hasSize(before);
    }

    @Test
    void contentIsForAllAndAClientsCertificateIsGivenOn() throws Exception {
        content.says(200, "a package");
        try (var stranger = proxy.stranger()) {
            assertThat(stranger.get("/pulp/content/r/a.rpm").body()).isEqualTo("a package");
        }
        assertThat(content.last().target()).isEqualTo("/pulp/content/r/a.rpm");
        assertThat(content.last().headers().containsKey("X-CLIENT-CERT")).isFalse();

        get(
                "/pulp/isos/r/a.iso",
                "X-CLIENT-CERT: forged",
                "X_Client_Cert: forged",
                "Client-Cert: :forged:",
                "X-HTTP-Method-Override: DELETE",
                "X-Original-URL: /pulp/content/other",
                "Authorization: Basic eDp5");

        var headers = content.last().headers();
        assertThat(headers.get("X-CLIENT-CERT")).hasSize(1);
        assertThat(headers.getFirst("X-CLIENT-CERT")).startsWith("-----BEGIN%20CERTIFICATE-----%0A");
        assertThat(headers)
                .doesNotContainKeys(
                        "X_client_cert", "Client-cert", "X-http-method-override", "X-original-url", "Authorization");
    }

    @Test
    void whatIsSaidOfAClientIsNotItsToTakeAway() throws Exception {
        get(
                "/pulp/content/x",
                "X-Kept: kept",
                "X-Own: dropped",
                "Connection: keep-alive, x-client-cert, X-Forwarded-For, X-Forwarded-Proto, X-Own",
                "Connection: Correlation-ID, Via");

        var headers = content.last().headers();
        assertThat(headers)
                .containsKeys(
                        "X-client-cert", "X-forwarded-for", "X-forwarded-proto", "Correlation-id", "Via", "X-kept")
                .doesNotContainKeys("X-own", "Connection");
    }

    @Test
    void aRequestWithoutABodyHasNoneThereWhateverTypeItNames() throws Exception {
        try (var client = proxy.https()) {
            client.send(Wire.head("DELETE", "/pulp/api/v3/repositories/file/file/1/", JSON) + "\r\n")
                    .read();
        }
        assertThat(api.last().headers()).doesNotContainKeys("Transfer-encoding");
        get("/pulp/content/x", JSON);
        assertThat(content.last().headers()).doesNotContainKeys("Transfer-encoding");
    }

    @Test
    void aLongHeaderOfTheServerPasses() throws Exception {
        content.says(200, "a package");
        content.saysToo("X-Long", "x".repeat(60_000));

        var reply = get("/pulp/content/x");

        assertThat(reply.body()).isEqualTo("a package");
        assertThat(reply.header("X-Long")).hasSize(60_000);
    }

    @Test
    void rangesAndConditionsPass() throws Exception {
        content.says(206, "part");
        content.saysToo("Content-Range", "bytes 0-3/10");
        content.saysToo("ETag", "\"1\"");
        content.saysToo("Set-Cookie", "session=1");

        var reply = get("/pulp/content/x", "Range: bytes=0-3", "If-Range: \"1\"");

        assertThat(reply.status()).isEqualTo(206);
        assertThat(reply.header("content-range")).isEqualTo("bytes 0-3/10");
        assertThat(reply.header("etag")).isEqualTo("\"1\"");
        assertThat(reply.headers()).doesNotContainKey("set-cookie");
        assertThat(content.last().headers().getFirst("Range")).isEqualTo("bytes=0-3");
        assertThat(content.last().headers().getFirst("If-Range")).isEqualTo("\"1\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Remote-User: admin",
                "Remote_User: admin",
                "REMOTE-USER: admin",
                "X-Forwarded-For: 10.0.0.1",
                "X-Forwarded-Host: evil",
                "X_Forwarded_Proto: http",
                "Forwarded: for=10.0.0.1",
                "X-RHSM-SSL-CLIENT-CERT: forged",
                "X_RHSM_SSL_CLIENT_CERT: forged",
                "Cookie: sessionid=1",
                "Proxy-Authorization: Basic eDp5",
                "SSL_CLIENT_S_DN: CN=admin",
                "Connection: close, Content-Type"
            })
    void whatAClientSaysOfItselfDoesNotPass(String header) throws Exception {
        get("/pulp/api/v3/tasks/", header);

        var name = header.substring(0, header.indexOf(':'));
        var value = header.substring(header.indexOf(':') + 2);
        var came = api.last().headers().get(name);
        assertThat(came == null ? List.of() : came).doesNotContain(value);
        assertThat(api.last().headers().containsKey("Content-type")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/pulp/content/../api/v3/tasks/",
                "/pulp/content/..%2fapi/v3/tasks/",
                "/pulp/content/%2e%2e/api/v3/tasks/",
                "/pulp/content/.%2E/api/v3/tasks/",
                "/pulp/content/x%2Fy",
                "/pulp/content/x%5c..%5cy",
                "/pulp/content//api/v3/",
                "/pulp//content/x",
                "/pulp/content/./x",
                "/pulp/content/%00"
            })
    void aCrookedTargetNeverReachesPulp(String target) throws Exception {
        try (var stranger = proxy.stranger()) {
            assertThat(stranger.get(target).status()).isIn(400, 404);
        }
        assertThat(content.asked()).isEmpty();
        assertThat(api.asked()).noneMatch(asked -> asked.contains("tasks"));
    }

    @Test
    void anAbsoluteTargetIsJudgedAndForwardedByItsPath() throws Exception {
        try (var stranger = proxy.stranger()) {
            assertThat(stranger.get("http://elsewhere/pulp/api/v3/tasks/").status())
                    .isEqualTo(403);
        }
        get("http://elsewhere/pulp/api/v3/tasks/");
        assertThat(api.last().target()).isEqualTo("/pulp/api/v3/tasks/");
        assertThat(api.last().headers().get("Host")).containsExactly("elsewhere");
    }

    @Test
    void theTargetIsForwardedByteForByte() throws Exception {
        var target = "/pulp/content/%7Ea/b%20c;d=e/?x=|[y]&z=%2F%2e%2e//\"'";
        var seen = new CompletableFuture<String>();
        try (var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            var thread = new Thread(() -> {
                try (var socket = server.accept()) {
                    var head = new byte[8192];
                    var length = socket.getInputStream().read(head);
                    seen.complete(new String(head, 0, length, StandardCharsets.ISO_8859_1));
                    socket.getOutputStream()
                            .write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
                                    .getBytes(StandardCharsets.ISO_8859_1));
                } catch (IOException e) {
                    seen.completeExceptionally(e);
                }
            });
            thread.start();
            configure("", server.getLocalPort());
            proxy.reload();
            assertThat(get(target).status()).isEqualTo(200);
        }
        assertThat(seen.get(10, TimeUnit.SECONDS)).startsWith("GET " + target + " HTTP/1.1\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 3\r\nContent-Length: 4",
                "Content-Length: 3\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked, identity",
                "Transfer-Encoding: xchunked",
                "Content-Length: 3, 4",
                "Content-Length: +3",
                "Content-Length : 3",
                "Content-Length: 3\r\nContent_Length: 3\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"
            })
    void anAmbiguousLengthIsRefused(String headers) throws Exception {
        var before = api.asked().size();
        try (var client = proxy.https()) {
            client.send("POST /pulp/api/v3/tasks/ HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n\r\nabc");
            assertThat(client.read().status()).isIn(400, 411, 501);
        }
        assertThat(api.asked().stream().skip(before)).noneMatch(asked -> asked.startsWith("POST"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X: a\r\nGET /pulp/api/v3/tasks/ HTTP/1.1\r\nHost: b",
                "X: a\nGET /pulp/api/v3/tasks/ HTTP/1.1\nHost: b\n\n",
                "X: a\rRemote-User: admin",
                "X: a\u0000Remote-User: admin",
                " Remote-User: admin",
                "Remote-User : admin",
                "Transfer_Encoding: chunked",
                "Transfer-Encoding\u000b: chunked"
            })
    void aHeaderSmugglesNothingIn(String header) throws Exception {
        try (var stranger = proxy.stranger()) {
            stranger.send("GET /pulp/content/x HTTP/1.1\r\nHost: a\r\n" + header + "\r\nConnection: close\r\n\r\n");
            assertThat(stranger.isClosedByPeer()).isTrue();
        }
        assertThat(api.asked()).noneMatch(asked -> asked.contains("tasks"));
        assertThat(content.asked()).allMatch(asked -> asked.startsWith("GET /pulp/content/x "));
        assertThat(content.asked()).hasSizeLessThanOrEqualTo(1);
        if (!content.asked().isEmpty()) {
            assertThat(content.last().headers())
                    .doesNotContainKeys("Remote-user", "Transfer-encoding", "Transfer_encoding");
        }
    }

    @Test
    void chunksReachTheApiWithALength() throws Exception {
        try (var client = proxy.https()) {
            client.send(Wire.head("POST", "/pulp/api/v3/uploads/", "Transfer-Encoding: chunked", JSON)
                            + "\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
                    .read();
        }
        assertThat(api.last().headers().getFirst("Content-Length")).isEqualTo("5");
        assertThat(api.last().headers().containsKey("Transfer-Encoding")).isFalse();
        assertThat(new String(api.last().body(), StandardCharsets.US_ASCII)).isEqualTo("abcde");
    }

    @Test
    void aLargeBodyWaitsOnDiskAndLeavesNothingThere() throws Exception {
        var body = "0123456789abcdef".repeat(6 << 16); // 6 MiB

        assertThat(post("/pulp/api/v3/uploads/", body).status()).isEqualTo(200);

        assertThat(new String(api.last().body(), StandardCharsets.US_ASCII)).isEqualTo(body);
        try (var left = Files.list(directory.resolve("spool"))) {
            assertThat(left).isEmpty();
        }
    }

    /** 30 times 3.5 MiB: of the budget in memory, 16 MiB, and of the heap, where a timer of 600 s might hold them. */
    @Test
    void whatABodyTookIsGivenBackWithItsRequest() throws Exception {
        proxy.module(
                "pulpcore",
                Files.readString(directory.resolve("settings.d/pulpcore.yml"))
                        .replace(":spool_size: 16", ":spool_size: 1"));
        proxy.reload();
        var chunk = "x".repeat(3_500 << 10);
        var request = Wire.head("POST", "/pulp/api/v3/uploads/", "Transfer-Encoding: chunked") + "\r\n"
                + Integer.toHexString(chunk.length()) + "\r\n" + chunk + "\r\n0\r\n\r\n";
        var memory = ManagementFactory.getMemoryMXBean();
        var before = 0L;

        try (var client = swift()) {
            for (var i = 0; i < 30; i++) {
                // without room in memory it would have to go to disk, where there is none
                assertThat(client.send(request).read().status()).isEqualTo(200);
                api.forget();
                if (i == 4) {
                    System.gc();
                    before = memory.getHeapMemoryUsage().getUsed();
                }
            }
        }

        var most = before + (40L << 20);
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            System.gc();
            assertThat(memory.getHeapMemoryUsage().getUsed()).isLessThan(most);
        });
    }

    @Test
    void aBodyLargerThanTheSpoolIs507() throws Exception {
        var before = api.asked().size();
        try (var client = proxy.https()) {
            client.send(Wire.head("PUT", "/pulp/api/v3/uploads/1/", "Content-Length: 20000000") + "\r\n");
            assertThat(client.read().status()).isEqualTo(507);
        }
        assertThat(api.asked().stream().skip(before)).noneMatch(asked -> asked.startsWith("PUT"));
    }

    /** Ten callers have sent half of a chunk of 64 MiB. */
    @Test
    void halfABodyKeepsNobodyWaiting() throws Exception {
        proxy.module(
                "pulpcore",
                Files.readString(directory.resolve("settings.d/pulpcore.yml"))
                        .replace(":spool_size: 16", ":spool_size: 1024"));
        proxy.reload();
        var half = new byte[32 << 20];
        var clients = new ArrayList<Wire>();
        try {
            for (var i = 0; i < 10; i++) {
                var client = swift();
                clients.add(client);
                client.send(Wire.head("PUT", "/pulp/api/v3/uploads/1/", "Content-Length: " + 2 * half.length) + "\r\n")
                        .send(half);
            }
            assertThat(get("/pulp/api/v3/tasks/").status()).isEqualTo(200);
            assertThat(api.asked()).noneMatch(asked -> asked.startsWith("PUT"));
        } finally {
            for (var client : clients) {
                client.close();
            }
        }
    }

    @Test
    void aDownloadThatRunsEndsBeforeTheDaemonDoes() throws Exception {
        var goOn = new CompletableFuture<Void>();
        var begun = new CompletableFuture<Void>();
        try (var slow = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            var thread = new Thread(() -> {
                try (var socket = slow.accept()) {
                    socket.getInputStream().read(new byte[8192]);
                    var out = socket.getOutputStream();
                    out.write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc".getBytes(StandardCharsets.US_ASCII));
                    out.flush();
                    begun.complete(null);
                    goOn.get(30, TimeUnit.SECONDS);
                    out.write("def".getBytes(StandardCharsets.US_ASCII));
                    out.flush();
                } catch (Exception e) {
                    begun.completeExceptionally(e);
                }
            });
            thread.start();
            configure("", slow.getLocalPort());
            proxy.reload();
            try (var client = proxy.https()) {
                client.send(Wire.head("GET", "/pulp/content/x") + "\r\n");
                begun.get(10, TimeUnit.SECONDS);
                var ended = CompletableFuture.runAsync(proxy::close);
                await().atMost(Duration.ofSeconds(60)).until(() -> {
                    try (var newcomer = proxy.https()) {
                        return false;
                    } catch (IOException refused) {
                        return true;
                    }
                });
                assertThat(ended).isNotDone();
                goOn.complete(null);
                assertThat(client.read().body()).isEqualTo("abcdef");
                ended.get(20, TimeUnit.SECONDS);
            }
            thread.join(10_000);
        }
    }

    @Test
    void expectedContinueIsAnsweredAfterAuthorizationHere() throws Exception {
        try (var stranger = proxy.stranger()) {
            stranger.send(
                    Wire.head("POST", "/pulp/api/v3/uploads/", "Content-Length: 3", "Expect: 100-continue") + "\r\n");
            assertThat(stranger.readHead().status()).isEqualTo(403);
        }
        try (var client = proxy.https()) {
            client.send(
                    Wire.head("POST", "/pulp/api/v3/uploads/", "Content-Length: 3", "Expect: 100-continue") + "\r\n");
            assertThat(client.readHead().status()).isEqualTo(100);
            client.send("abc");
            assertThat(client.read().status()).isEqualTo(200);
        }
        assertThat(api.last().headers().containsKey("Expect")).isFalse();
        assertThat(api.last().body()).hasSize(3);
    }

    @Test
    void aPulpThatIsAwayOrHangsIsSaid() throws Exception {
        content.close();
        assertThat(get("/pulp/content/x").status()).isEqualTo(503);
        assertThat(get("/pulp/content/x").body()).startsWith("pulpcore gateway content: relay: ");
        api.close();
        assertThat(post("/pulp/api/v3/tasks/", "x").status()).isEqualTo(503);
    }

    @Test
    void whileTheApiHangsTheOthersAreServed() throws Exception {
        api.hangs();
        try (var waiting = proxy.https()) {
            waiting.send(Wire.head("GET", "/pulp/api/v3/tasks/") + "\r\n");
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> api.asked().stream().anyMatch(a -> a.contains("tasks")));
            assertThat(get("/features").status()).isEqualTo(200);
            assertThat(get("/pulp/content/x").status()).isEqualTo(200);
            api.answersAgain();
            assertThat(waiting.read().status()).isEqualTo(200);
        }
    }

    /** Content that answers every request with {@link #said} and closes the connection. */
    private ServerSocket runScripted() throws Exception {
        var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        var thread = new Thread(() -> {
            while (true) {
                try (var socket = server.accept()) {
                    socket.getInputStream().read(new byte[8192]);
                    socket.getOutputStream().write(said.getBytes(StandardCharsets.ISO_8859_1));
                } catch (IOException e) {
                    if (server.isClosed()) {
                        return;
                    }
                }
            }
        });
        thread.start();
        configure("", server.getLocalPort());
        var file = directory.resolve("settings.d/pulpcore.yml");
        proxy.module("pulpcore", Files.readString(file).replace(":enabled: https", ":enabled: true"));
        proxy.reload();
        return server;
    }

    /** Also where the end of the connection is that of the body, and where TLS says its farewell. */
    @Test
    void aPulpThatDiesInTheBodyIsNoShortAnswer() throws Exception {
        try (var dying = runScripted()) {
            for (var answer :
                    List.of("Content-Length: 10\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")) {
                said = "HTTP/1.1 200 OK\r\n" + answer;
                for (var head :
                        List.of("HTTP/1.1\r\nHost: a", "HTTP/1.1\r\nHost: a\r\nConnection: close", "HTTP/1.0")) {
                    for (var secure : List.of(true, false)) {
                        try (var client = secure ? proxy.https() : proxy.http()) {
                            client.send("GET /pulp/content/x " + head + "\r\n\r\n");
                            assertThatThrownBy(() ->
                                            client.socket().getInputStream().readAllBytes())
                                    .as("%s to %s, secure: %s", answer, head, secure)
                                    .isInstanceOf(IOException.class);
                        }
                    }
                }
            }
        }
        assertThat(proxy.log())
                .contains("pulpcore gateway content: the answer to GET /pulp/content/x broke off: it closed");
    }

    @Test
    void anAnswerWithoutALengthIsWhole() throws Exception {
        try (var content = runScripted()) {
            said = "HTTP/1.0 200 OK\r\n\r\nhello";
            var reply = get("/pulp/content/x", "Connection: close");
            assertThat(reply.body()).isEqualTo("hello");
            assertThat(reply.header("transfer-encoding")).isEqualTo("chunked");
            try (var client = proxy.http()) {
                client.send("GET /pulp/content/x HTTP/1.0\r\n\r\n");
                assertThat(new String(client.socket().getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                        .endsWith("\r\n\r\nhello");
            }
        }
    }

    @Test
    void halfAnAnswerIs502AndNone503() throws Exception {
        try (var content = runScripted()) {
            for (var answer : List.of(
                    "HTTP/1.1 200 OK\r\nContent-Le",
                    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
                    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                    "HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\nabc",
                    "HTTP/1.1 200 OK\r\nX: a\u0000b\r\nContent-Length: 3\r\n\r\nabc",
                    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nabc",
                    "\u0000\u0001 nonsense\r\n\r\n")) {
                said = answer;
                var reply = get("/pulp/content/x");
                assertThat(reply.status()).as(answer).isEqualTo(502);
                assertThat(reply.body())
                        .startsWith("pulpcore gateway content: relay: its answer is none that can be passed on: it ")
                        .doesNotContain("jetty", "oej");
            }
            said = "";
            var reply = get("/pulp/content/x");
            assertThat(reply.status()).isEqualTo(503);
            assertThat(reply.body()).contains("it closed the connection too early");
        }
    }

    @Test
    void whatComesBeforeAnAnswerIsNoAnswer() throws Exception {
        try (var content = runScripted()) {
            for (var before : List.of(
                    "100 Continue\r\n\r\n",
                    "102 Processing\r\n\r\n",
                    "103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </b>\r\n\r\n")) {
                said = "HTTP/1.1 " + before + "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";
                assertThat(get("/pulp/content/x"))
                        .as(before)
                        .returns(200, Reply::status)
                        .returns("hello", Reply::body);
            }
        }
    }

    @Test
    void aReloadLosesNoDownload() throws Exception {
        try (var slow = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            configure("", slow.getLocalPort());
            proxy.reload();
            try (var client = proxy.https()) {
                client.send(Wire.head("GET", "/pulp/content/x") + "\r\n");
                try (var socket = slow.accept()) {
                    socket.getInputStream().read(new byte[8192]);
                    var out = socket.getOutputStream();
                    out.write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc".getBytes(StandardCharsets.US_ASCII));
                    out.flush();
                    configure("", content.port());
                    proxy.reload();
                    assertThat(get("/pulp/content/y").body()).isEqualTo(FakePulp.STATUS);
                    out.write("def".getBytes(StandardCharsets.US_ASCII));
                    out.flush();
                    assertThat(client.read().body()).isEqualTo("abcdef");
                }
            }
        }
    }

    @Test
    void aSpoolThatCannotBeWrittenIsSaid() throws Exception {
        var file = Files.writeString(directory.resolve("file"), "x");
        proxy.module(
                "pulpcore",
                Files.readString(directory.resolve("settings.d/pulpcore.yml"))
                        .replace(
                                directory.resolve("spool").toString(),
                                file.resolve("spool").toString()));
        proxy.reload();

        assertThat(post("/pulp/api/v3/uploads/", "x".repeat(5 << 20)).status()).isEqualTo(507);

        assertThat(proxy.log()).contains("The spool directory " + file.resolve("spool") + " takes no body: ");
    }

    @Test
    void katelloIsToldTheDaemonsOwnAddress() throws Exception {
        var features = get("/v2/features").body();

        var own = "https://proxy.example.com:0"; // the certificate's name, and the port as the settings have it
        assertThat(features)
                .contains(
                        "\"pulp_url\":\"" + own + "\"",
                        "\"content_app_url\":\"" + own + "/pulp/content\"",
                        "\"username\":null,\"password\":null",
                        "\"client_authentication\":[\"client_certificate\"]",
                        "\"mirror\":true",
                        "\"rhsm_url\":null")
                .doesNotContain(String.valueOf(api.port()), "\"gateway\"");
    }

    @Test
    void noHeaderComesTwice() throws Exception {
        get("/pulp/content/x", "User-Agent: curl/8", "Accept: */*", "Accept-Encoding: gzip");

        assertThat(content.last().headers())
                .allSatisfy((name, values) -> assertThat(values).hasSize(1));
        assertThat(content.last().headers().getFirst("User-Agent")).isEqualTo("curl/8");
    }

    @Test
    void theRequestIdIsTheCorrelationId() throws Exception {
        var id = "0123456789abcdef0123456789abcdef";
        get("/pulp/api/v3/tasks/", "Correlation-ID: " + id);
        assertThat(api.last().headers().getFirst("Correlation-ID")).isEqualTo(id);
        assertThat(proxy.log()).contains(id.substring(0, 8));
        get("/pulp/api/v3/tasks/");
        assertThat(api.last().headers().getFirst("Correlation-ID")).isNotBlank().isNotEqualTo(id);
        get("/pulp/api/v3/tasks/", "Correlation-ID: " + id, "Correlation-ID: another");
        assertThat(api.last().headers().get("Correlation-ID")).hasSize(1);
    }

    @Test
    void withoutTheGatewayItsRoutesAreNotThere() throws Exception {
        proxy.module(
                "pulpcore",
                ":enabled: true\n:pulp_url: http://127.0.0.1:" + api.port()
                        + "\n:content_app_url: https://a/pulp/content\n:rhsm_url: https://a/rhsm\n");
        proxy.reload();
        for (var path : List.of("/pulp/api/v3/status/", "/pulp/content/x", "/pypi/x/", "/rhsm/status")) {
            assertThat(get(path).status()).as(path).isEqualTo(404);
        }
    }

    @Test
    void severalRequestsOnOneConnection() throws Exception {
        try (var client = proxy.https()) {
            for (var i = 0; i < 20; i++) {
                assertThat(client.get("/pulp/content/" + i).status()).isEqualTo(200);
            }
        }
        assertThat(proxy.metric("smart_proxy_backend_permits_used{backend=\"pulpcore gateway content\"}"))
                .isZero();
    }
}
