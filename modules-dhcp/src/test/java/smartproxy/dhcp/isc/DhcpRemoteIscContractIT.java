package smartproxy.dhcp.isc;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The same over files that no request looks at itself. */
final class DhcpRemoteIscContractIT extends IscContract {
    DhcpRemoteIscContractIT(@TempDir Path directory) throws Exception {
        super(directory, RemoteIscFactory.NAME, true);
    }
}
