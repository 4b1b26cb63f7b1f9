package smartproxy.pulp;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import smartproxy.core.daemon.DaemonFixture;

/** A Pulp that says what it is told to say; it answers every path alike and remembers what it was asked. */
final class FakePulp implements AutoCloseable {
    static final String STATUS = """
            {"versions":[{"component":"core","version":"3.49.1"},{"component":"rpm","version":"3.26.0"}],"online_workers":[]}""";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    /** A request as it came. */
    record Asked(String method, String target, Headers headers, byte[] body) {}

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final List<Asked> requests = new CopyOnWriteArrayList<>();
    private final Headers more = new Headers();

    private record Special(String start, int status, String body) {}

    private final Deque<Special> special = new ConcurrentLinkedDeque<>();
    private volatile int status = 200;
    private volatile String body = STATUS;
    private volatile CountDownLatch gate = new CountDownLatch(0);

    private FakePulp(int port) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/", this::answer);
        server.setExecutor(threads);
        server.start();
    }

    static FakePulp start() throws IOException {
        return new FakePulp(0);
    }

    /** Another one at the port of one that has ended. */
    static FakePulp at(int port) throws IOException {
        return new FakePulp(port);
    }

    /** Starts a daemon that has it as its gateway's Pulp 3, and as the Pulp 2 {@code old}; {@code sesame} is the password. */
    DaemonFixture behind(Path directory, int requestDeadline) throws Exception {
        var password = Files.writeString(directory.resolve("password"), "sesame\n");
        return DaemonFixture.in(directory)
                .set("request_deadline", Integer.toString(requestDeadline))
                .module("pulpcore", """
                :enabled: https
                :gateway:
                  :enabled: true
                  :api_url: http://127.0.0.1:%1$d
                  :username: admin
                  :password_file: %2$s
                :pulps:
                  old:
                    :provider: pulp2
                    :api_url: http://127.0.0.1:%1$d
                    :content_url: http://127.0.0.1:%1$d
                    :username: admin
                    :password_file: %2$s
                """.formatted(port(), password))
                .start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** {@code METHOD PATH ACCEPT} of all requests so far. */
    List<String> asked() {
        return asked;
    }

    List<Asked> requests() {
        return requests;
    }

    /** The newest request. */
    Asked last() {
        return requests.get(requests.size() - 1);
    }

    /** Keeps nothing of the requests so far. */
    void forget() {
        requests.clear();
    }

    void saysToo(String header, String value) {
        more.set(header, value);
    }

    void says(int status, String body) {
        this.status = status;
        this.body = body;
    }

    /** What requests get whose method and target, decoded, begin so; what is told later counts. */
    void saysTo(String start, int status, String body) {
        special.addFirst(new Special(start, status, body));
    }

    void hangs() {
        gate = new CountDownLatch(1);
    }

    void answersAgain() {
        gate.countDown();
    }

    private void answer(HttpExchange exchange) throws IOException {
        asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                + exchange.getRequestHeaders().getFirst("Accept"));
        requests.add(new Asked(
                exchange.getRequestMethod(),
                exchange.getRequestURI().toString(),
                exchange.getRequestHeaders(),
                exchange.getRequestBody().readAllBytes()));
        exchange.getResponseHeaders().putAll(more);
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        var target = URLDecoder.decode(exchange.getRequestURI().toString(), StandardCharsets.UTF_8);
        var said = special.stream()
                .filter(one -> (exchange.getRequestMethod() + " " + target).startsWith(one.start))
                .findFirst()
                .orElse(new Special("", status, body));
        var bytes = said.body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        var without = bytes.length == 0 || exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(said.status, without ? -1 : bytes.length);
        if (!without) {
            exchange.getResponseBody().write(bytes);
        }
        exchange.close();
    }

    @Override
    public void close() {
        gate.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
