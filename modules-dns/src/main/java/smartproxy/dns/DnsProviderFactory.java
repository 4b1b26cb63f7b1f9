package smartproxy.dns;

import java.util.Set;
import smartproxy.core.api.ProviderFactory;

/**
 * Declares a DNS provider.
 *
 * @param <S> its settings record
 */
public interface DnsProviderFactory<S> extends ProviderFactory<S, DnsProvider> {
    @Override
    default String module() {
        return "dns";
    }

    Set<DnsAbility> abilities();
}
