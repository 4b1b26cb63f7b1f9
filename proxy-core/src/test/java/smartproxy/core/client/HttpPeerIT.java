package smartproxy.core.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.HttpCall;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.OutcomeUnknownException;
import smartproxy.core.api.Secret;
import smartproxy.core.api.StartException;
import smartproxy.core.tls.TestPki;

/** Each promise of {@link smartproxy.core.api.HttpPeer}, over sockets. */
class HttpPeerIT {
    private static final Duration TIME = Duration.ofSeconds(30);
    private static final TestPki PKI = TestPki.create();
    private static final TestPki STRANGER = TestPki.create("Other CA", TestPki.KeyType.EC_P256);

    @TempDir
    private static Path files;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<String> seen = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void write() {
        TestPki.write(files.resolve("ca.pem"), PKI.ca().pem());
        TestPki.write(files.resolve("other.pem"), STRANGER.ca().pem());
        PKI.client("proxy.example.com").writeTo(files, "client");
    }

    @AfterEach
    void close() throws Exception {
        for (var one : open) {
            one.close();
        }
    }

    private static Deadline soon() {
        return Deadline.in(TIME);
    }

    private LazyPeer peer(HttpIdentity identity) throws StartException {
        return peer("test", identity);
    }

    private LazyPeer peer(String owner, HttpIdentity identity) throws StartException {
        var peer = new LazyPeer(owner, identity);
        open.add(peer);
        return peer;
    }

    private static HttpIdentity identity(String scheme, int port) {
        return HttpIdentity.of(URI.create(scheme + "://localhost:" + port + "/base/"), "test_ca_file");
    }

    private int http() throws IOException {
        return start(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
    }

    private int https(SSLContext context, boolean wantsCertificate) throws IOException {
        var server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                var ours = context.getDefaultSSLParameters();
                ours.setNeedClientAuth(wantsCertificate);
                parameters.setSSLParameters(ours);
            }
        });
        return start(server);
    }

    private int start(HttpServer server) {
        var threads = Executors.newCachedThreadPool();
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
        open.add(() -> {
            server.stop(0);
            threads.shutdownNow();
        });
        return server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        var headers = exchange.getRequestHeaders();
        seen.add(exchange.getRemoteAddress().getPort() + " " + exchange.getRequestMethod() + " "
                + exchange.getRequestURI() + " " + headers.getFirst("Authorization") + " "
                + headers.getFirst("Content-Type") + " " + headers.getFirst("Cookie") + " "
                + headers.getFirst("Accept-Encoding") + " " + body);
        var status = Integer.parseInt(exchange.getRequestURI().getPath().replaceAll("\\D", ""));
        exchange.getResponseHeaders().add("Set-Cookie", "a=b");
        exchange.getResponseHeaders().add("Location", "/base/200");
        var answer = "said ä".getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    @Test
    void sendsWhatItIsGivenAndAnswersWhatCame() throws Exception {
        var peer = peer(identity("http", http()).basic("me", new Secret("pässword")));

        var reply = peer.send(
                HttpCall.post("201").with("name", "a b&c+ä").with("x~", "=:").json("{\"k\":\"ü\"}"), soon());

        assertThat(reply.status()).isEqualTo(201);
        assertThat(reply.text()).isEqualTo("said ä");
        assertThat(reply.header("location")).contains("/base/200");
        assertThat(seen.get(0))
                .endsWith(" POST /base/201?name=a%20b%26c%2B%C3%A4&x~=%3D%3A Basic bWU6cMOkc3N3b3Jk"
                        + " application/json null null {\"k\":\"ü\"}");
    }

    @Test
    void keepsConnectionsAndNothingElse() throws Exception {
        var peer = peer(identity("http", http()).bearer(new Secret("word")));

        peer.send(HttpCall.get("200"), soon());
        peer.send(HttpCall.delete("200"), soon());

        assertThat(seen.get(1).split(" ", 2)[1]).isEqualTo("DELETE /base/200 Bearer word null null null ");
        assertThat(seen.get(1).split(" ", 2)[0]).isEqualTo(seen.get(0).split(" ", 2)[0]);
    }

    @Test
    void sendsAHeaderOfTheServersOwnAndShowsItToNobodyElse() throws Exception {
        var identity =
                identity("http", http()).header("Cookie", new Secret("k3y")).bearer(new Secret("word"));

        peer(identity).send(HttpCall.patch("200"), soon());

        assertThat(seen.get(0)).endsWith(" PATCH /base/200 Bearer word null k3y null ");
        assertThat(identity.toString()).doesNotContain("k3y", "word");
    }

    @Test
    void redirectsAndRefusalsAreAnswersLikeOthers() throws Exception {
        var peer = peer(identity("http", http()));

        for (var status : List.of(302, 401, 404, 500)) {
            assertThat(peer.send(HttpCall.get("" + status), soon()).status()).isEqualTo(status);
        }
        assertThat(seen).hasSize(4);
    }

    @Test
    void trustsTheAuthoritiesOfItsFile() throws Exception {
        var peer =
                peer(identity("https", https(PKI.server().sslContext(), false)).trusting(files.resolve("ca.pem")));

        assertThat(peer.send(HttpCall.get("200"), soon()).status()).isEqualTo(200);
    }

    private SSLHandshakeException refused(HttpIdentity identity) throws StartException {
        var peer = peer(identity);
        var failure = catchThrowableOfType(
                SSLHandshakeException.class,
                () -> peer.send(HttpCall.post("200").with("secret", "query").json("{}"), soon()));
        assertThat(seen).isEmpty();
        assertThat(failure).hasMessageStartingWith("POST " + identity.base() + "200: ");
        assertThat(failure.getMessage()).doesNotContain("query");
        return failure;
    }

    @Test
    void withoutAFileItTrustsTheRuntimesAuthoritiesOnly() throws Exception {
        assertThat(refused(identity("https", https(PKI.server().sslContext(), false))))
                .hasMessageContaining("signed by no authority the Java runtime knows")
                .hasMessageContaining("set test_ca_file");
    }

    @Test
    void anotherAuthoritysFileIsNamed() throws Exception {
        var other = files.resolve("other.pem");
        assertThat(refused(identity("https", https(PKI.server().sslContext(), false))
                        .trusting(other)))
                .hasMessageContaining("signed by no authority in " + other + " (test_ca_file)");
    }

    @Test
    void theCertificateMustBeMadeForTheHost() throws Exception {
        var wrong = PKI.issue("grid.example.com")
                .purposes(TestPki.Purpose.SERVER)
                .dns("grid.example.com")
                .sign();
        assertThat(refused(identity("https", https(wrong.sslContext(), false)).trusting(files.resolve("ca.pem"))))
                .hasMessageContaining("its certificate is not made for localhost");
    }

    @Test
    void anExpiredCertificateIsRefused() throws Exception {
        var old = PKI.issueServer().expired().sign();
        assertThat(refused(identity("https", https(old.sslContext(), false)).trusting(files.resolve("ca.pem"))))
                .hasMessageContaining("its certificate has expired");
    }

    @Test
    void aCertificateThatIsNotYetValidPointsToTheClocks() throws Exception {
        var tomorrow = Instant.now().plus(Duration.ofDays(1));
        var early = PKI.issueServer()
                .valid(tomorrow, tomorrow.plus(Duration.ofDays(1)))
                .sign();
        assertThat(refused(identity("https", https(early.sslContext(), false)).trusting(files.resolve("ca.pem"))))
                .hasMessageContaining("its certificate is not valid yet")
                .hasMessageContaining("clock");
    }

    @Test
    void theCertificateOfAClientIsRefused() throws Exception {
        var client = PKI.issueServer().purposes(TestPki.Purpose.CLIENT).sign();
        assertThat(refused(identity("https", https(client.sslContext(), false)).trusting(files.resolve("ca.pem"))))
                .hasMessageContaining("its certificate is not one of a server");
    }

    @Test
    void showsItsCertificateWhenItHasOne() throws Exception {
        var identity = identity("https", https(PKI.server().sslContext(PKI.ca()), true))
                .trusting(files.resolve("ca.pem"));
        var known = peer(identity.presenting(files.resolve("client.pem"), files.resolve("client.key")));
        var unknown = peer(identity);

        assertThat(known.send(HttpCall.get("200"), soon()).status()).isEqualTo(200);
        assertThatThrownBy(() -> unknown.send(HttpCall.get("200"), soon())).isInstanceOf(IOException.class);
    }

    /** Says why it ends a handshake, and waits until it was heard; of TLS 1.2, where that is known before a request is sent. */
    private int strict() throws IOException {
        var factory = PKI.server().sslContext(PKI.ca()).getSocketFactory();
        var listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        open.add(listener);
        var thread = new Thread(() -> {
            while (!listener.isClosed()) {
                try (var socket = listener.accept()) {
                    var secured = (SSLSocket) factory.createSocket(socket, null, false);
                    secured.setEnabledProtocols(new String[] {"TLSv1.2"});
                    secured.setNeedClientAuth(true);
                    assertThatThrownBy(secured::startHandshake).isInstanceOf(IOException.class);
                    var unused = socket.getInputStream().readAllBytes();
                } catch (IOException e) {
                    // the end
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
        return listener.getLocalPort();
    }

    @Test
    void aServerThatWantsAnotherClientSaysSo() throws Exception {
        STRANGER.client("proxy.example.com").writeTo(files, "stranger");
        var identity = identity("https", strict()).trusting(files.resolve("ca.pem"));

        assertThat(refused(identity)).hasMessageContaining("it wants a client certificate, and none is set (");
        assertThat(refused(identity.presenting(files.resolve("stranger.pem"), files.resolve("stranger.key"))))
                .hasMessageContaining("it does not accept the client certificate in " + files.resolve("stranger.pem"));
    }

    @Test
    void aServerWithoutTlsIsToldFromOneWithIt() throws Exception {
        var plain = RawServer.start(socket ->
                socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
        open.add(plain);
        assertThat(refused(identity("https", plain.port()))).hasMessageContaining("it does not speak TLS there");
    }

    @Test
    void nobodyListens() throws Exception {
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        var peer = peer(identity("http", port));
        assertThatThrownBy(() -> peer.send(HttpCall.post("a").with("q", "secret"), soon()))
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("POST http://localhost:" + port + "/base/a: Connection refused");
    }

    @Test
    void noSuchHost() throws Exception {
        var peer = peer(HttpIdentity.of(URI.create("http://nowhere.invalid"), "test_ca_file"));
        assertThatThrownBy(() -> peer.send(HttpCall.post("a"), soon()))
                .isInstanceOf(UnknownHostException.class)
                .hasMessage("nowhere.invalid");
    }

    /** The exceptions of a safe call and of one that is not. */
    private List<Exception> failures(RawServer.Act act, Duration time) throws Exception {
        var server = RawServer.start(act);
        open.add(server);
        var peer = peer(identity("http", server.port()));
        var failures = new ArrayList<Exception>();
        for (var call : List.of(HttpCall.get("a"), HttpCall.delete("a"))) {
            failures.add(catchThrowableOfType(Exception.class, () -> peer.send(call, Deadline.in(time))));
        }
        return failures;
    }

    @Test
    void noAnswerInTime() throws Exception {
        var failures = failures(socket -> {}, Duration.ofSeconds(1));
        assertThat(failures.get(0)).isInstanceOf(SocketTimeoutException.class).hasMessageContaining("no answer");
        assertThat(failures.get(1))
                .isInstanceOf(OutcomeUnknownException.class)
                .hasCauseInstanceOf(SocketTimeoutException.class);
    }

    @Test
    @Tag("long")
    void aSlowAnswerIsWaitedForAsLongAsTheDeadlineAllows() throws Exception {
        var server = RawServer.start(socket -> {
            try {
                TimeUnit.SECONDS.sleep(12); // longer than a connection may idle in the pool
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            RawServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").on(socket);
        });
        open.add(server);
        assertThat(peer(identity("http", server.port()))
                        .send(HttpCall.get("a"), Deadline.in(Duration.ofSeconds(60)))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void halfAnAnswerInTime() throws Exception {
        var failures = failures(
                socket -> socket.getOutputStream()
                        .write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhal".getBytes(StandardCharsets.US_ASCII)),
                Duration.ofSeconds(1));
        assertThat(failures.get(0)).isInstanceOf(SocketTimeoutException.class);
        assertThat(failures.get(1)).isInstanceOf(OutcomeUnknownException.class);
    }

    @Test
    void theConnectionIsCutBeforeTheAnswer() throws Exception {
        var failures = failures(RawServer.answering(""), TIME);
        assertThat(failures.get(0)).isExactlyInstanceOf(IOException.class).hasMessageContaining("was closed");
        assertThat(failures.get(1)).isInstanceOf(OutcomeUnknownException.class).hasMessageContaining("was closed");
    }

    @Test
    void oneThatNeverAnsweredMayWantHttps() throws Exception {
        var answers = new ArrayList<>(List.of("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ""));
        var fickle =
                RawServer.start(socket -> RawServer.answering(answers.remove(0)).on(socket));
        var mute = RawServer.start(RawServer.answering(""));
        open.addAll(List.of(fickle, mute));
        assertThatThrownBy(() -> peer(identity("http", mute.port())).send(HttpCall.get("a"), soon()))
                .hasMessageEndingWith("the connection was closed; if the server wants https, use https://");
        var known = peer(identity("http", fickle.port()));
        assertThat(known.send(HttpCall.get("a"), soon()).status()).isEqualTo(200);
        assertThatThrownBy(() -> known.send(HttpCall.get("a"), soon()))
                .hasMessageEndingWith("the connection was closed");
    }

    @Test
    void theConnectionIsCutInTheAnswer() throws Exception {
        var failures = failures(RawServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), TIME);
        assertThat(failures.get(0)).isExactlyInstanceOf(IOException.class).hasMessageContaining("was closed");
        assertThat(failures.get(1)).isInstanceOf(OutcomeUnknownException.class);
    }

    /** It closes with what it did not read: whoever still writes gets a reset, and the answer lies there to be read. */
    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    void anAnswerBeforeTheWholeRequestCounts(String scheme) throws Exception {
        var server = RawServer.start(
                scheme.equals("http")
                        ? ServerSocketFactory.getDefault()
                        : PKI.server().sslContext().getServerSocketFactory(),
                RawServer.answering("HTTP/1.1 413 No\r\nConnection: close\r\nContent-Length: 4\r\n\r\nmuch"));
        open.add(server);
        var peer = peer(identity(scheme, server.port()).trusting(files.resolve("ca.pem")));
        var call = HttpCall.post("a").json(" ".repeat(1 << 19) + "{}");
        for (var i = 0; i < 200; i++) {
            var reply = peer.send(call, soon());
            assertThat(reply.status()).isEqualTo(413);
            assertThat(reply.body()).asString().isEqualTo("much");
        }
    }

    private static void unusable(List<Exception> failures, String text) {
        for (var failure : failures) {
            assertThat(failure).isInstanceOf(BackendException.class).hasMessageStartingWith("test: ");
            assertThat(failure).hasMessageContaining(text);
            assertThat(((BackendException) failure).kind()).isEqualTo(Kind.REJECTED);
        }
        assertThat(((BackendException) failures.get(0)).outcome()).isEqualTo(Outcome.NOT_APPLIED);
        assertThat(((BackendException) failures.get(1)).outcome()).isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    void whatIsNotHttp() throws Exception {
        unusable(
                failures(RawServer.answering("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n\r\n"), TIME), "not as an HTTP server");
    }

    @Test
    void aQuestionIsSafeWhateverItsMethod() throws Exception {
        var server = RawServer.start(RawServer.answering("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n\r\n"));
        open.add(server);
        var peer = peer(identity("http", server.port()));
        var failure = catchThrowableOfType(
                BackendException.class,
                () -> peer.send(HttpCall.post("a").asking().json("{}").with("b", "c"), soon()));
        assertThat(failure.outcome()).isEqualTo(Outcome.NOT_APPLIED);
        assertThat(failure)
                .hasMessageEndingWith(
                        "not as an HTTP server does; check the address; if the server wants https, use" + " https://");
    }

    @Test
    void anAnswerThatIsTooLarge() throws Exception {
        var head = "HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n";
        unusable(
                failures(
                        socket -> {
                            try {
                                RawServer.answering(head + "x".repeat(3_000_000))
                                        .on(socket);
                            } catch (IOException e) {
                                socket.close(); // the other side has had enough
                            }
                        },
                        TIME),
                "larger than 1024 KiB");
    }

    @Test
    void whatIsTooLargeToSend() throws Exception {
        var peer = peer(identity("http", http()));
        assertThatThrownBy(() -> peer.send(HttpCall.post("200").json(" ".repeat(1 << 20) + "{}"), soon()))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("was not sent");
        assertThat(seen).isEmpty();
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("http-alone"))
                .toList();
    }

    @Test
    void hasNoThreadBeforeTheFirstCallAndNoneAfterItsEnd() throws Exception {
        // of a name of its own: the threads of other tests' peers may still be ending
        var peer = peer("alone", identity("http", http()));
        assertThat(threads()).isEmpty();
        peer.send(HttpCall.get("200"), soon());
        assertThat(threads()).isNotEmpty();
        peer.close();
        await().atMost(TIME).until(() -> threads().isEmpty());
        assertThatThrownBy(() -> peer.send(HttpCall.get("200"), soon())).isInstanceOf(ConnectException.class);
    }

    @Test
    void nothingOfTheLibraryIsLoadedBeforeTheFirstCall() throws Exception {
        var child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xlog:class+load:stdout",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Idle.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(child.exitValue()).isZero();
        assertThat(output).contains(LazyPeer.class.getName()).doesNotContain("org.eclipse.jetty");
    }

    /** Makes a peer and does not speak to it. */
    static final class Idle {
        private Idle() {}

        public static void main(String[] arguments) throws StartException {
            new LazyPeer("test", identity("https", 443)).close();
        }
    }
}
