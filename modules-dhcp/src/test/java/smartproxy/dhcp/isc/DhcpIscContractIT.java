package smartproxy.dhcp.isc;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The contract over a real dhcpd. */
final class DhcpIscContractIT extends IscContract {
    DhcpIscContractIT(@TempDir Path directory) throws Exception {
        super(directory, IscFactory.NAME, false);
    }
}
