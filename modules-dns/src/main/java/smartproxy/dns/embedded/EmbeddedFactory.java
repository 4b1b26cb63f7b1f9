package smartproxy.dns.embedded;

import java.util.List;
import java.util.Set;
import smartproxy.core.api.ProviderContext;
import smartproxy.core.api.Schema;
import smartproxy.dns.DnsAbility;
import smartproxy.dns.DnsProvider;
import smartproxy.dns.DnsProviderFactory;

/** Declares {@code dns_embedded}. */
public final class EmbeddedFactory implements DnsProviderFactory<EmbeddedDnsSettings> {
    static final String NAME = "dns_embedded";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Schema<EmbeddedDnsSettings> schema() {
        return EmbeddedDnsSettings.SCHEMA;
    }

    @Override
    public Set<DnsAbility> abilities() {
        return Set.of(DnsAbility.SRV, DnsAbility.CNAME, DnsAbility.ATOMIC);
    }

    @Override
    public List<String> differences() {
        return List.of("new: a DNS server inside the daemon, which the Ruby proxy does not have");
    }

    @Override
    public DnsProvider create(EmbeddedDnsSettings settings, ProviderContext context) {
        return new EmbeddedDnsProvider(settings, context);
    }
}
