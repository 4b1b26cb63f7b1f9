package smartproxy.core.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many clients that say little: none of them keeps a newcomer out. */
class CrowdIT {
    private static final int CROWD = 200;
    private static final int ROOM = 50;

    @TempDir
    Path directory;

    enum Kind {
        SILENT {
            @Override
            Wire join(DaemonFixture proxy) throws IOException {
                return Wire.open(proxy.httpsPort());
            }
        },
        HALF_HANDSHAKE {
            @Override
            Wire join(DaemonFixture proxy) throws IOException {
                return Wire.open(proxy.httpsPort()).send("\u0016\u0003\u0001\u0002\u0000\u0001\u0000");
            }
        },
        SILENT_AFTER_HANDSHAKE {
            @Override
            Wire join(DaemonFixture proxy) throws IOException {
                return proxy.stranger();
            }
        },
        HALF_HEAD {
            @Override
            Wire join(DaemonFixture proxy) throws IOException {
                return proxy.http().send("GET /features HTTP/1.1\r\nHost: x\r\nX-Slow");
            }
        },
        IDLE_BETWEEN_REQUESTS {
            @Override
            Wire join(DaemonFixture proxy) throws IOException {
                var wire = proxy.http();
                assertThat(wire.get("/features").status()).isEqualTo(200);
                return wire;
            }
        },
        HALF_BODY {
            @Override
            Wire join(DaemonFixture proxy) throws IOException {
                return proxy.http().send(Wire.head("POST", "/open", "Content-Length: 10") + "\r\nhalf");
            }
        },
        REFUSED_AND_STILL_SENDING {
            @Override
            Wire join(DaemonFixture proxy) throws IOException {
                var wire = proxy.http().send(Wire.head("POST", "/v2/features", "Content-Length: 10") + "\r\nhalf");
                assertThat(wire.read().status()).isEqualTo(403);
                return wire;
            }
        };

        abstract Wire join(DaemonFixture proxy) throws IOException;
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void theOldestIsGivenUpAndTheNewcomerIsServed(Kind kind) throws Exception {
        try (var proxy = DaemonFixture.in(directory)
                .with(new ProbeModule())
                .set("max_connections", String.valueOf(ROOM))
                .set("idle_timeout", "3600")
                .set("body_timeout", "3600")
                .start()) {
            var crowd = new ArrayList<Wire>();
            // the others are taken in an order of the selectors' own
            crowd.add(kind.join(proxy));
            DaemonFixture.await().until(() -> proxy.metric("smart_proxy_connections") == 1);
            while (crowd.size() < CROWD) {
                crowd.add(kind.join(proxy));
            }
            awaitEvicted(proxy, CROWD - ROOM);
            try (var newcomer = proxy.stranger();
                    var plain = proxy.http()) {
                assertThat(newcomer.get("/features").status()).isEqualTo(200);
                assertThat(plain.get("/features").status()).isEqualTo(200);
                assertThat(crowd.get(0).isClosedByPeer()).isTrue();
                assertThat(newcomer.get("/features").status()).isEqualTo(200);
            }
            for (var wire : crowd) {
                wire.close();
            }
        }
    }

    private static void awaitEvicted(DaemonFixture proxy, int count) {
        DaemonFixture.await().until(() -> proxy.metric("smart_proxy_connections_evicted") >= count);
    }

    @Test
    void whoSendsALittleNowAndThenIsGivenUpAllTheSame() throws Exception {
        var clock = Executors.newSingleThreadScheduledExecutor();
        try (var proxy = DaemonFixture.in(directory).set("idle_timeout", "1").start();
                var dripping = proxy.http()) {
            dripping.send("GET /features HTTP/1.1\r\nX-Slow: ");
            var drip = clock.scheduleAtFixedRate(() -> drip(dripping), 50, 50, TimeUnit.MILLISECONDS);
            assertThat(dripping.isClosedByPeer()).isTrue();
            drip.cancel(true);
        } finally {
            clock.shutdownNow();
        }
    }

    private static void drip(Wire wire) {
        try {
            wire.send("x");
        } catch (IOException e) {
            throw new IllegalStateException("given up", e); // ends the schedule
        }
    }

    @Test
    void aFloodFromOneAddressLeavesTheOthersAlone() throws Exception {
        try (var proxy = DaemonFixture.in(directory)
                        .set("max_connections", "100")
                        .set("max_connections_per_address", "10")
                        .start();
                var other = Wire.open(proxy.httpPort(), "127.0.0.2")) {
            assertThat(other.get("/features").status()).isEqualTo(200);
            List<Wire> flood = new ArrayList<>();
            flood.add(proxy.http());
            DaemonFixture.await().until(() -> proxy.metric("smart_proxy_connections") == 2);
            while (flood.size() < CROWD) {
                flood.add(proxy.http());
            }
            awaitEvicted(proxy, CROWD - 10);
            assertThat(flood.get(0).isClosedByPeer()).isTrue();
            assertThat(proxy.http().get("/features").status()).isEqualTo(200);
            assertThat(other.get("/features").status()).isEqualTo(200);
            for (var wire : flood) {
                wire.close();
            }
        }
    }
}
