package smartproxy.core.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import smartproxy.core.daemon.Wire.Reply;
import smartproxy.core.tls.TestPki;
import smartproxy.core.tls.TestPki.Issued;

/** What a monitor sees. */
class HealthIT {
    @TempDir
    static Path directory;

    @SuppressWarnings("NullAway.Init")
    private static DaemonFixture proxy;

    @BeforeAll
    static void start() throws Exception {
        proxy = DaemonFixture.in(directory)
                .with(new ProbeModule())
                .module("realm", ":enabled: true\n")
                .start();
    }

    @AfterAll
    static void stop() {
        proxy.close();
    }

    @Test
    void anybodyMayAskWhetherItLives() throws Exception {
        try (var plain = proxy.http();
                var stranger = proxy.stranger()) {
            assertThat(plain.get("/health/live").body()).isEqualTo("{\"status\":\"up\"}");
            assertThat(stranger.get("/health/live"))
                    .returns(200, Reply::status)
                    .returns("no-store", r -> r.header("Cache-Control"));
        }
    }

    @ParameterizedTest
    @CsvSource({"/health", "/health/ready", "/metrics"})
    void theRestIsForTheMonitor(String path) throws Exception {
        try (var plain = proxy.http();
                var stranger = proxy.stranger();
                var foreman = proxy.https()) {
            assertThat(plain.get(path).status()).isEqualTo(403);
            assertThat(stranger.get(path).status()).isEqualTo(403);
            assertThat(foreman.get(path).status()).isEqualTo(200);
        }
    }

    @Test
    void healthNamesModulesAndCertificates() throws Exception {
        try (var foreman = proxy.https()) {
            var health = new ObjectMapper().readTree(foreman.get("/health").body());
            assertThat(health.get("status").asText()).isEqualTo("degraded");
            assertThat(health.at("/modules/probe/state").asText()).isEqualTo("up");
            assertThat(health.at("/modules/realm/state").asText()).isEqualTo("down");
            assertThat(health.at("/modules/realm/last_error").asText()).contains("not part of this version");
            assertThat(health.at("/certificates/server/days_left").asInt()).isBetween(363, 365);
            assertThat(health.at("/certificates/ca/state").asText()).isEqualTo("up");
        }
    }

    @Test
    void metricsCountRequestsByMountAndStatus() throws Exception {
        try (var foreman = proxy.https();
                var plain = proxy.http()) {
            plain.get("/probe/word");
            plain.get("/no/such/" + "x".repeat(100));
            foreman.get("/probe/word");
            DaemonFixture.await()
                    .untilAsserted(() -> assertThat(metrics())
                            .contains(
                                    "smart_proxy_requests_seconds_count{method=\"GET\",mount=\"/probe\",status=\"200\"")
                            .contains(
                                    "smart_proxy_requests_seconds_count{method=\"GET\",mount=\"/probe\",status=\"403\"")
                            .contains("smart_proxy_certificate_")
                            .contains("smart_proxy_connections ")
                            .contains("smart_proxy_requests_running 1.0")
                            .contains("jvm_memory_used_bytes", "process_files_open_files")
                            .doesNotContain("no/such"));
        }
    }

    @Test
    void metricsCountHandshakes() throws Exception {
        var before = proxy.metric("smart_proxy_handshakes_total");
        try (var stranger = proxy.stranger()) {
            assertThat(stranger.get("/health/live").status()).isEqualTo(200);
        }
        assertThat(proxy.metric("smart_proxy_handshakes_total")).isEqualTo(before + 1);
    }

    @Test
    void metricsCountFailedHandshakesByReason() throws Exception {
        var pki = proxy.pki();
        refuse(TestPki.create().client(DaemonFixture.FOREMAN));
        refuse(pki.issue(DaemonFixture.FOREMAN).expired().sign());
        refuse(pki.issue(DaemonFixture.FOREMAN).purposes(TestPki.Purpose.SERVER).sign());
        try (var plain = Wire.open(proxy.httpsPort())) {
            plain.send("GET /features HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(plain.isClosedByPeer()).isTrue();
        }
        DaemonFixture.await()
                .untilAsserted(() -> assertThat(metrics())
                        .contains("smart_proxy_handshake_failures_total{reason=\"unknown_ca\"} 1.0")
                        .contains("smart_proxy_handshake_failures_total{reason=\"expired\"} 1.0")
                        .contains("smart_proxy_handshake_failures_total{reason=\"certificate\"} 1.0")
                        .contains("smart_proxy_handshake_failures_total{reason=\"protocol\"} 1.0"));
    }

    private static void refuse(Issued client) {
        try (var wire = proxy.https(client.sslContext(proxy.pki().ca()))) {
            assertThat(wire.isClosedByPeer()).isTrue();
        } catch (IOException e) {
            assertThat(e).isInstanceOfAny(javax.net.ssl.SSLException.class, java.net.SocketException.class);
        }
    }

    private static String metrics() throws IOException {
        try (var foreman = proxy.https()) {
            return foreman.get("/metrics").body();
        }
    }
}
