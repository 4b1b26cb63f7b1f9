package smartproxy.dhcp.embedded;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.store.SqliteStore;
import smartproxy.dhcp.DhcpAbility;
import smartproxy.dhcp.DhcpProvider;
import smartproxy.dhcp.DhcpProviderContract;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.Subnet;
import smartproxy.dhcp.TestContext;

/** The contract over the store; the second process has its own connection to it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EmbeddedDhcpContractTest extends DhcpProviderContract {
    private final SqliteStore firstStore;
    private final SqliteStore secondStore;
    private final DhcpProvider first;
    private final DhcpProvider second;

    EmbeddedDhcpContractTest(@TempDir Path directory) throws Exception {
        firstStore = SqliteStore.open(directory);
        secondStore = SqliteStore.open(directory);
        first = start(firstStore);
        second = start(secondStore);
    }

    private static DhcpProvider start(SqliteStore store) throws Exception {
        var settings = new EmbeddedDhcpSettings(
                List.of(new Subnet(Ipv4.of("192.0.2.0"), 24, Map.of("routers", List.of("192.0.2.1")))),
                DhcpProvider.SUGGESTION_TIME);
        var provider = new EmbeddedDhcpProvider(settings, new TestContext(EmbeddedFactory.NAME, store));
        provider.start();
        return provider;
    }

    @AfterAll
    void close() throws SQLException {
        firstStore.close();
        secondStore.close();
    }

    @Override
    protected DhcpProvider provider() {
        return first;
    }

    @Override
    protected DhcpProvider second() {
        return second;
    }

    @Override
    protected Set<DhcpAbility> abilities() {
        return new EmbeddedFactory().abilities();
    }
}
