package smartproxy.core.health;

import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The health of the daemon at one moment.
 *
 * @param at that moment
 * @param modules by name, enabled modules only
 * @param backends by name
 * @param items what providers show besides, {@code provider: name}
 * @param certificates by name
 */
public record HealthReport(
        Instant at,
        Map<String, HealthItem> modules,
        Map<String, HealthItem> backends,
        Map<String, HealthItem> items,
        Map<String, CertificateHealth> certificates) {

    /** {@code UP} when everything is, else {@code DEGRADED}: the daemon itself answers. */
    public HealthState state() {
        var allUp = Stream.of(modules, backends, items)
                        .flatMap(group -> group.values().stream())
                        .allMatch(item -> item.state() == HealthState.UP)
                && certificates.values().stream().allMatch(certificate -> certificate.state(at) == HealthState.UP);
        return allUp ? HealthState.UP : HealthState.DEGRADED;
    }
}
