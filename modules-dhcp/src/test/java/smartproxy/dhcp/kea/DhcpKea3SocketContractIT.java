package smartproxy.dhcp.kea;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Kea 3.0 by its unix socket, with {@code host_cmds}. */
final class DhcpKea3SocketContractIT extends DhcpKeaContract {
    DhcpKea3SocketContractIT(@TempDir Path directory) throws Exception {
        super(directory, "3.0", "unix");
    }
}
