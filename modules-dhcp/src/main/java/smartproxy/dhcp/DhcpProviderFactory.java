package smartproxy.dhcp;

import java.util.Set;
import smartproxy.core.api.ProviderFactory;

/**
 * Declares a DHCP provider. Foreman reads the capabilities {@code dhcp_filename_ipv4} and {@code dhcp_filename_hostname}: the boot
 * server may be an address, or a name. Settings every provider shares are in {@link DhcpSettings}.
 *
 * @param <S> its settings record
 */
public interface DhcpProviderFactory<S> extends ProviderFactory<S, DhcpProvider> {
    @Override
    default String module() {
        return "dhcp";
    }

    Set<DhcpAbility> abilities();
}
