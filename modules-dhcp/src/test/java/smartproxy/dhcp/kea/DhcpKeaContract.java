package smartproxy.dhcp.kea;

import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import smartproxy.dhcp.DhcpAbility;
import smartproxy.dhcp.DhcpProvider;
import smartproxy.dhcp.DhcpProviderContract;

/** The contract over a real Kea. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class DhcpKeaContract extends DhcpProviderContract {
    private final LabKea kea;
    private final DhcpProvider provider;

    DhcpKeaContract(Path directory, String version, String kind) throws Exception {
        kea = new LabKea(directory, version, kind);
        provider = kea.provider(kea.settings());
    }

    @AfterAll
    void stop() throws Exception {
        kea.close();
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
        return new KeaFactory().abilities();
    }
}
