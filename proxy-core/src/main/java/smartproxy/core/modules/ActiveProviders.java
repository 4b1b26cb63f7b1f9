package smartproxy.core.modules;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.DoubleSupplier;
import smartproxy.core.api.Backend;
import smartproxy.core.api.DaemonSettings;
import smartproxy.core.api.HealthSource;
import smartproxy.core.api.HttpDownloads;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.HttpPeer;
import smartproxy.core.api.ModuleContext;
import smartproxy.core.api.ProviderContext;
import smartproxy.core.api.SharedResources;
import smartproxy.core.api.StartException;
import smartproxy.core.api.Store;
import smartproxy.core.client.JettyDownloads;
import smartproxy.core.health.HealthScope;
import smartproxy.core.health.MetricsScope;

/**
 * The context of a module: the providers built for it, and what lives as long as the process.
 *
 * @param own what it speaks to by itself
 * @param parts makes others of the kind, by name and permits
 */
record ActiveProviders(
        String module,
        List<ActiveProvider<?>> active,
        Optional<ProviderContext> own,
        BiFunction<String, Integer, ProviderContext> parts,
        DaemonSettings daemon,
        Store store,
        SharedResources shared,
        HealthScope items,
        MetricsScope metrics)
        implements ModuleContext {
    @Override
    public <P> List<ActiveProvider<P>> providers(Class<P> spi) {
        var matching = new ArrayList<ActiveProvider<P>>();
        for (var provider : active) {
            if (spi.isInstance(provider.provider())) {
                matching.add(
                        new ActiveProvider<>(provider.factory(), spi.cast(provider.provider()), provider.backend()));
            }
        }
        return matching;
    }

    @Override
    public HttpDownloads downloads(HttpDownloads.Terms terms) {
        return new JettyDownloads(module, terms);
    }

    @Override
    public Backend backend() {
        return server().backend();
    }

    @Override
    public Backend backend(String part, int permits) {
        return parts.apply(part, permits).backend();
    }

    @Override
    public HttpPeer http(HttpIdentity identity) throws StartException {
        return server().http(identity);
    }

    private ProviderContext server() {
        return own.orElseThrow(() -> new IllegalStateException("module " + module + " declares no backend of its own"));
    }

    @Override
    public void health(String name, HealthSource source) {
        items.item(module, name, source);
    }

    @Override
    public void metric(String name, String help, Map<String, String> labels, DoubleSupplier value) {
        metrics.gauge(name, help, labels, value);
    }
}
