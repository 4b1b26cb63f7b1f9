package smartproxy.dhcp;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import smartproxy.core.api.Backend;
import smartproxy.core.api.HealthSource;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.HttpPeer;
import smartproxy.core.api.ProviderContext;
import smartproxy.core.api.SharedResources;
import smartproxy.core.api.StartException;
import smartproxy.core.api.Store;
import smartproxy.core.guard.GuardSettings;
import smartproxy.core.guard.GuardedBackend;
import smartproxy.core.health.Metrics;
import smartproxy.core.modules.CountedResources;

/** What the core gives a provider. */
public class TestContext implements ProviderContext {
    public static final GuardSettings GUARD =
            new GuardSettings(64, Duration.ofSeconds(10), 2, 10, Duration.ofSeconds(5));

    private final Backend backend;
    private final GuardSettings guard;
    private final Store store;
    private final SharedResources shared = new CountedResources();
    private final Map<String, HealthSource> health = new HashMap<>();

    public TestContext(String provider, Store store) {
        this(provider, store, GUARD);
    }

    public TestContext(String provider, Store store, GuardSettings guard) {
        this.store = store;
        this.guard = guard;
        backend = new GuardedBackend(provider, guard, new Metrics());
    }

    @Override
    public Backend backend() {
        return backend;
    }

    @Override
    public Backend backend(String part) {
        return new GuardedBackend(backend.name() + " " + part, guard, new Metrics());
    }

    @Override
    public HttpPeer http(HttpIdentity identity) throws StartException {
        throw new UnsupportedOperationException("no provider of DHCP that is tested here speaks HTTP");
    }

    @Override
    public Store store() {
        return store;
    }

    @Override
    public SharedResources shared() {
        return shared;
    }

    @Override
    public void health(String name, HealthSource source) {
        health.put(name, source);
    }

    /** The health item of that name. */
    public HealthSource.Health health(String name) {
        var source = health.get(name);
        return source == null ? new HealthSource.Health(false, "none") : source.health();
    }
}
