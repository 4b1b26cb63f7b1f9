package smartproxy.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.api.StartException;
import smartproxy.core.daemon.FreePorts;
import smartproxy.core.tls.TestPki;
import smartproxy.core.tls.TlsContexts;

/** Which sockets are open, before and after a change, and how they read HTTP. */
class ListenersIT {
    private Optional<TestServer> running = Optional.empty();

    @AfterEach
    void stop() {
        running.ifPresent(TestServer::close);
    }

    @Test
    void starTakesBothFamilies() throws Exception {
        var server = start(plain("*", 0));
        assertThat(server.listeners().addresses()).hasSize(1);
        for (var host : List.of("127.0.0.1", "::1")) {
            assertThat(TestServer.get(host, server.httpPort(), "/")).contains("200 OK");
        }
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1,::1", "0.0.0.0,::1", "::1,127.0.0.1", "::,127.0.0.1"})
    void addressTakesItsFamilyAlone(String host, String other) throws Exception {
        var server = start(plain(host, 0));
        var own = other.equals("::1") ? "127.0.0.1" : "::1";
        assertThat(TestServer.get(own, server.httpPort(), "/")).contains("200 OK");
        assertThatThrownBy(() -> {
                    var answer = TestServer.get(other, server.httpPort(), "/");
                    assertThat(answer).isEmpty();
                    throw new IOException("closed without an answer");
                })
                .isInstanceOf(IOException.class);
    }

    @Test
    void opensEachAddressOnce() throws Exception {
        var server = start(TestServer.settings(List.of("127.0.0.1", "127.0.0.1", "::1"), Optional.of(0), 0));
        assertThat(server.listeners().addresses()).hasSize(2);
    }

    @Test
    void opensAllAddressesOfName() throws Exception {
        var server = start(plain("localhost", 0));
        assertThat(server.listeners().addresses()).hasSize(InetAddress.getAllByName("localhost").length);
    }

    @Test
    void bothWildcardsAreOneSocket() throws Exception {
        var port = FreePorts.next();
        var server = start(TestServer.settings(List.of("0.0.0.0", "::", "127.0.0.1"), Optional.of(port), 0));
        assertThat(server.listeners().addresses()).hasSize(1);
    }

    @Test
    void tellsHttpsFromHttp(@TempDir Path directory) throws Exception {
        var pki = TestPki.create();
        var tls = TlsContexts.load(TestServer.tlsSettings(pki.writeTo(directory)));
        var server = new TestServer(TestServer.settings(), Optional.of(tls), 0);
        running = Optional.of(server);
        assertThat(TestServer.get("127.0.0.1", server.httpPort(), "/")).contains("plain /");
        assertThat(TestServer.get(server.httpsPort(), TestPki.anonymousContext(pki.ca())))
                .contains("anonymous /");
        assertThat(server.server().getConnectors())
                .extracting(connector -> server.listeners().isHttps(connector))
                .containsExactly(false, true);
    }

    @Test
    void newTlsContextComesIntoUseOnOpenSocket(@TempDir Path directory) throws Exception {
        var pki = TestPki.create();
        var settings = TestServer.settings();
        var tls = TlsContexts.load(TestServer.tlsSettings(pki.writeTo(directory)));
        var server = new TestServer(settings, Optional.of(tls), 0);
        running = Optional.of(server);
        var port = server.httpsPort();
        var other = pki.issueServer().sign();
        other.writeTo(directory, "server");
        server.apply(settings, Optional.of(TlsContexts.load(TestServer.tlsSettings(directory))));
        assertThat(server.httpsPort()).isEqualTo(port);
        try (var socket = TestServer.connectTls(port, TestPki.anonymousContext(pki.ca()))) {
            assertThat(socket.getSession().getPeerCertificates()[0]).isEqualTo(other.certificate());
        }
    }

    @Test
    void namesAddressInUseAndKeepsWhatWasOpen() throws Exception {
        var port = FreePorts.next();
        var server = start(plain("127.0.0.1", port));
        try (var taken = new ServerSocket(0, 1, InetAddress.getAllByName("::1")[0])) {
            var free = FreePorts.next();
            assertThatThrownBy(() -> server.apply(
                            TestServer.settings(List.of("127.0.0.1", "::1"), Optional.of(taken.getLocalPort()), 0),
                            Optional.empty()))
                    .isInstanceOf(StartException.class)
                    .hasMessageContaining("port " + taken.getLocalPort())
                    .hasMessageContaining("already in use");
            assertThatThrownBy(() -> TestServer.connect("127.0.0.1", taken.getLocalPort()))
                    .isInstanceOf(IOException.class);
            assertThat(free).isPositive();
        }
        assertThat(TestServer.get("127.0.0.1", port, "/")).contains("200 OK");
        assertThat(server.listeners().addresses()).hasSize(1);
    }

    @Test
    void changesFromStarToOneAddressOfSamePortAndBack() throws Exception {
        var port = FreePorts.next();
        var server = start(plain("*", port));
        server.apply(plain("127.0.0.1", port), Optional.empty());
        assertThat(TestServer.get("127.0.0.1", port, "/")).contains("200 OK");
        assertThatThrownBy(() -> TestServer.get("::1", port, "/")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> server.apply(plain("192.0.2.1", port), Optional.empty()))
                .hasMessageContaining("192.0.2.1")
                .hasMessageContaining("correct bind_host");
        assertThat(TestServer.get("127.0.0.1", port, "/")).contains("200 OK");
        server.apply(plain("*", port), Optional.empty());
        assertThat(TestServer.get("::1", port, "/")).contains("200 OK");
    }

    @Test
    void requestOnClosedSocketIsStillAnswered() throws Exception {
        var settings = plain("127.0.0.1", 0);
        var server = new TestServer(settings, Optional.empty(), 1);
        running = Optional.of(server);
        var port = server.httpPort();
        try (var socket = TestServer.connect("127.0.0.1", port)) {
            TestServer.send(socket, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
            server.awaitSlow();
            server.apply(plain("127.0.0.1", FreePorts.next()), Optional.empty());
            // the system takes the socket away with the next turn of its selector
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThatThrownBy(
                                    () -> TestServer.connect("127.0.0.1", port).close())
                            .isInstanceOf(IOException.class));
            server.release();
            assertThat(TestServer.answer(socket)).contains("200 OK", "/slow END");
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void unchangedSocketStaysOpenWithItsConnections() throws Exception {
        var settings = plain("127.0.0.1", 0);
        var server = start(settings);
        var before = server.listeners().addresses();
        try (var socket = TestServer.connect("127.0.0.1", server.httpPort())) {
            TestServer.keepAlive(socket, "/");
            server.apply(settings, Optional.empty());
            assertThat(TestServer.keepAlive(socket, "/")).contains("200 OK");
        }
        assertThat(server.listeners().addresses()).isEqualTo(before);
    }

    @Test
    void nothingToListenOnIsAnError() {
        var settings = TestServer.settings(List.of("*"), Optional.empty(), 8443);
        assertThatThrownBy(() -> new TestServer(settings, Optional.empty(), 0))
                .hasMessage("Both http and https are disabled, unable to start.");
    }

    @Test
    void unknownHostIsAnError() {
        assertThatThrownBy(() -> new TestServer(plain("no-such-host.invalid", 0), Optional.empty(), 0))
                .hasMessageContaining("bind_host")
                .hasMessageContaining("no-such-host.invalid");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a%2Fb", "/a/../b", "/a/%2e%2e/x", "//a", "/a;b=c", "/a%25b", "/%ff", "/a|b"})
    void pathReachesHandlerAsSent(String path) throws Exception {
        var server = start(plain("127.0.0.1", 0));
        assertThat(TestServer.get("127.0.0.1", server.httpPort(), path)).contains("200 OK", "plain " + path + " END");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/%zz", "/%00", "/../a", "/%2e%2e/a", "a"})
    void refusesPathThatIsNone(String path) throws Exception {
        var server = start(plain("127.0.0.1", 0));
        assertThat(TestServer.get("127.0.0.1", server.httpPort(), path)).startsWith("HTTP/1.1 400");
    }

    @Test
    void boundsHeaderAndTellsNothingOfItself() throws Exception {
        var server = start(plain("127.0.0.1", 0));
        assertThat(answer(server, "X-Big: " + "a".repeat(100 << 10)))
                .contains("200 OK", "Date:")
                .doesNotContain("Server:", "Powered");
        assertThat(answer(server, "X-Big: " + "a".repeat(200 << 10))).startsWith("HTTP/1.1 431");
        assertThat(TestServer.get("127.0.0.1", server.httpPort(), "/?" + "a".repeat(8 << 10)))
                .contains("200 OK");
        assertThat(TestServer.get("127.0.0.1", server.httpPort(), "/?" + "a".repeat(200 << 10)))
                .startsWith("HTTP/1.1 414");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 3\r\nContent-Length: 4",
                "Content-Length: 3\r\nTransfer-Encoding: chunked",
                "X-A : b",
                "Host: b",
                "nonsense"
            })
    void refusesMessagesThatCanBeReadInTwoWays(String header) throws Exception {
        assertThat(answer(start(plain("127.0.0.1", 0)), header)).startsWith("HTTP/1.1 400");
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-A: b\r\n c", "X-A: b\nX-B: c"})
    void takesWhatIsOddButPlain(String header) throws Exception {
        assertThat(answer(start(plain("127.0.0.1", 0)), header)).startsWith("HTTP/1.1 200");
    }

    private static String answer(TestServer server, String header) throws IOException {
        try (var socket = TestServer.connect("127.0.0.1", server.httpPort())) {
            return TestServer.exchange(
                    socket, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + header + "\r\n\r\n");
        }
    }

    private static HttpSettings plain(String host, int port) {
        return TestServer.settings(List.of(host), Optional.of(port), 0);
    }

    private TestServer start(HttpSettings settings) throws Exception {
        var server = new TestServer(settings, Optional.empty(), 0);
        running = Optional.of(server);
        return server;
    }
}
