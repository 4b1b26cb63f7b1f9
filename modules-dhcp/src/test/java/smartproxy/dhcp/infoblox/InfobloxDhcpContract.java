package smartproxy.dhcp.infoblox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.TestInstance;
import smartproxy.core.tls.TestPki;
import smartproxy.dhcp.DhcpAbility;
import smartproxy.dhcp.DhcpProvider;
import smartproxy.dhcp.DhcpProviderContract;

/** The contract over a grid as Infoblox documents it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class InfobloxDhcpContract extends DhcpProviderContract {
    private final FakeDhcpGrid grid;
    private final Provider provider;

    InfobloxDhcpContract(Path directory, UnaryOperator<InfobloxDhcpSettings> kind) {
        var pki = TestPki.create("Grid CA", TestPki.KeyType.EC_P256);
        pki.writeTo(directory);
        grid = FakeDhcpGrid.start(
                directory, pki.issueServer().key(TestPki.KeyType.EC_P256).sign());
        provider = Provider.started(
                kind.apply(Provider.settings(grid.address(), directory.resolve("ca.pem"))),
                Duration.ofSeconds(30),
                directory);
    }

    @AfterEach
    void everythingSentIsDocumented() {
        assertThat(grid.complaints()).isEmpty();
    }

    @AfterAll
    void stop() {
        provider.close();
        assertThat(grid.isServed()).as("what was due at the end was sent").isTrue();
        grid.close();
    }

    @Override
    protected DhcpProvider provider() {
        return provider.provider;
    }

    @Override
    protected DhcpProvider second() {
        throw new UnsupportedOperationException("creates are not atomic");
    }

    @Override
    protected Set<DhcpAbility> abilities() {
        return new InfobloxDhcpFactory().abilities();
    }
}
