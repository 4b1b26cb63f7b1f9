package smartproxy.core.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bodies that are large, late or never come. */
class BodiesIT {
    private static final int LARGE = 50 << 20;

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"/v2/features, 403", "/probe/echo, 403", "/no/such, 413", "/open, 413"})
    void aRefusalReachesAClientThatKeepsSending(String path, int status) throws Exception {
        try (var proxy = DaemonFixture.in(directory).with(new ProbeModule()).start()) {
            for (var announce : new String[] {"Content-Length: " + LARGE, "Transfer-Encoding: chunked"}) {
                try (var stranger = proxy.stranger()) {
                    stranger.send(Wire.head("POST", path, announce) + "\r\n");
                    var sending = CompletableFuture.runAsync(() -> sendLarge(stranger, announce.startsWith("T")));
                    assertThat(stranger.read().status()).isEqualTo(status);
                    sending.join();
                    assertThat(stranger.isClosedByPeer()).isTrue();
                }
            }
        }
    }

    private static void sendLarge(Wire wire, boolean chunked) {
        var size = 1 << 16;
        var piece = chunked ? "10000\r\n" + "x".repeat(size) + "\r\n" : "x".repeat(size);
        try {
            for (var sent = 0; sent < LARGE; sent += size) {
                wire.send(piece);
            }
            if (chunked) {
                wire.send("0\r\n\r\n");
            }
        } catch (IOException e) {
            // the proxy has heard enough
        }
    }

    @Test
    void whoIsRefusedIsRefusedBeforeABodyIsSent() throws Exception {
        try (var proxy = DaemonFixture.in(directory).with(new ProbeModule()).start();
                var stranger = proxy.stranger();
                var wrong = proxy.stranger()) {
            stranger.send(Wire.head("POST", "/probe/echo", "Content-Length: 1000") + "\r\n");
            assertThat(stranger.read().status()).isEqualTo(403);
            assertThat(wrong.post("/probe/echo", "a=%").status()).isEqualTo(403);
        }
    }

    @Test
    void bodiesThatNeverComeAre408AndDelayNobody() throws Exception {
        try (var proxy = DaemonFixture.in(directory)
                .with(new ProbeModule())
                .set("body_timeout", "3")
                .set("max_threads", "16")
                .start()) {
            var late = new ArrayList<Wire>();
            for (var i = 0; i < 200; i++) {
                late.add(proxy.http().send(Wire.head("POST", "/open", "Content-Length: 10") + "\r\nhalf"));
            }
            try (var other = proxy.stranger()) {
                assertThat(other.get("/features").status()).isEqualTo(200);
                assertThat(other.post("/open", "a=1").status()).isEqualTo(200);
            }
            for (var wire : late) {
                try (wire) {
                    var refusal = wire.read();
                    assertThat(refusal.status()).isEqualTo(408);
                    assertThat(refusal.headers()).containsEntry("connection", "close");
                    assertThat(wire.isClosedByPeer()).isTrue();
                }
            }
        }
    }

    @Test
    void whatIsOpenToAllTakesNoLargeBodies() throws Exception {
        var body = "a=" + "x".repeat(2 << 20);
        try (var proxy = DaemonFixture.in(directory).with(new ProbeModule()).start();
                var foreman = proxy.https();
                var stranger = proxy.stranger()) {
            assertThat(foreman.post("/probe/echo", body).status()).isEqualTo(200);
            var refused = stranger.post("/open", body);
            assertThat(refused.status()).isEqualTo(413);
            assertThat(refused.body()).contains("1048576 bytes");
        }
    }

    @Test
    void strangersWithLargeBodiesLeaveRoomForForeman() throws Exception {
        try (var proxy = DaemonFixture.in(directory)
                        .with(new ProbeModule())
                        .set("max_body_size", "1000000")
                        .start();
                var foreman = proxy.https()) {
            try (var stalled = proxy.http()) {
                stalled.send(Wire.head("POST", "/open", "Content-Length: 1000000") + "\r\n" + "x".repeat(999_999));
                DaemonFixture.await().until(() -> {
                    try (var other = proxy.http()) {
                        var answer = other.post("/open", "a=1");
                        return answer.status() == 503
                                && "1".equals(answer.headers().get("retry-after"));
                    }
                });
                assertThat(foreman.post("/probe/echo", "a=" + "x".repeat(500_000))
                                .status())
                        .isEqualTo(200);
                assertThat(stalled.send("x").read().status()).isEqualTo(200);
            }
        }
    }
}
