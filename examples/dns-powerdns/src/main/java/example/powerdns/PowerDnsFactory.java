package example.powerdns;

import java.net.URI;
import java.util.Set;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.ProviderContext;
import smartproxy.core.api.Schema;
import smartproxy.core.api.StartException;
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
    public DnsProvider create(PowerDnsSettings settings, ProviderContext context) throws StartException {
        var api = URI.create(settings.url() + "/api/v1/servers/localhost");
        var identity = HttpIdentity.of(api, PowerDnsSettings.CA_FILE.key()).header("X-API-Key", settings.key());
        var server = context.http(settings.caFile().map(identity::trusting).orElse(identity));
        return new PowerDnsProvider(settings.url(), context.backend(), server);
    }
}
