package smartproxy.core.health;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A certificate in use.
 *
 * @param notAfter when it expires
 * @param problem why newer files could not be taken over; null when there is none
 */
public record CertificateHealth(Instant notAfter, @Nullable String problem) {
    /** From this on, a certificate that was not renewed is {@code degraded}. */
    static final Duration WARNING = Duration.ofDays(14);

    /** Degraded when about to expire or not renewable, down when expired. */
    public HealthState state(Instant now) {
        if (!now.isBefore(notAfter)) {
            return HealthState.DOWN;
        }
        return problem != null || now.plus(WARNING).isAfter(notAfter) ? HealthState.DEGRADED : HealthState.UP;
    }

    /**
     * Registers {@code smart_proxy_certificate_expiry_seconds} for each of these names.
     *
     * @param names {@code server}, {@code ca}
     * @param certificates those in use now, by name; may change
     */
    public static void gauges(
            MetricsScope scope,
            Iterable<String> names,
            Supplier<Map<String, CertificateHealth>> certificates,
            Clock clock) {
        for (var name : names) {
            scope.gauge(
                    "smart_proxy_certificate_expiry_seconds",
                    "Seconds until the certificate expires, negative afterwards",
                    Map.of("certificate", name),
                    () -> {
                        var certificate = certificates.get().get(name);
                        return certificate == null
                                ? Double.NaN
                                : Duration.between(clock.instant(), certificate.notAfter())
                                        .toSeconds();
                    });
        }
    }
}
