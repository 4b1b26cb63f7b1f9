package smartproxy.core.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.daemon.Wire.Reply;

/** The daemon ends while requests run. */
class DrainIT {
    @TempDir
    Path directory;

    private final ProbeModule probe = new ProbeModule();

    @Test
    void aRunningRequestGetsItsRealAnswer() throws Exception {
        var proxy = DaemonFixture.in(directory).with(probe).start();
        var port = proxy.httpPort();
        try (var slow = proxy.https();
                var monitor = proxy.https()) {
            assertThat(monitor.get("/health/ready").status()).isEqualTo(200);
            slow.send(Wire.head("GET", "/probe/wait") + "\r\n");
            probe.awaitWaiting(1);
            var stopped = CompletableFuture.runAsync(proxy::close);
            awaitRefusal(port);
            DaemonFixture.await()
                    .untilAsserted(() -> assertThat(monitor.get("/health/ready"))
                            .returns(503, Reply::status)
                            .returns("{\"status\":\"down\",\"reason\":\"draining\"}", Reply::body));
            assertThat(stopped).isNotDone();
            probe.open();
            assertThat(slow.read()).returns(200, Reply::status).returns("done with one", Reply::body);
            stopped.get(Wire.WATCHDOG_MILLIS, TimeUnit.MILLISECONDS);
            assertThat(slow.isClosedByPeer()).isTrue();
            assertThat(monitor.isClosedByPeer()).isTrue();
            assertThat(probe.closed()).isEqualTo(1);
        }
        assertThat(proxy.log()).contains("Smart proxy has ended");
    }

    @Test
    void aRequestThatTakesTooLongIs503() throws Exception {
        var proxy = DaemonFixture.in(directory)
                .with(probe)
                .set("drain_timeout", "1")
                .start();
        try (var slow = proxy.https();
                var plain = proxy.http()) {
            slow.send(Wire.head("GET", "/probe/wait") + "\r\n");
            probe.awaitWaiting(1);
            plain.send(Wire.head("POST", "/open", "Content-Length: 10") + "\r\nhalf");
            DaemonFixture.await().until(() -> proxy.log().contains("Started POST /open"));
            var stopped = CompletableFuture.runAsync(proxy::close);
            assertThat(slow.read())
                    .returns(503, Reply::status)
                    .returns("close", r -> r.header("Connection"))
                    .extracting(Reply::body)
                    .asString()
                    .contains("unknown");
            assertThat(plain.read().status()).isEqualTo(503);
            stopped.get(Wire.WATCHDOG_MILLIS, TimeUnit.MILLISECONDS);
        }
        assertThat(proxy.log()).contains("2 requests had not ended after 1 s and were answered 503");
    }

    @Test
    void withoutRequestsItEndsAtOnceWhateverIsConnected() throws Exception {
        var proxy = DaemonFixture.in(directory).with(probe).start();
        var port = proxy.httpsPort();
        try (var silent = Wire.open(port);
                var idle = proxy.https()) {
            assertThat(idle.get("/features").status()).isEqualTo(200);
            CompletableFuture.runAsync(proxy::close).get(Wire.WATCHDOG_MILLIS, TimeUnit.MILLISECONDS);
            assertThat(silent.isClosedByPeer()).isTrue();
            assertThat(idle.isClosedByPeer()).isTrue();
            awaitRefusal(port);
        }
    }

    private static void awaitRefusal(int port) {
        DaemonFixture.await()
                .untilAsserted(
                        () -> assertThatThrownBy(() -> Wire.open(port).close()).isInstanceOf(ConnectException.class));
    }
}
