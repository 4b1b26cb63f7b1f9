package smartproxy.dns.embedded;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.dns.DnsAbility;
import smartproxy.dns.DnsClient;
import smartproxy.dns.DnsProvider;
import smartproxy.dns.DnsProviderContract;

/** The contract over the embedded server; the second process has its own connection to the store, memory and sockets. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EmbeddedDnsContractIT extends DnsProviderContract {
    private final TestServer first;
    private final TestServer second;

    EmbeddedDnsContractIT(@TempDir Path directory) throws Exception {
        first = TestServer.start(directory, Map.of());
        second = TestServer.start(directory, Map.of());
    }

    @AfterAll
    void stop() throws Exception {
        second.close();
        first.close();
    }

    @Override
    protected DnsProvider provider() {
        return first.provider();
    }

    @Override
    protected DnsProvider second() {
        return second.provider();
    }

    @Override
    protected Set<DnsAbility> abilities() {
        return new EmbeddedFactory().abilities();
    }

    @Override
    protected DnsClient server() {
        return first.client();
    }
}
