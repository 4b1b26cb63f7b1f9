package smartproxy.dns.infoblox;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import smartproxy.core.api.Backend;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.HealthSource;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.HttpPeer;
import smartproxy.core.api.InvalidSetting;
import smartproxy.core.api.ProviderContext;
import smartproxy.core.api.Secret;
import smartproxy.core.api.SharedResources;
import smartproxy.core.api.StartException;
import smartproxy.core.api.Store;
import smartproxy.core.client.LazyPeer;
import smartproxy.core.guard.GuardSettings;
import smartproxy.core.guard.GuardedBackend;
import smartproxy.core.health.Metrics;
import smartproxy.dns.DnsName;
import smartproxy.dns.DnsProvider;
import smartproxy.dns.DnsProvider.Creation;
import smartproxy.dns.DnsProvider.Removal;
import smartproxy.dns.DnsRecord;
import smartproxy.dns.RecordType;
import smartproxy.infoblox.FakeGrid;
import smartproxy.infoblox.GridSettings;
import smartproxy.infoblox.WapiVersion;

/** A provider with the guard and the HTTP client it has in the daemon, and words for what tests do with it. */
final class Provider implements AutoCloseable, ProviderContext {
    private static final Duration TIME = Duration.ofSeconds(40);

    private final Metrics metrics = new Metrics();
    private final List<LazyPeer> peers = new ArrayList<>();
    private final UnaryOperator<HttpPeer> line;
    private final Backend backend;
    final DnsProvider provider;

    Provider(InfobloxSettings settings, Duration attempt) {
        this(settings, attempt, UnaryOperator.identity());
    }

    /** @param line what stands between the provider and the grid */
    Provider(InfobloxSettings settings, Duration attempt, UnaryOperator<HttpPeer> line) {
        this.line = line;
        backend = new GuardedBackend(
                InfobloxFactory.NAME, new GuardSettings(64, attempt, 2, 1000, Duration.ofSeconds(5)), metrics);
        try {
            provider = new InfobloxFactory().create(settings, this);
        } catch (StartException e) {
            throw new IllegalStateException(e);
        }
    }

    static InfobloxSettings settings(URI server, Path ca, String version) {
        try {
            return new InfobloxSettings(
                    new GridSettings(
                            server,
                            "dns_server",
                            FakeGrid.USER,
                            new Secret(FakeGrid.PASSWORD),
                            Duration.ofSeconds(60),
                            Optional.of(ca),
                            WapiVersion.parse("wapi_version", version)),
                    FakeGrid.VIEW);
        } catch (InvalidSetting e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** The same with another password. */
    static InfobloxSettings with(InfobloxSettings settings, Secret password) {
        var grid = settings.grid();
        return new InfobloxSettings(
                new GridSettings(
                        grid.server(),
                        grid.serverKey(),
                        grid.username(),
                        password,
                        grid.timeout(),
                        grid.caFile(),
                        grid.version()),
                settings.view());
    }

    static DnsName name(String text) {
        return DnsName.service(text).orElseThrow();
    }

    Creation create(String name, RecordType type, String data) {
        return provider.create(new DnsRecord(name(name), type, data, 3600), Deadline.in(TIME));
    }

    Removal remove(String name, RecordType type) {
        return provider.remove(name(name), type, Deadline.in(TIME));
    }

    @Override
    public Backend backend() {
        return backend;
    }

    @Override
    public HttpPeer http(HttpIdentity identity) throws StartException {
        var peer = new LazyPeer(InfobloxFactory.NAME, identity);
        peers.add(peer);
        return line.apply(peer);
    }

    @Override
    public Store store() {
        throw new UnsupportedOperationException("this provider keeps nothing");
    }

    @Override
    public SharedResources shared() {
        throw new UnsupportedOperationException("this provider shares nothing");
    }

    @Override
    public void health(String name, HealthSource source) {
        throw new UnsupportedOperationException("this provider shows nothing");
    }

    @Override
    public void close() {
        peers.forEach(LazyPeer::close);
        metrics.close();
    }
}
