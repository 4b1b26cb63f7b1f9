package smartproxy.core.health;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Supplier;

/** Collects what {@code /health} shows. */
public final class HealthRegistry {
    private final Supplier<Map<String, HealthItem>> modules;
    private final Supplier<Map<String, CertificateHealth>> certificates;
    private final Clock clock;
    private final List<HealthScope> scopes = new CopyOnWriteArrayList<>();

    /**
     * @param modules the enabled modules by name; one that failed to start is {@code DOWN} with its reason as the last error
     * @param certificates those in use by name, empty without TLS
     */
    public HealthRegistry(
            Supplier<Map<String, HealthItem>> modules,
            Supplier<Map<String, CertificateHealth>> certificates,
            Clock clock) {
        this.modules = modules;
        this.certificates = certificates;
        this.clock = clock;
    }

    /** A place for items that come and go together. Where two scopes have an item of one name, the newer scope's is shown. */
    public HealthScope scope() {
        var scope = new HealthScope(this);
        scopes.add(scope);
        return scope;
    }

    void remove(HealthScope scope) {
        scopes.remove(scope);
    }

    public HealthReport report() {
        return new HealthReport(
                clock.instant(),
                new TreeMap<>(modules.get()),
                ask(HealthScope::backends),
                ask(HealthScope::items),
                new TreeMap<>(certificates.get()));
    }

    private Map<String, HealthItem> ask(Function<HealthScope, List<HealthScope.Entry>> group) {
        var sources = new TreeMap<String, Supplier<HealthItem>>();
        for (var scope : scopes) {
            for (var entry : group.apply(scope)) {
                sources.put(entry.name(), entry.source());
            }
        }
        var items = new TreeMap<String, HealthItem>();
        sources.forEach((name, source) -> items.put(name, ask(source)));
        return items;
    }

    private HealthItem ask(Supplier<HealthItem> source) {
        try {
            return source.get();
        } catch (RuntimeException | Error e) {
            return HealthItem.of(HealthState.DOWN).lastError("its state cannot be told: " + e, clock.instant());
        }
    }
}
