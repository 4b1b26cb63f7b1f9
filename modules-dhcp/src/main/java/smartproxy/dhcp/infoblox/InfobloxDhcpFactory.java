package smartproxy.dhcp.infoblox;

import java.util.List;
import java.util.Set;
import smartproxy.core.api.ProviderContext;
import smartproxy.core.api.Schema;
import smartproxy.core.api.StartException;
import smartproxy.dhcp.DhcpAbility;
import smartproxy.dhcp.DhcpProvider;
import smartproxy.dhcp.DhcpProviderFactory;
import smartproxy.infoblox.Wapi;

/** Declares {@code dhcp_infoblox}. */
public final class InfobloxDhcpFactory implements DhcpProviderFactory<InfobloxDhcpSettings> {
    static final String NAME = "dhcp_infoblox";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Schema<InfobloxDhcpSettings> schema() {
        return InfobloxDhcpSettings.SCHEMA;
    }

    @Override
    public Set<DhcpAbility> abilities() {
        return Set.of(DhcpAbility.BOOT, DhcpAbility.FREE_CHECK, DhcpAbility.FRESH_READS);
    }

    @Override
    public List<String> differences() {
        return List.of(
                "changes within `:restart_window:` share one restart of the grid's services",
                "a change is answered before its restart unless `:wait_for_restart: true`",
                "a restart that fails is tried again until it succeeds, also over a restart of the daemon",
                "an unknown subnet is 404 and a grid that is away, refuses or hangs is 502, 503 or 504, where all were 400",
                "the certificate is always verified, by the authorities of the Java runtime or those in `:infoblox_ca_file:`"
                        + " (`FOREMAN_INFOBLOX_NOSSLVERIFY` is not read)",
                "subnets are those of `:network_view:`, show their routers and name servers, and leases have their mask",
                "a host record with further addresses is not removed",
                "boot file and boot server of host records are shown");
    }

    @Override
    public DhcpProvider create(InfobloxDhcpSettings settings, ProviderContext context) throws StartException {
        return new InfobloxDhcpProvider(settings, Wapi.of(settings.grid(), context), context);
    }
}
