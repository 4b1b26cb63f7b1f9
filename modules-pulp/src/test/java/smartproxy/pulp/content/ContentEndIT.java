package smartproxy.pulp.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.daemon.DaemonFixture;
import smartproxy.core.daemon.Wire;

/** Who waits for what comes next does not hold up the end of the daemon. */
class ContentEndIT {
    private static final String EVENTS = Wire.head("GET", "/content/events", "Last-Event-ID: 4711") + "\r\n";

    @TempDir
    private Path directory;

    @Test
    void subscribersAndThoseWhoWaitForAJobAreAnsweredAtOnce() throws Exception {
        // takes connections and says nothing: the job goes on for ever
        try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                var proxy = DaemonFixture.in(directory)
                        .set("drain_timeout", "300")
                        .module("pulpcore", """
                        :enabled: https
                        :gateway:
                          :enabled: true
                          :remote_user: admin
                          :api_url: http://127.0.0.1:%d
                        """.formatted(silent.getLocalPort()))
                        .start();
                var events = proxy.https();
                var waiting = proxy.https()) {
            events.send(EVENTS).readHead();
            var body = "{}";
            waiting.send(Wire.head(
                            "POST",
                            "/content/pulps/pulp/orphans",
                            "Prefer: wait=300",
                            "Content-Type: application/json",
                            "Content-Length: " + body.length())
                    + "\r\n" + body);
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> proxy.log().contains("Started POST /content/pulps/pulp/orphans"));

            var end = CompletableFuture.runAsync(proxy::close);

            assertThat(waiting.read().status()).isEqualTo(202);
            end.get(60, TimeUnit.SECONDS);
            assertThat(events.isClosedByPeer()).isTrue();
        }
        assertThat(Files.readString(directory.resolve("proxy.log")))
                .contains("Finished GET /content/events with 200 (")
                .doesNotContain("broken off", "answered 503");
    }
}
