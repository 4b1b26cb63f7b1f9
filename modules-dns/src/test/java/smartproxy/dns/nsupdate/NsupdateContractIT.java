package smartproxy.dns.nsupdate;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.dns.DnsAbility;
import smartproxy.dns.DnsClient;
import smartproxy.dns.DnsProvider;
import smartproxy.dns.DnsProviderContract;
import smartproxy.dns.LabBind;

/** The contract over a real BIND. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class NsupdateContractIT extends DnsProviderContract {
    private final LabBind bind;
    private final Provider first;
    private final Provider second;

    NsupdateContractIT(@TempDir Path directory) {
        bind = LabBind.start(directory);
        first = Provider.of("127.0.0.1", bind.port(), bind.key("sha256"));
        second = Provider.of("::1", bind.port(), bind.key("sha512"));
    }

    @AfterAll
    void stop() {
        second.close();
        first.close();
        bind.close();
    }

    @Override
    protected DnsProvider provider() {
        return first.provider;
    }

    @Override
    protected DnsProvider second() {
        return second.provider;
    }

    @Override
    protected Set<DnsAbility> abilities() {
        return new NsupdateFactory().abilities();
    }

    @Override
    protected DnsClient server() {
        return new DnsClient(new InetSocketAddress(InetAddress.getLoopbackAddress(), bind.port()));
    }
}
