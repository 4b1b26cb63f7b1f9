package smartproxy.dhcp.infoblox;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Reservations as host records. */
final class HostContractIT extends InfobloxDhcpContract {
    HostContractIT(@TempDir Path directory) {
        super(directory, Provider::hosts);
    }
}
