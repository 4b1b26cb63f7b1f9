package smartproxy.core.http;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.StartException;
import smartproxy.core.health.Metrics;
import smartproxy.core.tls.TlsContext;
import smartproxy.core.tls.TlsSettings;

/** Listeners before a handler that answers with the subject of the client's certificate and the raw path. */
public final class TestServer implements AutoCloseable {
    private static final int WATCHDOG_MILLIS = 30_000;

    private final Server server = new Server();
    private final ConnectionBounds bounds;
    private final Listeners listeners;
    private final CountDownLatch release = new CountDownLatch(1);
    private final CountDownLatch slowOnes;

    /** @param slow how many requests for /slow {@link #awaitSlow} waits for */
    public TestServer(HttpSettings settings, Optional<TlsContext> tls, int slow) throws Exception {
        this(settings, tls, slow, null);
    }

    /** @param other handles the requests */
    TestServer(HttpSettings settings, Optional<TlsContext> tls, Handler other) throws Exception {
        this(settings, tls, 0, other);
    }

    private TestServer(HttpSettings settings, Optional<TlsContext> tls, int slow, @Nullable Handler other)
            throws Exception {
        slowOnes = new CountDownLatch(slow);
        bounds = new ConnectionBounds(settings);
        // one handshake at once: who holds that place without computing would keep out all others
        listeners = new Listeners(server, bounds, new Handshakes(new Metrics()), 1);
        server.setHandler(other == null ? new Subject() : other);
        listeners.apply(settings, tls, List.of());
        server.start();
    }

    /** Plain http on a free port of 127.0.0.1, and https on another. */
    public static HttpSettings settings() {
        return settings(List.of("127.0.0.1"), Optional.of(0), 0);
    }

    public static HttpSettings settings(List<String> hosts, Optional<Integer> httpPort, int httpsPort) {
        return bounded(hosts, httpPort, httpsPort, 2000, 1000, Duration.ofSeconds(30));
    }

    public static HttpSettings bounded(int connections, int perAddress, Duration idle) {
        return bounded(List.of("127.0.0.1"), Optional.of(0), 0, connections, perAddress, idle);
    }

    private static HttpSettings bounded(
            List<String> hosts,
            Optional<Integer> httpPort,
            int httpsPort,
            int connections,
            int perAddress,
            Duration idle) {
        return new HttpSettings(
                httpPort,
                httpsPort,
                hosts,
                "test",
                Duration.ofSeconds(50),
                Duration.ofSeconds(30),
                idle,
                Duration.ofSeconds(8),
                1 << 20,
                112 << 10,
                1000,
                100,
                connections,
                perAddress,
                100);
    }

    public static TlsSettings tlsSettings(Path directory) {
        return tlsSettings(directory, "auto");
    }

    /** @param crypto {@code auto}, {@code native} or {@code jdk} */
    public static TlsSettings tlsSettings(Path directory, String crypto) {
        return new TlsSettings(
                Optional.of(directory.resolve("server.pem")),
                Optional.of(directory.resolve("ca.pem")),
                Optional.of(directory.resolve("server.key")),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(),
                "1.2",
                Optional.empty(),
                crypto);
    }

    public Server server() {
        return server;
    }

    public ConnectionBounds bounds() {
        return bounds;
    }

    public Listeners listeners() {
        return listeners;
    }

    public void apply(HttpSettings settings, Optional<TlsContext> tls) throws StartException {
        listeners.apply(settings, tls, List.of());
    }

    public int httpPort() {
        return port(false);
    }

    public int httpsPort() {
        return port(true);
    }

    private int port(boolean https) {
        return listeners.addresses(https).iterator().next().getPort();
    }

    /** Waits until so many requests for /slow are in hand. */
    public void awaitSlow() throws InterruptedException {
        if (!slowOnes.await(WATCHDOG_MILLIS, TimeUnit.MILLISECONDS)) {
            throw new AssertionError("no slow request arrived");
        }
    }

    /** Lets the requests for /slow be answered. */
    public void release() {
        release.countDown();
    }

    @Override
    public void close() {
        release.countDown();
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        } finally {
            bounds.close();
        }
    }

    /** A TCP connection with the watchdog as read timeout. */
    public static Socket connect(String host, int port) throws IOException {
        var socket = new Socket();
        socket.setSoTimeout(WATCHDOG_MILLIS);
        socket.connect(new InetSocketAddress(InetAddress.getAllByName(host)[0], port), WATCHDOG_MILLIS);
        return socket;
    }

    /** A TLS connection, its handshake done as far as the client can tell. */
    public static SSLSocket connectTls(int port, SSLContext context, String... protocols) throws IOException {
        var socket = (SSLSocket)
                context.getSocketFactory().createSocket(connect("127.0.0.1", port), "localhost", port, true);
        if (protocols.length > 0) {
            socket.setEnabledProtocols(protocols);
        }
        socket.startHandshake();
        return socket;
    }

    /** The whole answer to one request on a new connection. */
    public static String get(int port, SSLContext context, String... protocols) throws IOException {
        try (var socket = connectTls(port, context, protocols)) {
            return exchange(socket, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        }
    }

    /** The whole answer to one request of plain http on a new connection. */
    public static String get(String host, int port, String path) throws IOException {
        try (var socket = connect(host, port)) {
            return exchange(socket, "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        }
    }

    /** Sends this and reads to the end. */
    public static String exchange(Socket socket, String request) throws IOException {
        send(socket, request);
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    public static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    /** Sends a request and reads its answer, leaving the connection open. */
    public static String keepAlive(Socket socket, String path) throws IOException {
        send(socket, "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
        return answer(socket);
    }

    /** Reads one answer, leaving the connection open. */
    public static String answer(Socket socket) throws IOException {
        var text = new StringBuilder();
        while (!text.toString().endsWith("END\n")) {
            var next = socket.getInputStream().read();
            if (next < 0) {
                throw new EOFException("after: " + text);
            }
            text.append((char) next);
        }
        return text.toString();
    }

    private final class Subject extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            if (!bounds.requestStarted(request)) {
                return false;
            }
            Request.addCompletionListener(request, failure -> bounds.requestEnded(request));
            if (request.getHttpURI().getPath().equals("/slow")) {
                slowOnes.countDown();
                release.await();
            }
            var secure = listeners.isHttps(request.getConnectionMetaData().getConnector());
            var body = (secure ? subject(request) : "plain") + " "
                    + request.getHttpURI().getPath() + " END\n";
            response.getHeaders().put("Content-Length", body.length());
            Content.Sink.write(response, true, body, callback);
            return true;
        }

        private String subject(Request request) {
            var session = (EndPoint.SslSessionData) request.getAttribute(EndPoint.SslSessionData.ATTRIBUTE);
            X509Certificate[] chain = session == null ? null : session.peerCertificates();
            return chain == null || chain.length == 0
                    ? "anonymous"
                    : chain[0].getSubjectX500Principal().getName();
        }
    }
}
