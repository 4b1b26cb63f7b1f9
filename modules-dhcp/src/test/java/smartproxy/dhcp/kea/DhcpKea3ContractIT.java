package smartproxy.dhcp.kea;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Kea 3.0 by its own socket, over TLS, with {@code host_cmds}. */
final class DhcpKea3ContractIT extends DhcpKeaContract {
    DhcpKea3ContractIT(@TempDir Path directory) throws Exception {
        super(directory, "3.0", "tls");
    }
}
