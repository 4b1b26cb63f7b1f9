package smartproxy.core.modules;

import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.Backend;
import smartproxy.core.api.DaemonSettings;
import smartproxy.core.api.HealthSource;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.HttpPeer;
import smartproxy.core.api.ModuleContext;
import smartproxy.core.api.ModuleContext.ActiveProvider;
import smartproxy.core.api.ProviderContext;
import smartproxy.core.api.SharedResources;
import smartproxy.core.api.StartException;
import smartproxy.core.api.Store;
import smartproxy.core.client.LazyPeer;
import smartproxy.core.guard.GuardSettings;
import smartproxy.core.guard.GuardedBackend;
import smartproxy.core.health.HealthRegistry;
import smartproxy.core.health.HealthScope;
import smartproxy.core.health.Metrics;

/** What lives as long as the process and is shared by all generations. */
public record CoreServices(Metrics metrics, HealthRegistry health, Store store, SharedResources shared) {
    private static final Logger LOG = LoggerFactory.getLogger(CoreServices.class);

    /** @param attachments gets what must be closed with the provider */
    ProviderContext providerContext(String provider, GuardSettings guard, List<AutoCloseable> attachments) {
        var backend = new GuardedBackend(provider, guard, metrics);
        var gauges = metrics.scope();
        backend.register(gauges);
        var items = health.scope();
        items.backend(provider, backend::health);
        attachments.add(gauges);
        attachments.add(items);
        return new Context(provider, guard, backend, items, attachments);
    }

    /**
     * @param guard of the server the module itself speaks to
     * @param attachments gets what must be closed with the module
     */
    ModuleContext moduleContext(
            String module,
            List<ActiveProvider<?>> active,
            Optional<GuardSettings> guard,
            DaemonSettings daemon,
            List<AutoCloseable> attachments) {
        Optional<ProviderContext> own = guard.map(bounds -> providerContext(module, bounds, attachments));
        BiFunction<String, Integer, ProviderContext> parts = (part, permits) ->
                providerContext(module + " " + part, guard.orElseThrow().withPermits(permits), attachments);
        var items = health.scope();
        var values = metrics.scope();
        attachments.add(items);
        attachments.add(values);
        return new ActiveProviders(module, active, own, parts, daemon, store, shared, items, values);
    }

    private final class Context implements ProviderContext {
        private final String provider;
        private final GuardSettings guard;
        private final Backend backend;
        private final HealthScope items;
        private final List<AutoCloseable> attachments;

        Context(
                String provider,
                GuardSettings guard,
                Backend backend,
                HealthScope items,
                List<AutoCloseable> attachments) {
            this.provider = provider;
            this.guard = guard;
            this.backend = backend;
            this.items = items;
            this.attachments = attachments;
        }

        @Override
        public Backend backend() {
            return backend;
        }

        @Override
        public Backend backend(String part) {
            return providerContext(provider + " " + part, guard, attachments).backend();
        }

        @Override
        public HttpPeer http(HttpIdentity identity) throws StartException {
            var peer = new LazyPeer(provider, identity);
            attachments.add(peer);
            return peer;
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
            items.item(provider, name, source);
        }
    }

    static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception | Error e) {
            LOG.warn("Closing {} failed", closeable.getClass().getSimpleName(), e);
        }
    }
}
