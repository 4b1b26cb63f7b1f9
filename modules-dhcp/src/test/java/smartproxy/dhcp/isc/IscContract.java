package smartproxy.dhcp.isc;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import smartproxy.core.store.SqliteStore;
import smartproxy.dhcp.DhcpAbility;
import smartproxy.dhcp.DhcpProvider;
import smartproxy.dhcp.DhcpProviderContract;
import smartproxy.dhcp.TestContext;

/** The contract over a real dhcpd. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class IscContract extends DhcpProviderContract {
    private final LabDhcpd dhcpd;
    private final SqliteStore store;
    private final IscDhcpProvider provider;

    IscContract(Path directory, String name, boolean mounted) throws Exception {
        dhcpd = LabDhcpd.start(directory);
        store = SqliteStore.open(directory);
        provider = new IscDhcpProvider(name, dhcpd.settings(), mounted, new TestContext(name, store));
        provider.start();
    }

    @AfterAll
    void stop() throws SQLException {
        provider.close();
        store.close();
        dhcpd.close();
    }

    @Override
    protected DhcpProvider provider() {
        return provider;
    }

    @Override
    protected DhcpProvider second() {
        throw new UnsupportedOperationException("creates are not atomic");
    }

    @Override
    protected Set<DhcpAbility> abilities() {
        return new IscFactory().abilities();
    }
}
