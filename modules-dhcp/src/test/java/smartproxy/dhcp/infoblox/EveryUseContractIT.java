package smartproxy.dhcp.infoblox;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Fixed addresses, where every use of an address counts. */
final class EveryUseContractIT extends InfobloxDhcpContract {
    EveryUseContractIT(@TempDir Path directory) {
        super(directory, Provider::everyUse);
    }
}
