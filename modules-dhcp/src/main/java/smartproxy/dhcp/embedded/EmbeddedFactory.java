package smartproxy.dhcp.embedded;

import java.util.List;
import java.util.Set;
import smartproxy.core.api.ProviderContext;
import smartproxy.core.api.Schema;
import smartproxy.dhcp.DhcpAbility;
import smartproxy.dhcp.DhcpProvider;
import smartproxy.dhcp.DhcpProviderFactory;

/** Declares {@code dhcp_embedded}. */
public final class EmbeddedFactory implements DhcpProviderFactory<EmbeddedDhcpSettings> {
    static final String NAME = "dhcp_embedded";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Schema<EmbeddedDhcpSettings> schema() {
        return EmbeddedDhcpSettings.SCHEMA;
    }

    @Override
    public List<String> capabilities() {
        return List.of("dhcp_filename_hostname", "dhcp_filename_ipv4");
    }

    @Override
    public Set<DhcpAbility> abilities() {
        return Set.of(
                DhcpAbility.BOOT,
                DhcpAbility.VENDOR_OPTIONS,
                DhcpAbility.ATOMIC,
                DhcpAbility.FRESH_READS,
                DhcpAbility.LOCAL_READS);
    }

    @Override
    public List<String> differences() {
        return List.of(
                "new: reservations in the daemon's store, without a DHCP server, which the Ruby proxy does not have");
    }

    @Override
    public DhcpProvider create(EmbeddedDhcpSettings settings, ProviderContext context) {
        return new EmbeddedDhcpProvider(settings, context);
    }
}
