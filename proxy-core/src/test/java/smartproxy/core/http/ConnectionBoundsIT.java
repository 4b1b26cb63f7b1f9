package smartproxy.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import smartproxy.core.tls.TestPki;
import smartproxy.core.tls.TlsContext;
import smartproxy.core.tls.TlsContexts;

/** Silent and slow clients, and too many of them, keep nobody out. */
@Execution(ExecutionMode.CONCURRENT)
class ConnectionBoundsIT {
    private static final Duration WATCHDOG = Duration.ofSeconds(30);
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int MOST = 20;
    /** Pipes that other tests beside may have, or have had: two for each of their connections. */
    private static final int OTHERS = 150;

    private final List<Socket> clients = new ArrayList<>();
    private Optional<TestServer> running = Optional.empty();

    @AfterEach
    void stop() throws IOException {
        running.ifPresent(TestServer::close);
        for (var client : clients) {
            client.close();
        }
    }

    @Test
    void newcomerIsServedAmongSilentConnections(@TempDir Path directory) throws Exception {
        var pki = TestPki.create();
        var tls = TlsContexts.load(TestServer.tlsSettings(pki.writeTo(directory)));
        var server = start(MOST, 1000, LONG, Optional.of(tls), 0);
        // Neither handshake nor request: not a byte. Only the first is sure to be the oldest.
        connect(server.httpsPort());
        awaitOpen(server, 1);
        for (var i = 1; i < 3 * MOST; i++) {
            connect(i % 2 == 0 ? server.httpsPort() : server.httpPort());
        }
        await().atMost(WATCHDOG).until(() -> server.bounds().evicted() == 2 * MOST);
        assertThat(TestServer.get(server.httpsPort(), TestPki.anonymousContext(pki.ca())))
                .contains("200 OK");
        assertThat(server.bounds().open()).isLessThanOrEqualTo(MOST);
        assertThat(clients.get(0).getInputStream().read()).as("the oldest").isEqualTo(-1);
    }

    @Test
    void halfHandshakesAndRunningRequestsHoldNoPlaceOfAHandshake(@TempDir Path directory) throws Exception {
        var pki = TestPki.create();
        var tls = TlsContexts.load(TestServer.tlsSettings(pki.writeTo(directory)));
        var server = start(MOST, 1000, LONG, Optional.of(tls), 1);
        var context = TestPki.anonymousContext(pki.ca());
        for (var i = 0; i < MOST / 2; i++) {
            connect(server.httpsPort()).getOutputStream().write(hello(context));
        }
        var slow = TestServer.connectTls(server.httpsPort(), context);
        clients.add(slow);
        TestServer.send(slow, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
        server.awaitSlow();
        assertThat(TestServer.get(server.httpsPort(), context)).contains("200 OK");
        assertThat(server.bounds().evicted()).isZero();
        server.release();
        assertThat(TestServer.answer(slow)).contains("200 OK");
    }

    private static byte[] hello(SSLContext context) throws IOException {
        var engine = context.createSSLEngine("localhost", 1);
        engine.setUseClientMode(true);
        var octets = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), octets);
        return Arrays.copyOf(octets.array(), octets.position());
    }

    @Test
    void idleLongestIsGivenUpFirst() throws Exception {
        var server = start(MOST, 1000, LONG, Optional.empty(), 0);
        var oldButBusyOften = connect(server.httpPort());
        awaitOpen(server, 1);
        // One by one: several threads accept, and which of two waiting connections comes first is theirs to choose.
        for (var i = 1; i < MOST; i++) {
            connect(server.httpPort());
            awaitOpen(server, i + 1);
        }
        TestServer.keepAlive(oldButBusyOften, "/");
        connect(server.httpPort());
        await().atMost(WATCHDOG).until(() -> server.bounds().evicted() == 1);
        assertThat(TestServer.keepAlive(oldButBusyOften, "/")).contains("200 OK");
        assertThat(clients.get(1).getInputStream().read()).isEqualTo(-1);
    }

    @Test
    void busyConnectionsStayAndNewcomerIsRefusedWhenAllAreBusy() throws Exception {
        var server = start(MOST, 1000, LONG, Optional.empty(), MOST);
        for (var i = 0; i < MOST; i++) {
            TestServer.send(connect(server.httpPort()), "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
        }
        server.awaitSlow();
        assertThat(connect(server.httpPort()).getInputStream().read()).isEqualTo(-1);
        server.release();
        for (var client : clients.subList(0, MOST)) {
            assertThat(TestServer.answer(client)).contains("200 OK");
        }
        await().atMost(WATCHDOG)
                .untilAsserted(() -> assertThat(TestServer.get("127.0.0.1", server.httpPort(), "/"))
                        .contains("200 OK"));
    }

    @Test
    void oneAddressDoesNotTakeThePlaceOfAnother() throws Exception {
        var server = start(1000, 4, LONG, Optional.empty(), 0);
        var other = connectFromElsewhere(server.httpPort());
        awaitOpen(server, 1);
        for (var i = 0; i < 10; i++) {
            connect(server.httpPort());
        }
        await().atMost(WATCHDOG).until(() -> server.bounds().evicted() == 6);
        assertThat(server.bounds().open()).isEqualTo(5);
        assertThat(TestServer.keepAlive(other, "/")).contains("200 OK");
    }

    @Test
    void aCrowdDrivesOutItselfAndNotWhoComesWithOne() throws Exception {
        var server = start(MOST, 1000, LONG, Optional.empty(), 0);
        var other = connectFromElsewhere(server.httpPort());
        awaitOpen(server, 1);
        for (var i = 0; i < 2 * MOST; i++) {
            connect(server.httpPort());
        }
        await().atMost(WATCHDOG).until(() -> server.bounds().evicted() == MOST + 1);
        assertThat(TestServer.keepAlive(other, "/")).contains("200 OK");
    }

    @Test
    void drippingConnectionIsClosed() throws Exception {
        var server = start(MOST, 1000, Duration.ofSeconds(1), Optional.empty(), 0);
        var client = connect(server.httpPort());
        TestServer.send(client, "GET / HTTP/1.1\r\nX-Slow: ");
        assertThatThrownBy(() -> await().atMost(WATCHDOG)
                        .pollInterval(Duration.ofMillis(50))
                        .until(() -> {
                            TestServer.send(client, "a");
                            return false;
                        }))
                .isInstanceOf(IOException.class);
        await().atMost(WATCHDOG).until(() -> server.bounds().open() == 0);
    }

    @Test
    void runningRequestOutlivesIdleTimeout() throws Exception {
        var server = start(MOST, 1000, Duration.ofSeconds(1), Optional.empty(), 1);
        var slow = connect(server.httpPort());
        TestServer.send(slow, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
        server.awaitSlow();
        // The silent one came later and is closed first: by then the running one has had more than its idle time.
        assertThat(connect(server.httpPort()).getInputStream().read()).isEqualTo(-1);
        server.release();
        assertThat(TestServer.answer(slow)).contains("200 OK");
    }

    /** Each engine of the native library has a pipe; left to Java's collector, pipes would outnumber connections by far. */
    @Test
    void aClosedConnectionLeavesNoPipeOfItsEngine(@TempDir Path directory) throws Exception {
        var pki = TestPki.create();
        var tls = TlsContexts.load(TestServer.tlsSettings(pki.writeTo(directory), "native"));
        var server = start(1000, 1000, LONG, Optional.of(tls), 0);
        var context = TestPki.anonymousContext(pki.ca());
        var before = pipes();
        for (var i = 0; i < 50; i++) {
            connect(server.httpsPort());
            connect(server.httpsPort()).getOutputStream().write(hello(context));
            clients.add(TestServer.connectTls(server.httpsPort(), context));
            var halfRequest = TestServer.connectTls(server.httpsPort(), context);
            clients.add(halfRequest);
            TestServer.send(halfRequest, "GET / HTTP/1.1\r\nX: " + "x".repeat(20_000));
        }
        awaitOpen(server, 200);
        assertThat(pipes()).as("with open connections").isGreaterThan(before + 2 * 200 - OTHERS);
        for (var client : clients) {
            client.setSoLinger(true, 0); // no orderly end
            client.close();
        }
        await().atMost(WATCHDOG).untilAsserted(() -> assertThat(pipes()).isLessThan(before + OTHERS));
    }

    private static long pipes() throws IOException {
        try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.filter(ConnectionBoundsIT::isPipe).count();
        }
    }

    private static boolean isPipe(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("pipe:");
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }

    private void awaitOpen(TestServer server, int count) {
        await().atMost(WATCHDOG).until(() -> server.bounds().open() == count);
    }

    private Socket connectFromElsewhere(int port) throws IOException {
        var elsewhere = InetAddress.getByAddress(new byte[] {127, 0, 0, 2});
        var socket = new Socket(InetAddress.getLoopbackAddress(), port, elsewhere, 0);
        clients.add(socket);
        socket.setSoTimeout(30_000);
        return socket;
    }

    private Socket connect(int port) throws IOException {
        var socket = TestServer.connect("127.0.0.1", port);
        clients.add(socket);
        return socket;
    }

    private TestServer start(int most, int perAddress, Duration idle, Optional<TlsContext> tls, int slow)
            throws Exception {
        var server = new TestServer(TestServer.bounded(most, perAddress, idle), tls, slow);
        running = Optional.of(server);
        return server;
    }
}
