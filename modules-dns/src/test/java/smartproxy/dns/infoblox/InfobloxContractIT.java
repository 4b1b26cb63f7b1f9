package smartproxy.dns.infoblox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.tls.TestPki;
import smartproxy.dns.DnsAbility;
import smartproxy.dns.DnsClient;
import smartproxy.dns.DnsProvider;
import smartproxy.dns.DnsProviderContract;

/** The contract over a grid as Infoblox documents it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class InfobloxContractIT extends DnsProviderContract {
    private final FakeDnsGrid grid;
    private final Provider provider;

    InfobloxContractIT(@TempDir Path directory) {
        var pki = TestPki.create("Grid CA", TestPki.KeyType.EC_P256);
        pki.writeTo(directory);
        grid = FakeDnsGrid.start(
                directory, pki.issueServer().key(TestPki.KeyType.EC_P256).sign());
        provider = new Provider(
                Provider.settings(grid.address(), directory.resolve("ca.pem"), "2.12"), Duration.ofSeconds(30));
    }

    @AfterEach
    void everythingSentIsDocumented() {
        assertThat(grid.complaints()).isEmpty();
    }

    @AfterAll
    void stop() {
        provider.close();
        grid.close();
    }

    @Override
    protected DnsProvider provider() {
        return provider.provider;
    }

    @Override
    protected DnsProvider second() {
        throw new UnsupportedOperationException("not declared");
    }

    @Override
    protected Set<DnsAbility> abilities() {
        return new InfobloxFactory().abilities();
    }

    @Override
    protected DnsClient server() {
        return grid.dns();
    }
}
