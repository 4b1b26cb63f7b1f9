package smartproxy.dns.nsupdate;

import java.time.Clock;
import java.util.List;
import java.util.Set;
import smartproxy.core.api.ProviderContext;
import smartproxy.core.api.Schema;
import smartproxy.core.api.StartException;
import smartproxy.dns.DnsAbility;
import smartproxy.dns.DnsProvider;
import smartproxy.dns.DnsProviderFactory;

/** Declares {@code dns_nsupdate}. */
public final class NsupdateFactory implements DnsProviderFactory<NsupdateSettings> {
    static final String NAME = "dns_nsupdate";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Schema<NsupdateSettings> schema() {
        return NsupdateSettings.SCHEMA;
    }

    @Override
    public Set<DnsAbility> abilities() {
        return Set.of(DnsAbility.SRV, DnsAbility.CNAME, DnsAbility.ATOMIC);
    }

    @Override
    public List<String> differences() {
        return List.of(
                "speaks DNS itself, the programs `nsupdate` and `dig` are not needed",
                "a name server that is away, refuses, or does not have the zone is 502, 503 or 504 and nothing was changed,"
                        + " where it was 200",
                "of several that create one name at once exactly one gets 200",
                "`:dns_server:` may have a port",
                "clocks of proxy and server must agree to `:dns_tsig_fudge_slack:`");
    }

    @Override
    public DnsProvider create(NsupdateSettings settings, ProviderContext context) throws StartException {
        var key = settings.key().isPresent() ? KeyFile.read(settings.key().get()) : null;
        return new NsupdateProvider(settings, key, Clock.systemUTC(), NsupdateProvider.FRESH, context);
    }
}
