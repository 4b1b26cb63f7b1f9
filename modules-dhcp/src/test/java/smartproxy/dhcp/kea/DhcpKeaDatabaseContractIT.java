package smartproxy.dhcp.kea;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Kea 3.0 with {@code host_cmds} over hosts in PostgreSQL. */
final class DhcpKeaDatabaseContractIT extends DhcpKeaContract {
    DhcpKeaDatabaseContractIT(@TempDir Path directory) throws Exception {
        super(directory, "3.0", "plain pgsql");
    }
}
