package smartproxy.core.daemon;

import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import smartproxy.core.api.HealthSource.Health;
import smartproxy.core.health.CertificateHealth;
import smartproxy.core.health.HealthItem;
import smartproxy.core.health.HealthRegistry;
import smartproxy.core.health.HealthState;
import smartproxy.core.health.Metrics;
import smartproxy.core.http.ConnectionBounds;
import smartproxy.core.http.ProxyHandler;
import smartproxy.core.modules.Module;
import smartproxy.core.modules.Modules;
import smartproxy.core.tls.TlsReloader;

/** What health and metrics show of the daemon as a whole; the rooms show their own. */
final class DaemonHealth {
    private final Supplier<Modules> modules;
    private final Supplier<Map<String, TlsReloader.Status>> tls;

    /**
     * @param modules of the present generation
     * @param tls by what stands before their names: nothing for the main one
     */
    DaemonHealth(Supplier<Modules> modules, Supplier<Map<String, TlsReloader.Status>> tls) {
        this.modules = modules;
        this.tls = tls;
    }

    /** Running and failed modules by name. */
    Map<String, HealthItem> modules() {
        var items = new LinkedHashMap<String, HealthItem>();
        var present = modules.get();
        for (var module : present.all()) {
            if (module.state() == Module.State.RUNNING) {
                items.put(module.name(), HealthItem.of(HealthState.UP));
            } else if (module.state() == Module.State.FAILED) {
                items.put(
                        module.name(),
                        HealthItem.of(HealthState.DOWN)
                                .lastError(present.failures().get(module.name()), null));
            }
        }
        return items;
    }

    /** Shows what lies among the plug-ins and cannot be used, for as long as the process lives. */
    void showFailed(Map<String, String> reasons, HealthRegistry health) {
        var items = health.scope();
        reasons.forEach((name, why) -> items.item("plug-in", name, () -> new Health(false, why)));
    }

    /** {@code server} and {@code ca}, and those of further listeners; empty without https. */
    Map<String, CertificateHealth> certificates() {
        var all = new LinkedHashMap<String, CertificateHealth>();
        tls.get().forEach((of, status) -> {
            var problem = status.lastError().orElse(null);
            all.put(of + "server", new CertificateHealth(status.certificateNotAfter(), problem));
            all.put(of + "ca", new CertificateHealth(status.authorityNotAfter(), problem));
        });
        return all;
    }

    /** Registers the gauges of the server. */
    void register(Metrics metrics, ConnectionBounds connections, ProxyHandler handler, QueuedThreadPool pool) {
        var scope = metrics.scope();
        scope.gauge("smart_proxy_connections", "Open connections", Map.of(), connections::open);
        scope.gauge(
                "smart_proxy_connections_evicted",
                "Connections given up for newer ones",
                Map.of(),
                connections::evicted);
        scope.gauge("smart_proxy_requests_running", "Requests without an answer", Map.of(), handler::running);
        scope.gauge("smart_proxy_request_threads_busy", "Threads that serve requests", Map.of(), pool::getBusyThreads);
        scope.gauge("smart_proxy_queue", "Requests that wait for a thread", Map.of(), pool::getQueueSize);
        CertificateHealth.gauges(scope, List.of("server", "ca"), this::certificates, Clock.systemUTC());
    }
}
