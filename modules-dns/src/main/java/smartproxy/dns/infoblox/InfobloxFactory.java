package smartproxy.dns.infoblox;

import java.util.List;
import java.util.Set;
import smartproxy.core.api.ProviderContext;
import smartproxy.core.api.Schema;
import smartproxy.core.api.StartException;
import smartproxy.dns.DnsAbility;
import smartproxy.dns.DnsProvider;
import smartproxy.dns.DnsProviderFactory;
import smartproxy.infoblox.Wapi;

/** Declares {@code dns_infoblox}. */
public final class InfobloxFactory implements DnsProviderFactory<InfobloxSettings> {
    static final String NAME = "dns_infoblox";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Schema<InfobloxSettings> schema() {
        return InfobloxSettings.SCHEMA;
    }

    @Override
    public Set<DnsAbility> abilities() {
        return Set.of(
                DnsAbility.CNAME, DnsAbility.ABSENT_IS_NOT_FOUND, DnsAbility.TTL_OF_BACKEND, DnsAbility.LOWER_CASE);
    }

    @Override
    public List<String> differences() {
        return List.of(
                "`:password:` has no default",
                "of a PTR its address counts: another one of that address is 409, one of that host elsewhere is not in the way",
                "a CNAME in the way is 409, or 200 when the name behind it has the wanted data",
                "an unknown zone, view or user is 502, a grid that is away 503 or 504, where it was 400 or 404",
                "DNS caches are cleared only with `:wapi_version:` '2.6' or above, 2.0 is spoken by default",
                "the certificate is verified by the authorities of the Java runtime, or those in `:infoblox_ca_file:`");
    }

    @Override
    public DnsProvider create(InfobloxSettings settings, ProviderContext context) throws StartException {
        return new InfobloxProvider(settings, Wapi.of(settings.grid(), context), context.backend());
    }
}
