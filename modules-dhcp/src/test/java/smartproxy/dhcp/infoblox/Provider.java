package smartproxy.dhcp.infoblox;

import java.net.URI;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import smartproxy.core.api.Backend;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.HealthSource;
import smartproxy.core.api.HealthSource.Health;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.HttpPeer;
import smartproxy.core.api.ProviderContext;
import smartproxy.core.api.Secret;
import smartproxy.core.api.SharedResources;
import smartproxy.core.api.StartException;
import smartproxy.core.api.Store;
import smartproxy.core.client.LazyPeer;
import smartproxy.core.guard.GuardSettings;
import smartproxy.core.guard.GuardedBackend;
import smartproxy.core.health.Metrics;
import smartproxy.core.modules.CountedResources;
import smartproxy.core.store.SqliteStore;
import smartproxy.dhcp.DhcpProvider;
import smartproxy.dhcp.DhcpProvider.Creation;
import smartproxy.dhcp.DhcpProvider.Removal;
import smartproxy.dhcp.DhcpView;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.NewReservation;
import smartproxy.dhcp.Reservation;
import smartproxy.dhcp.Subnet;
import smartproxy.dhcp.infoblox.InfobloxDhcpSettings.Restarts;
import smartproxy.infoblox.FakeGrid;
import smartproxy.infoblox.GridSettings;
import smartproxy.infoblox.WapiVersion;

/** A provider with the guard, the HTTP client and the store it has in the daemon, and words for what tests do with it. */
final class Provider implements AutoCloseable, ProviderContext {
    static final Subnet SUBNET = Subnet.parse("192.0.2.0/24").orElseThrow();
    private static final Duration TIME = Duration.ofSeconds(20);

    private final Metrics metrics = new Metrics();
    private final List<LazyPeer> peers = new ArrayList<>();
    private final Map<String, HealthSource> health = new HashMap<>();
    private final SharedResources shared = new CountedResources();
    private final SqliteStore store;
    private final Backend backend;
    final InfobloxDhcpProvider provider;

    private Provider(InfobloxDhcpSettings settings, Duration attempt, Path directory) {
        backend = new GuardedBackend(
                InfobloxDhcpFactory.NAME, new GuardSettings(64, attempt, 2, 1000, Duration.ofSeconds(5)), metrics);
        try {
            store = SqliteStore.open(directory);
            provider = (InfobloxDhcpProvider) new InfobloxDhcpFactory().create(settings, this);
        } catch (StartException | SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As {@code check} has it. */
    static Provider created(InfobloxDhcpSettings settings, Path directory) {
        return new Provider(settings, Duration.ofSeconds(5), directory);
    }

    static Provider started(InfobloxDhcpSettings settings, Duration attempt, Path directory) {
        var started = new Provider(settings, attempt, directory);
        try {
            started.provider.start();
        } catch (StartException e) {
            throw new IllegalStateException(e);
        }
        return started;
    }

    /** Fixed addresses, restarts after a second. */
    static InfobloxDhcpSettings settings(URI server, Path ca) {
        return new InfobloxDhcpSettings(
                grid(server, ca, FakeGrid.PASSWORD),
                false,
                false,
                FakeGrid.VIEW,
                FakeGrid.VIEW,
                List.of(),
                new Restarts(Duration.ofSeconds(1), false, Duration.ZERO),
                DhcpProvider.SUGGESTION_TIME,
                List.of());
    }

    static GridSettings grid(URI server, Path ca, String password) {
        return new GridSettings(
                server,
                "server",
                FakeGrid.USER,
                new Secret(password),
                Duration.ofSeconds(60),
                Optional.of(ca),
                WapiVersion.OLDEST);
    }

    /** The same with other values of some settings, put in by the caller. */
    private static InfobloxDhcpSettings with(
            InfobloxDhcpSettings settings, boolean hosts, boolean everyUse, String dnsView, String networkView) {
        return new InfobloxDhcpSettings(
                settings.grid(),
                hosts,
                everyUse,
                dnsView,
                networkView,
                settings.options(),
                settings.restarts(),
                settings.suggestionTime(),
                settings.managed());
    }

    private static InfobloxDhcpSettings with(
            InfobloxDhcpSettings settings, GridSettings grid, Restarts restarts, List<Subnet> managed) {
        return new InfobloxDhcpSettings(
                grid,
                settings.hosts(),
                settings.everyUse(),
                settings.dnsView(),
                settings.networkView(),
                settings.options(),
                restarts,
                settings.suggestionTime(),
                managed);
    }

    static InfobloxDhcpSettings with(InfobloxDhcpSettings settings, GridSettings grid) {
        return with(settings, grid, settings.restarts(), settings.managed());
    }

    static InfobloxDhcpSettings with(InfobloxDhcpSettings settings, Restarts restarts) {
        return with(settings, settings.grid(), restarts, settings.managed());
    }

    static InfobloxDhcpSettings managed(InfobloxDhcpSettings settings, Subnet... managed) {
        return with(settings, settings.grid(), settings.restarts(), List.of(managed));
    }

    static InfobloxDhcpSettings hosts(InfobloxDhcpSettings settings) {
        return with(settings, true, settings.everyUse(), settings.dnsView(), settings.networkView());
    }

    static InfobloxDhcpSettings everyUse(InfobloxDhcpSettings settings) {
        return with(settings, settings.hosts(), true, settings.dnsView(), settings.networkView());
    }

    static InfobloxDhcpSettings views(InfobloxDhcpSettings settings, String dns, String network) {
        return with(settings, settings.hosts(), settings.everyUse(), dns, network);
    }

    /** Of the host {@code hN.example.com}, whose MAC ends in N. */
    static Reservation reservation(int n) {
        return reservation(n, "192.0.2." + n);
    }

    static Reservation reservation(int n, String ip) {
        var name = "h" + n + ".example.com";
        return new Reservation(
                SUBNET,
                name,
                Ipv4.of(ip),
                MacAddress.of("02:00:00:00:00:" + Integer.toHexString(n)),
                true,
                Map.of(Reservation.HOSTNAME, name));
    }

    Creation create(Reservation reservation, MacAddress... related) {
        return provider.create(new NewReservation(reservation, Optional.empty(), Set.of(related)), Deadline.in(TIME));
    }

    Removal remove(Reservation reservation) {
        return provider.remove(reservation, Deadline.in(TIME));
    }

    DhcpView view() {
        return provider.view(Deadline.in(TIME));
    }

    Health restartHealth() {
        var source = health.get("grid restart");
        return source == null ? new Health(false, "none") : source.health();
    }

    @Override
    public Backend backend() {
        return backend;
    }

    @Override
    public HttpPeer http(HttpIdentity identity) throws StartException {
        var peer = new LazyPeer(InfobloxDhcpFactory.NAME, identity);
        peers.add(peer);
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
        health.put(name, source);
    }

    @Override
    public void close() {
        provider.close();
        peers.forEach(LazyPeer::close);
        metrics.close();
        try {
            store.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
