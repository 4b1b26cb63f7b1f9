package smartproxy.core.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetricsTest {
    private final Metrics metrics = new Metrics();

    @AfterEach
    void end() {
        metrics.close();
    }

    @Test
    void requestsAreCountedByMountMethodAndStatusInBuckets() {
        metrics.requestFinished("/dns", "POST", 200, Duration.ofMillis(3).toNanos());
        metrics.requestFinished("/dns", "POST", 200, Duration.ofSeconds(2).toNanos());
        metrics.requestFinished("/dns", "POST", 504, Duration.ofSeconds(60).toNanos());

        var labels = "method=\"POST\",mount=\"/dns\",status=\"200\",status_class=\"2xx\"";
        assertThat(metrics.scrape())
                .contains("# TYPE smart_proxy_requests_seconds histogram\n")
                .contains("smart_proxy_requests_seconds_bucket{" + labels + ",le=\"0.0025\"} 0\n")
                .contains("smart_proxy_requests_seconds_bucket{" + labels + ",le=\"0.005\"} 1\n")
                .contains("smart_proxy_requests_seconds_bucket{" + labels + ",le=\"2.5\"} 2\n")
                .contains("smart_proxy_requests_seconds_count{" + labels + "} 2\n")
                .contains("smart_proxy_requests_seconds_sum{" + labels + "} 2.003\n")
                .contains("status=\"504\",status_class=\"5xx\",le=\"50.0\"} 0\n")
                .contains("status=\"504\",status_class=\"5xx\",le=\"+Inf\"} 1\n");
    }

    @Test
    void whatWasCountedBeforeTheFirstScrapeIsInItAndInTheNext() {
        metrics.handshakeDone();
        assertThat(metrics.scrape()).contains("smart_proxy_handshakes_total 1.0\n");
        metrics.handshakeDone();
        assertThat(metrics.scrape()).contains("smart_proxy_handshakes_total 2.0\n");
    }

    @Test
    void failedHandshakesAreCountedByReason() {
        metrics.handshakeFailed("unknown_ca");
        metrics.handshakeFailed("unknown_ca");
        metrics.handshakeFailed("expired");

        assertThat(metrics.scrape())
                .contains("smart_proxy_handshake_failures_total{reason=\"unknown_ca\"} 2.0\n")
                .contains("smart_proxy_handshake_failures_total{reason=\"expired\"} 1.0\n");
    }

    @Test
    void backendErrorsAreCountedBesidesTheirTime() {
        metrics.backendCall("dns_nsupdate", "update", "ok", 1);
        metrics.backendCall("dns_nsupdate", "update", "timeout", 1);
        metrics.backendRefused("dns_nsupdate", "no_permit");

        assertThat(metrics.scrape())
                .contains(
                        "smart_proxy_backend_seconds_count{backend=\"dns_nsupdate\",operation=\"update\",result=\"ok\"} 1\n")
                .contains(
                        "smart_proxy_backend_errors_total{backend=\"dns_nsupdate\",error=\"timeout\",operation=\"update\"} 1.0\n")
                .contains("smart_proxy_backend_refused_total{backend=\"dns_nsupdate\",reason=\"no_permit\"} 1.0\n")
                .doesNotContain("error=\"ok\"");
    }

    @Test
    void aMethodNobodyKnowsMakesNoSeries() {
        metrics.requestFinished("/dns", "BREW", 404, 1);

        assertThat(metrics.scrape()).contains("method=\"other\"").doesNotContain("BREW");
    }

    @Test
    void seriesAreBoundedAndNothingIsLost() {
        for (var i = 0; i < Family.MOST_SERIES + 100; i++) {
            metrics.handshakeFailed("reason " + i);
        }

        var text = metrics.scrape();
        assertThat(text).contains("smart_proxy_handshake_failures_total{reason=\"other\"} 100.0\n");
        assertThat(text.lines().filter(line -> line.startsWith("smart_proxy_handshake_failures_total{")))
                .hasSize(Family.MOST_SERIES + 1);
    }

    @Test
    void gaugesAreReadAtEachScrapeAndEndWithTheirScope() {
        var value = new double[] {1};
        var scope = metrics.scope();
        scope.gauge("smart_proxy_connections", "Open connections", Map.of("listener", "https"), () -> value[0]);

        assertThat(metrics.scrape())
                .contains("# HELP smart_proxy_connections Open connections\n")
                .contains("smart_proxy_connections{listener=\"https\"} 1.0\n");
        value[0] = 2;
        assertThat(metrics.scrape()).contains("smart_proxy_connections{listener=\"https\"} 2.0\n");
        scope.close();
        assertThat(metrics.scrape()).doesNotContain("smart_proxy_connections");
    }

    @Test
    void duringAReloadTheNewerScopeIsShownAndTheOlderOnesEndTakesNothingAway() {
        var old = metrics.scope();
        old.gauge("smart_proxy_backend_up", "Up", Map.of("backend", "b"), () -> 0);
        var next = metrics.scope();
        next.gauge("smart_proxy_backend_up", "Up", Map.of("backend", "b"), () -> 1);

        assertThat(metrics.scrape()).containsOnlyOnce("smart_proxy_backend_up{").contains("{backend=\"b\"} 1.0\n");
        old.close();
        assertThat(metrics.scrape()).contains("smart_proxy_backend_up{backend=\"b\"} 1.0\n");
    }

    @Test
    void aBrokenGaugeCostsOnlyItself() {
        var scope = metrics.scope();
        scope.gauge("smart_proxy_broken", "Broken", Map.of(), () -> {
            throw new IllegalStateException("broken");
        });
        scope.gauge("smart_proxy_whole", "Whole", Map.of(), () -> 7);

        assertThat(metrics.scrape()).contains("smart_proxy_whole 7.0\n").doesNotContain("smart_proxy_broken ");
    }

    @Test
    void aNameThatPrometheusWouldNotTakeIsRefusedWhenItIsRegistered() {
        var scope = metrics.scope();

        assertThatThrownBy(() -> scope.gauge("smart-proxy", "", Map.of(), () -> 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("smart-proxy");
        assertThatThrownBy(() -> scope.gauge("smart_proxy", "", Map.of("a b", "c"), () -> 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aGaugeAndACounterMayShareAllButTheEndOfTheirName() {
        var scope = metrics.scope();
        scope.gauge("smart_proxy_sessions", "", Map.of(), () -> 3);
        scope.gauge("smart_proxy_sessions_total", "", Map.of(), () -> 12);

        assertThat(metrics.scrape()).contains("smart_proxy_sessions 3.0\n", "smart_proxy_sessions_total 12.0\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"smart_proxy_requests_seconds", "smart_proxy_handshakes", "smart_proxy_handshakes_total"})
    void aGaugeWithANameOfOursCostsOnlyItself(String name) {
        metrics.handshakeDone();
        metrics.scope().gauge(name, "", Map.of(), () -> 7);

        assertThat(metrics.scrape())
                .contains("smart_proxy_handshakes_total 1.0\n")
                .doesNotContain(name + " 7.0");
    }

    @Test
    void certificateExpiryCountsDownPastZero() {
        var now = Instant.parse("2026-05-04T03:00:00Z");
        CertificateHealth.gauges(
                metrics.scope(),
                List.of("server", "ca"),
                () -> Map.of("server", new CertificateHealth(now.minusSeconds(10), null)),
                Clock.fixed(now, ZoneOffset.UTC));

        assertThat(metrics.scrape())
                .contains("smart_proxy_certificate_expiry_seconds{certificate=\"server\"} -10.0\n")
                .doesNotContain("certificate=\"ca\"");
    }

    @Test
    void theJvmIsWatched() {
        assertThat(metrics.scrape())
                .contains("jvm_memory_used_bytes{", "jvm_threads_live_threads ", "process_uptime_seconds ")
                .contains("jvm_gc_", "process_cpu_usage ", "process_files_open_files ");
    }

    @Test
    void everyLineIsOfTheTextFormat() {
        metrics.requestFinished("/dns", "GET", 200, 1);
        metrics.scope().gauge("smart_proxy_odd", "a \"b\"\nc", Map.of("x", "q\"\\\nq"), () -> 1);
        var line = Pattern.compile(
                "# (HELP|TYPE) [a-z_0-9]+ .*|[a-z_0-9]+(\\{([a-z_]+=\"(\\\\.|[^\"\\\\])*\",?)*\\})? \\S+");

        assertThat(metrics.scrape().lines())
                .isNotEmpty()
                .allMatch(text -> line.matcher(text).matches());
    }
}
