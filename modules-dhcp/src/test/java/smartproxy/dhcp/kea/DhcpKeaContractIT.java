package smartproxy.dhcp.kea;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Kea 2.2 behind its control agent, over TLS, without {@code host_cmds}: by setting the configuration. */
final class DhcpKeaContractIT extends DhcpKeaContract {
    DhcpKeaContractIT(@TempDir Path directory) throws Exception {
        super(directory, "2.2", "tls");
    }
}
