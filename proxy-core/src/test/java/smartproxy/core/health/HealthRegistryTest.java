package smartproxy.core.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import smartproxy.core.api.HealthSource.Health;

class HealthRegistryTest {
    private static final Instant NOW = Instant.parse("2026-05-04T03:00:00Z");

    private final Map<String, HealthItem> modules = new HashMap<>();
    private final Map<String, CertificateHealth> certificates = new HashMap<>();
    private final HealthRegistry registry =
            new HealthRegistry(() -> modules, () -> certificates, Clock.fixed(NOW, ZoneOffset.UTC));

    @Test
    void allUpIsUp() {
        modules.put("dns", HealthItem.of(HealthState.UP));
        certificates.put("server", new CertificateHealth(NOW.plus(Duration.ofDays(15)), null));
        registry.scope().backend("dns_nsupdate", () -> HealthItem.of(HealthState.UP));

        var report = registry.report();
        assertThat(report.state()).isEqualTo(HealthState.UP);
        assertThat(report.modules()).containsOnlyKeys("dns");
        assertThat(report.backends()).containsOnlyKeys("dns_nsupdate");
        assertThat(report.at()).isEqualTo(NOW);
    }

    @Test
    void aFailedModuleDegrades() {
        modules.put("dns", HealthItem.of(HealthState.DOWN).lastError("no key file", NOW));

        assertThat(registry.report().state()).isEqualTo(HealthState.DEGRADED);
    }

    @Test
    void aBackendThatIsDownDegrades() {
        registry.scope().backend("dns_nsupdate", () -> HealthItem.of(HealthState.DOWN));

        assertThat(registry.report().state()).isEqualTo(HealthState.DEGRADED);
    }

    @Test
    void anItemOfAProviderIsNamedAfterIt() {
        registry.scope().item("dns_embedded", "transfer", () -> new Health(false, "192.0.2.1 does not answer"));

        var report = registry.report();
        assertThat(report.items())
                .containsExactly(Map.entry(
                        "dns_embedded: transfer",
                        HealthItem.of(HealthState.DEGRADED).detail("192.0.2.1 does not answer")));
        assertThat(report.state()).isEqualTo(HealthState.DEGRADED);
    }

    @Test
    void anItemWhoseStateCannotBeToldIsDownAndCostsNoOther() {
        var scope = registry.scope();
        scope.backend("a", () -> {
            throw new IllegalStateException("broken");
        });
        scope.backend("b", () -> HealthItem.of(HealthState.UP));

        var backends = registry.report().backends();
        assertThat(backends).containsOnlyKeys("a", "b");
        assertThat(backends.get("a"))
                .satisfies(item -> assertThat(item.state()).isEqualTo(HealthState.DOWN))
                .satisfies(item -> assertThat(item.lastError()).contains("broken"));
    }

    @Test
    void duringAReloadTheNewerScopeIsShownAndTheOlderOnesEndTakesNothingAway() {
        var old = registry.scope();
        old.backend("dns_nsupdate", () -> HealthItem.of(HealthState.DOWN));
        registry.scope().backend("dns_nsupdate", () -> HealthItem.of(HealthState.UP));
        assertThat(registry.report().state()).isEqualTo(HealthState.UP);

        old.close();
        assertThat(registry.report().backends()).containsOnlyKeys("dns_nsupdate");
    }

    @Test
    void aClosedScopeIsGone() {
        var scope = registry.scope();
        scope.backend("dns_nsupdate", () -> HealthItem.of(HealthState.DOWN));
        scope.close();

        assertThat(registry.report().backends()).isEmpty();
        assertThat(registry.report().state()).isEqualTo(HealthState.UP);
    }

    @Test
    void aCertificateIsDegradedBeforeItExpiresOrWhenItsSuccessorIsBadAndDownAfterwards() {
        var soon = new CertificateHealth(NOW.plus(Duration.ofDays(13)), null);
        var bad = new CertificateHealth(NOW.plus(Duration.ofDays(100)), "the key does not fit");
        var over = new CertificateHealth(NOW, null);

        assertThat(soon.state(NOW)).isEqualTo(HealthState.DEGRADED);
        assertThat(bad.state(NOW)).isEqualTo(HealthState.DEGRADED);
        assertThat(over.state(NOW)).isEqualTo(HealthState.DOWN);
        certificates.put("server", soon);
        assertThat(registry.report().state()).isEqualTo(HealthState.DEGRADED);
    }
}
