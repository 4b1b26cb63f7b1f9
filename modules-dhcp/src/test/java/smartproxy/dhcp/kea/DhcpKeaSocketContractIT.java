package smartproxy.dhcp.kea;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Kea 2.2 by the unix socket of its DHCP server, past the agent. */
final class DhcpKeaSocketContractIT extends DhcpKeaContract {
    DhcpKeaSocketContractIT(@TempDir Path directory) throws Exception {
        super(directory, "2.2", "unix");
    }
}
