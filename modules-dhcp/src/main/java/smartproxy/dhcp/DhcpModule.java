package smartproxy.dhcp;

import java.net.InetAddress;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.Finding;
import smartproxy.core.api.HealthSource.Health;
import smartproxy.core.api.ModuleContext;
import smartproxy.core.api.ModuleInstance;
import smartproxy.core.api.Mount;
import smartproxy.core.api.ProxyModule;
import smartproxy.core.api.Role;
import smartproxy.core.api.Schema;
import smartproxy.core.api.SharedResources.Lease;
import smartproxy.core.api.StartException;
import smartproxy.dhcp.unused.NetworkProbe;
import smartproxy.dhcp.unused.Prober;
import smartproxy.dhcp.unused.UnusedIps;

/** The feature {@code dhcp}: one provider, mounted at {@code /dhcp} for Foreman. */
public final class DhcpModule implements ProxyModule<DhcpSettings> {
    /** The capability of a proxy that serves {@code /dhcp/v6}. */
    private static final String DHCP6 = "dhcp_ipv6";

    @Override
    public String name() {
        return "dhcp";
    }

    @Override
    public Schema<DhcpSettings> schema() {
        return DhcpSettings.SCHEMA;
    }

    @Override
    public List<String> defaultProviders() {
        return List.of("dhcp_isc");
    }

    @Override
    public List<String> differences() {
        return List.of(
                "creating what is there already, equal in MAC, address, names and boot options, is 200, where it was 409",
                "of several that reserve one address or MAC at once exactly one gets 200",
                "an address outside the subnet, an IPv6 address, and names with other than letters, digits, `.`, `-` and `_` are 400",
                "unused addresses that were suggested are remembered over a restart, and asked again for one MAC, the same is suggested",
                "network, broadcast, router and own addresses are suggested only when asked for by name");
    }

    @Override
    public ModuleInstance create(DhcpSettings settings, ModuleContext context) throws StartException {
        var providers = context.providers(DhcpProvider.class);
        if (providers.size() != 1) {
            throw new StartException(
                    "Setting 'use_provider' of dhcp is expected to name one provider, not " + providers.size());
        }
        var active = providers.get(0);
        if (!(active.factory() instanceof DhcpProviderFactory<?> factory)) {
            throw new StartException("Provider '" + active.factory().name() + "' is not a DHCP provider");
        }
        var prober = settings.pingFreeIp() ? Optional.of(new Prober(new NetworkProbe())) : Optional.<Prober>empty();
        var rules = new UnusedIps.Rules(
                active.provider().suggestionTime(), settings.sequential(), prober, new OwnAddresses(System::nanoTime));
        var instance = new Instance(factory.name(), settings.pingFreeIp(), context);
        context.health("unused addresses", instance::health);
        var service = new DhcpService(
                active.provider(),
                factory.abilities(),
                active.backend(),
                new BootServers(InetAddress::getAllByName),
                rules,
                instance::state);
        instance.mount(
                new DhcpResource(service),
                active.provider()
                        .dhcp6()
                        .map(dhcp6 -> new Dhcp6Resource(
                                new Dhcp6Service(dhcp6, () -> instance.state().locks6()))));
        return instance;
    }

    /** The running module. */
    private static final class Instance implements ModuleInstance {
        private final String provider;
        private final boolean probes;
        private final ModuleContext context;
        private List<Mount> mounts = List.of();
        private volatile @Nullable Lease<DhcpState> state;

        Instance(String provider, boolean probes, ModuleContext context) {
            this.provider = provider;
            this.probes = probes;
            this.context = context;
        }

        void mount(DhcpResource resource, Optional<Dhcp6Resource> resource6) {
            var dhcp = new Mount("/dhcp", Role.FOREMAN, resource).withMethodOverride();
            mounts = resource6
                    .map(six -> List.of(dhcp, new Mount("/dhcp/v6", Role.FOREMAN, six).withMethodOverride()))
                    .orElse(List.of(dhcp));
        }

        /** Foreman passes over what it does not know. */
        @Override
        public List<String> capabilities() {
            return mounts.size() > 1 ? List.of(DHCP6) : List.of();
        }

        private DhcpState state() {
            var lease = state;
            if (lease == null) {
                throw new IllegalStateException("dhcp is not running");
            }
            return lease.get();
        }

        /** Probing without ICMP finds less; that is no fault, but worth knowing. */
        private Health health() {
            var lease = state;
            var icmp = NetworkProbe.sendsIcmp() ? "TCP and ICMP" : "TCP alone, as the process lacks CAP_NET_RAW";
            var suggested = lease == null ? 0 : lease.get().unused().size();
            return new Health(
                    lease != null,
                    suggested + " are suggested; " + (probes ? "probed by " + icmp : "not probed, see ping_free_ip"));
        }

        @Override
        public List<Finding> findings() {
            return probes && !NetworkProbe.sendsIcmp()
                    ? List.of(
                            Finding.warning(
                                    "dhcp ping_free_ip",
                                    "unused addresses are probed by TCP alone, as this process lacks CAP_NET_RAW",
                                    "systemd's unit grants it to the daemon (AmbientCapabilities); /health tells what that has"))
                    : List.of();
        }

        @Override
        public List<Mount> mounts() {
            return mounts;
        }

        @Override
        public void start() throws StartException {
            try {
                state = context.shared()
                        .acquire("dhcp " + provider, DhcpState.class, () -> DhcpState.open(context.store()));
            } catch (SQLException e) {
                throw new StartException(
                        "dhcp: the store with the suggested addresses cannot be used: " + e.getMessage(), e);
            } catch (Exception e) {
                throw new StartException("dhcp: cannot start: " + e, e);
            }
        }

        @Override
        public void close() {
            var lease = state;
            state = null;
            if (lease != null) {
                lease.close();
            }
        }
    }
}
