package smartproxy.core.root;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import smartproxy.core.api.Mount;
import smartproxy.core.api.Role;
import smartproxy.core.health.CertificateHealth;
import smartproxy.core.health.HealthItem;
import smartproxy.core.health.HealthRegistry;
import smartproxy.core.health.HealthState;
import smartproxy.core.health.Metrics;

class HealthResourceTest {
    private static final Instant NOW = Instant.parse("2026-05-04T03:00:00Z");

    private Optional<String> unready = Optional.empty();
    private final HealthRegistry registry = new HealthRegistry(
            () -> Map.of("dns", HealthItem.of(HealthState.UP).since(NOW.minusSeconds(60))),
            () -> Map.of("server", new CertificateHealth(Instant.parse("2026-06-04T03:00:00Z"), "no such file")),
            Clock.fixed(NOW, ZoneOffset.UTC));
    private final HealthResource resource = new HealthResource(() -> unready, registry::report);

    @Test
    void liveIsUpWhateverElseIs() throws Exception {
        var answer = new LiveResource().live();

        assertThat(answer.getStatus()).isEqualTo(200);
        assertThat(answer.getMediaType()).isEqualTo(MediaType.APPLICATION_JSON_TYPE);
        assertThat(json(answer)).isEqualTo(new ObjectMapper().readTree("{\"status\":\"up\"}"));
    }

    @Test
    void readyIs200WhileRequestsAreTaken() throws Exception {
        var answer = resource.ready();

        assertThat(answer.getStatus()).isEqualTo(200);
        assertThat(json(answer)).isEqualTo(new ObjectMapper().readTree("{\"status\":\"up\"}"));
    }

    @Test
    void readyIs503WithTheReasonWhileTheyAreNot() throws Exception {
        unready = Optional.of("draining");
        var answer = resource.ready();

        assertThat(answer.getStatus()).isEqualTo(503);
        assertThat(json(answer))
                .isEqualTo(new ObjectMapper().readTree("{\"status\":\"down\",\"reason\":\"draining\"}"));
    }

    @Test
    void healthTellsEverythingWith200AlsoWhenDegraded() throws Exception {
        registry.scope()
                .backend(
                        "dns_nsupdate",
                        () -> HealthItem.of(HealthState.DOWN)
                                .since(NOW.minusSeconds(30))
                                .detail("3 of 64 permits in use")
                                .lastError("update: no answer within 9.9 s", NOW.minusSeconds(2))
                                .dataFrom(NOW.minusSeconds(45)));
        var answer = resource.health();

        assertThat(answer.getStatus()).isEqualTo(200);
        assertThat(answer.getMediaType()).isEqualTo(MediaType.APPLICATION_JSON_TYPE);
        assertThat(json(answer)).isEqualTo(new ObjectMapper().readTree("""
                        {"status": "degraded",
                         "time": "2026-05-04T03:00:00Z",
                         "modules": {"dns": {"state": "up", "since": "2026-05-04T02:59:00Z"}},
                         "backends": {"dns_nsupdate": {
                             "state": "down",
                             "since": "2026-05-04T02:59:30Z",
                             "detail": "3 of 64 permits in use",
                             "last_error": "update: no answer within 9.9 s",
                             "last_error_at": "2026-05-04T02:59:58Z",
                             "data_age_seconds": 45}},
                         "items": {},
                         "certificates": {"server": {
                             "state": "degraded",
                             "expires": "2026-06-04T03:00:00Z",
                             "days_left": 31,
                             "problem": "no such file"}}}
                        """));
    }

    @Test
    void metricsAreThePrometheusTextFormat() {
        var answer = new MetricsResource(() -> "x 1\n").metrics();

        assertThat(answer.getStatus()).isEqualTo(200);
        assertThat(answer.getHeaderString("Content-Type")).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
        assertThat(answer.getEntity()).isEqualTo("x 1\n");
    }

    @Test
    void onlyLiveIsForAnybody() {
        try (var metrics = new Metrics()) {
            var mounts = HealthMounts.mounts(Optional::empty, registry, metrics);

            assertThat(mounts)
                    .extracting(Mount::path, Mount::role)
                    .containsExactlyInAnyOrder(
                            tuple("/health/live", Role.ANONYMOUS),
                            tuple("/health", Role.MONITOR),
                            tuple("/metrics", Role.MONITOR));
            assertThat(mounts)
                    .allSatisfy(mount -> assertThat(mount.resources())
                            .extracting(resource -> resource.getClass()
                                    .getAnnotation(Path.class)
                                    .value())
                            .containsExactly(mount.path()));
        }
    }

    private static JsonNode json(Response answer) throws Exception {
        return new ObjectMapper().readTree((String) answer.getEntity());
    }
}
