package smartproxy.dhcp.kea;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.OutcomeUnknownException;

/** A unix socket whose other end does what Kea does too seldom. */
final class SocketTransportIT {
    private static final Duration WATCHDOG = Duration.ofSeconds(60);
    private static final int NOBODY = 65534;
    private static final Duration SHORT = Duration.ofMillis(300);

    private final ExecutorService pool = Executors.newCachedThreadPool();

    @TempDir
    Path directory;

    private Path socket;
    private ServerSocketChannel server;
    private SocketTransport transport;

    @BeforeEach
    void listen() throws IOException {
        socket = directory.resolve("kea.sock");
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket), 1);
        transport = new SocketTransport("dhcp_kea", socket);
    }

    @AfterEach
    void stop() throws IOException {
        pool.shutdownNow();
        server.close();
    }

    /** The other end of one connection. */
    @FunctionalInterface
    private interface Kea {
        void serve(SocketChannel connection) throws Exception;
    }

    private void answering(Kea kea) {
        pool.execute(() -> {
            try (var connection = server.accept()) {
                kea.serve(connection);
            } catch (Exception e) {
                // what its client is told counts
            }
        });
    }

    private static String heard(SocketChannel connection, String end) throws IOException {
        var text = new StringBuilder();
        var buffer = ByteBuffer.allocate(65536);
        while (!text.toString().endsWith(end) && connection.read(buffer.clear()) >= 0) {
            text.append(UTF_8.decode(buffer.flip()));
        }
        return text.toString();
    }

    private static void say(SocketChannel connection, String text) throws IOException {
        connection.write(ByteBuffer.wrap(text.getBytes(UTF_8)));
    }

    private byte[] send(String body, Duration time) throws IOException, InterruptedException {
        return transport.send("config-get", body, Deadline.in(time));
    }

    private Throwable failure(String body, Duration time) {
        return assertTimeoutPreemptively(WATCHDOG, () -> catchThrowable(() -> send(body, time)));
    }

    @Test
    @DisplayName("a long command and a long answer in pieces pass whole")
    void passesTextsWhole() throws Exception {
        var body = "{\"command\": \"" + "x".repeat(900_000) + "\"}";
        var answer = "{\"result\": \"" + "y".repeat(900_000) + "\"}\n";
        var heard = new CompletableFuture<String>();
        answering(connection -> {
            heard.complete(heard(connection, "\"}"));
            say(connection, answer.substring(0, 10));
            say(connection, answer.substring(10));
        });
        assertThat(new String(send(body, WATCHDOG), UTF_8)).isEqualTo(answer);
        assertThat(heard.get(10, TimeUnit.SECONDS)).isEqualTo(body);
    }

    @Test
    void nobodyKnowsWhatCameOfACommandWithoutAnswer() {
        answering(connection -> heard(connection, "}"));
        assertThat(failure("{}", WATCHDOG))
                .isInstanceOf(OutcomeUnknownException.class)
                .hasMessageContainingAll(socket.toString(), "closed without an answer");
        answering(connection -> {
            heard(connection, "}");
            say(connection, "[{\"result\": 0, \"argum");
        });
        assertThat(failure("{}", WATCHDOG))
                .isInstanceOf(OutcomeUnknownException.class)
                .hasMessageContaining("closed before the end of its answer");
    }

    @Test
    void waitsNoLongerThanItsDeadline() {
        answering(connection -> new CountDownLatch(1).await());
        // long enough for the command to leave
        assertThat(failure("{}", Duration.ofSeconds(1)))
                .isInstanceOf(OutcomeUnknownException.class)
                .hasCauseInstanceOf(SocketTimeoutException.class);
    }

    @Test
    @DisplayName("a command that did not leave whole was not begun")
    void aCommandThatDidNotLeaveWholeWasNotBegun() {
        var body = "{\"command\": \"" + "x".repeat(5_000_000) + "\"}";
        answering(connection -> new CountDownLatch(1).await());
        assertThat(failure(body, SHORT)).isInstanceOf(SocketTimeoutException.class);
        answering(connection -> connection.read(ByteBuffer.allocate(10)));
        assertThat(failure(body, WATCHDOG))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(OutcomeUnknownException.class);
    }

    @Test
    void anAnswerIsBounded() {
        var endless = "x".repeat(100_000);
        answering(connection -> {
            while (true) {
                say(connection, endless);
            }
        });
        assertThat(failure("{}", WATCHDOG))
                .isInstanceOf(BackendException.class)
                .hasMessageContainingAll("dhcp_kea: config-get", "larger than 4 MiB");
    }

    @Test
    void endsWhenItIsInterrupted() throws Exception {
        var accepted = new CountDownLatch(1);
        answering(connection -> {
            accepted.countDown();
            new CountDownLatch(1).await();
        });
        var thrown = new CompletableFuture<Throwable>();
        var caller = new Thread(() -> thrown.complete(catchThrowable(() -> send("{}", Duration.ofMinutes(5)))));
        caller.start();
        assertThat(accepted.await(10, TimeUnit.SECONDS)).isTrue();
        caller.interrupt();
        assertThat(thrown.get(10, TimeUnit.SECONDS))
                .matches(e -> e instanceof InterruptedException
                        || e.getCause() instanceof java.nio.channels.ClosedByInterruptException);
    }

    @Test
    @DisplayName("no socket, nobody behind it, and nobody who accepts: no connection, nothing was sent")
    void noConnection() throws Exception {
        // two wait in the queue for good, and get no answer
        assertThat(failure("{}", SHORT)).isInstanceOf(OutcomeUnknownException.class);
        assertThat(failure("{}", SHORT)).isInstanceOf(OutcomeUnknownException.class);
        assertThat(failure("{}", SHORT))
                .isInstanceOf(ConnectException.class)
                .hasMessage(socket + ": too many connections wait");
        server.close();
        assertThat(failure("{}", WATCHDOG))
                .isInstanceOf(ConnectException.class)
                .hasMessageContainingAll(socket.toString(), "refused");
        Files.delete(socket);
        assertThat(failure("{}", WATCHDOG))
                .isInstanceOf(ConnectException.class)
                .hasMessageContainingAll(socket.toString(), "No such file");
    }

    /** Run by the test below. */
    static final class WithoutPower {
        private WithoutPower() {}

        public static void main(String... socket) {
            var refused = catchThrowableOfType(
                    BackendException.class,
                    () -> new SocketTransport("dhcp_kea", Path.of(socket[0]))
                            .send("config-get", "{}", Deadline.in(WATCHDOG)));
            System.out.println(refused.outcome() + " " + refused.getMessage());
        }
    }

    @Test
    @DisplayName("who may not open the socket is told what keeps him out. Needs root")
    void permissionIsDenied() throws Exception {
        for (var path : List.of(directory, socket)) {
            Files.setAttribute(path, "unix:uid", NOBODY);
            Files.setAttribute(path, "unix:gid", NOBODY);
        }
        var user = Files.getOwner(socket).getName();
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-x--x"));
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(withoutPower())
                .contains("NOT_APPLIED dhcp_kea: config-get: " + socket + ": Permission denied; " + socket
                        + " is rwxr-xr-x of user " + user + " and group ")
                .contains("needs to be in group", "write permission", "restarted");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-x---"));
        assertThat(withoutPower()).contains("Permission denied; " + directory + " is rwxr-x--- of user " + user);
    }

    /** Root, but without the right to pass over permissions: it reads its class path and not what is another's. */
    private String withoutPower() throws Exception {
        var output = Files.createTempFile("kea-socket", ".out");
        try {
            var process = new ProcessBuilder(
                            "setpriv",
                            "--bounding-set=-dac_override,-dac_read_search",
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:+UseSerialGC",
                            "-cp",
                            System.getProperty("java.class.path"),
                            WithoutPower.class.getName(),
                            socket.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return Files.readString(output);
        } finally {
            Files.delete(output);
        }
    }
}
