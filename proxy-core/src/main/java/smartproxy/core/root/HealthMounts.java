package smartproxy.core.root;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import smartproxy.core.api.Mount;
import smartproxy.core.api.Role;
import smartproxy.core.health.HealthRegistry;
import smartproxy.core.health.Metrics;

/** Where health and metrics are served, and to whom. The longest path that fits a request decides. */
public final class HealthMounts {
    private HealthMounts() {}

    /** @param unready why no requests are taken: {@code starting}, {@code draining}; empty when they are */
    public static List<Mount> mounts(Supplier<Optional<String>> unready, HealthRegistry health, Metrics metrics) {
        return List.of(
                new Mount("/health/live", Role.ANONYMOUS, new LiveResource()),
                new Mount("/health", Role.MONITOR, new HealthResource(unready, health::report)),
                new Mount("/metrics", Role.MONITOR, new MetricsResource(metrics::scrape)));
    }
}
