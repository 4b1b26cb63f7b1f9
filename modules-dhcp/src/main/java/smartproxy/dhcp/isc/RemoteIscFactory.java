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
    public List<String> differences() {
        return List.of(
                "the leases file is looked at a few times a second, not read anew for each request",
                "speaks OMAPI itself, the program `omshell` is not needed",
                "a server that is away, refuses the key or hangs is 502, 503 or 504",
                "a file name or host name that dhcpd could not keep, such as one with a quote, is 400",
                "a leases file that is being written, missing or cut short never ends the reading of it");
    }

    @Override
    public DhcpProvider create(IscSettings settings, ProviderContext context) {
        return new CheckableIscProvider(NAME, settings, true, context);
    }
}
