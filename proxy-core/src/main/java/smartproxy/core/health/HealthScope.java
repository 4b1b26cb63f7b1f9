package smartproxy.core.health;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import smartproxy.core.api.HealthSource;

/** The health items of one generation of settings; closing it takes them out. */
public final class HealthScope implements AutoCloseable {
    record Entry(String name, Supplier<HealthItem> source) {}

    private final HealthRegistry registry;
    private final List<Entry> backends = new CopyOnWriteArrayList<>();
    private final List<Entry> items = new CopyOnWriteArrayList<>();

    HealthScope(HealthRegistry registry) {
        this.registry = registry;
    }

    /** @param name of the backend: {@code dns_nsupdate} */
    public void backend(String name, Supplier<HealthItem> source) {
        backends.add(new Entry(name, source));
    }

    /**
     * @param owner the module or provider it belongs to
     * @param name among the items of its owner
     */
    public void item(String owner, String name, HealthSource source) {
        items.add(new Entry(owner + ": " + name, () -> {
            var health = source.health();
            return HealthItem.of(health.ok() ? HealthState.UP : HealthState.DEGRADED)
                    .detail(health.detail());
        }));
    }

    List<Entry> backends() {
        return backends;
    }

    List<Entry> items() {
        return items;
    }

    @Override
    public void close() {
        registry.remove(this);
    }
}
