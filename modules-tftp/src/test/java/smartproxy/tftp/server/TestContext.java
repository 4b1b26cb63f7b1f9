package smartproxy.tftp.server;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleSupplier;
import smartproxy.core.api.Backend;
import smartproxy.core.api.DaemonSettings;
import smartproxy.core.api.HealthSource;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.HttpPeer;
import smartproxy.core.api.ModuleContext;
import smartproxy.core.api.SharedResources;
import smartproxy.core.api.Store;
import smartproxy.core.modules.CountedResources;

/** What the core gives a module. One for all generations of a process. */
final class TestContext implements ModuleContext {
    private final SharedResources shared = new CountedResources();
    private final Map<String, HealthSource> health = new HashMap<>();
    private final Map<String, DoubleSupplier> metrics = new HashMap<>();

    @Override
    public <P> List<ActiveProvider<P>> providers(Class<P> spi) {
        return List.of();
    }

    @Override
    public Store store() {
        throw new UnsupportedOperationException("the server keeps nothing");
    }

    @Override
    public SharedResources shared() {
        return shared;
    }

    @Override
    public void health(String name, HealthSource source) {
        health.put(name, source);
    }

    @Override
    public void metric(String name, String help, Map<String, String> labels, DoubleSupplier value) {
        metrics.put(name + labels, value);
    }

    HealthSource.Health health() {
        return Objects.requireNonNull(health.get("tftp server")).health();
    }

    /** @param name with its labels: {@code smart_proxy_tftp_transfers_total{result=complete}} */
    double metric(String name) {
        return Objects.requireNonNull(metrics.get(name.contains("{") ? name : name + "{}"), name)
                .getAsDouble();
    }

    @Override
    public DaemonSettings daemon() {
        return DaemonSettings.NONE;
    }

    @Override
    public Backend backend() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Backend backend(String part, int permits) {
        throw new UnsupportedOperationException();
    }

    @Override
    public HttpPeer http(HttpIdentity identity) {
        throw new UnsupportedOperationException();
    }
}
