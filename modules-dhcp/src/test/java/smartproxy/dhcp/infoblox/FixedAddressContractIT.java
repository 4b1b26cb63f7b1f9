package smartproxy.dhcp.infoblox;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Reservations as fixed addresses. */
final class FixedAddressContractIT extends InfobloxDhcpContract {
    FixedAddressContractIT(@TempDir Path directory) {
        super(directory, settings -> settings);
    }
}
