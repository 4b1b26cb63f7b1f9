package smartproxy.dhcp;

import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.ModuleContext;
import smartproxy.core.api.ModuleInstance;
import smartproxy.core.api.Mount;
import smartproxy.core.api.ProxyModule;
import smartproxy.core.api.Role;
import smartproxy.core.api.Schema;
import smartproxy.core.api.SharedResources.Lease;
import smartproxy.core.api.StartException;

/** The feature {@code dhcp}: one provider, mounted at {@code /dhcp} for Foreman. */
public final class DhcpModule implements ProxyModule<DhcpSettings> {
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
        return new Instance(factory.name(), context, active.provider(), factory, active.backend());
    }

    /** The running module. */
    private static final class Instance implements ModuleInstance {
        private final String provider;
        private final ModuleContext context;
        private final List<Mount> mounts;
        private volatile @Nullable Lease<DhcpState> state;

        Instance(
                String name,
                ModuleContext context,
                DhcpProvider provider,
                DhcpProviderFactory<?> factory,
                smartproxy.core.api.Backend backend) {
            this.provider = name;
            this.context = context;
            var service = new DhcpService(
                    provider, factory.abilities(), backend, new BootServers(InetAddress::getAllByName), this::state);
            mounts = List.of(new Mount("/dhcp", Role.FOREMAN, new DhcpResource(service)));
        }

        private DhcpState state() {
            var lease = state;
            if (lease == null) {
                throw new IllegalStateException("dhcp is not running");
            }
            return lease.get();
        }

        @Override
        public List<Mount> mounts() {
            return mounts;
        }

        @Override
        public void start() throws StartException {
            try {
                state = context.shared().acquire("dhcp state of " + provider, DhcpState.class, DhcpState::new);
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
