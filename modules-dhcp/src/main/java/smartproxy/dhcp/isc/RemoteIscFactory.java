package smartproxy.dhcp.isc;

import java.util.List;
import java.util.Set;
import smartproxy.core.api.ProviderContext;
import smartproxy.core.api.Schema;
import smartproxy.dhcp.DhcpAbility;
import smartproxy.dhcp.DhcpProvider;
import smartproxy.dhcp.DhcpProviderFactory;

/** Declares {@code dhcp_remote_isc}. */
public final class RemoteIscFactory implements DhcpProviderFactory<IscSettings> {
    static final String NAME = "dhcp_remote_isc";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Schema<IscSettings> schema() {
        return IscSettings.REMOTE_SCHEMA;
    }

    @Override
    public List<String> capabilities() {
        return List.of();
    }

    @Override
    public Set<DhcpAbility> abilities() {
        return Set.of(DhcpAbility.BOOT, DhcpAbility.VENDOR_OPTIONS, DhcpAbility.LOCAL_READS);
    }

    @Override
    public DhcpProvider create(IscSettings settings, ProviderContext context) {
        return new IscDhcpProvider(NAME, settings, true, context);
    }
}
