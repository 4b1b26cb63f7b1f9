package example.powerdns;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import smartproxy.core.api.Secret;
import smartproxy.core.api.StartException;
import smartproxy.core.guard.KitContext;
import smartproxy.dns.DnsAbility;
import smartproxy.dns.DnsClient;
import smartproxy.dns.DnsProvider;
import smartproxy.dns.DnsProviderContract;

/** The contract over a real PowerDNS; the environment says where it is. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PowerDnsContractIT extends DnsProviderContract {
    private final KitContext context = new KitContext("dns_powerdns_example");
    private DnsProvider provider;

    @BeforeAll
    void create() throws StartException {
        var settings = new PowerDnsSettings(
                URI.create(System.getenv("POWERDNS_URL")),
                new Secret(System.getenv("POWERDNS_KEY")),
                Optional.empty());
        provider = new PowerDnsFactory().create(settings, context);
    }

    @AfterAll
    void close() {
        context.close();
    }

    @Override
    protected DnsProvider provider() {
        return provider;
    }

    @Override
    protected DnsProvider second() {
        return provider;
    }

    @Override
    protected Set<DnsAbility> abilities() {
        return new PowerDnsFactory().abilities();
    }

    @Override
    protected DnsClient server() {
        return new DnsClient(new InetSocketAddress(
                InetAddress.getLoopbackAddress(), Integer.parseInt(System.getenv("POWERDNS_DNS_PORT"))));
    }
}
