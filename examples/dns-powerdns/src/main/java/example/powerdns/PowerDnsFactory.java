package example.powerdns;

import java.util.Set;
import smartproxy.core.api.ProviderContext;
import smartproxy.core.api.Schema;
import smartproxy.dns.DnsAbility;
import smartproxy.dns.DnsProvider;
import smartproxy.dns.DnsProviderFactory;

/** Declares {@code dns_powerdns_example}. */
public final class PowerDnsFactory implements DnsProviderFactory<PowerDnsSettings> {
    @Override
    public String name() {
        return "dns_powerdns_example";
    }

    @Override
    public Schema<PowerDnsSettings> schema() {
        return PowerDnsSettings.SCHEMA;
    }

    @Override
    public Set<DnsAbility> abilities() {
        return Set.of(DnsAbility.CNAME, DnsAbility.SRV, DnsAbility.LOWER_CASE);
    }

    @Override
    public DnsProvider create(PowerDnsSettings settings, ProviderContext context) {
        return new PowerDnsProvider(settings, context.backend());
    }
}
