package smartproxy.dhcp.kea;

import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** {@code kea-dhcp6} away, frozen and restarted among changes: what was answered is true. */
@Execution(ExecutionMode.CONCURRENT)
final class Kea6FaultsIT {
    private static void whatIsSaidIsTrue(Path directory, String version, int count, int rounds) throws Exception {
        try (var kea = new LabKea(directory, version, "plain", LabKea.DHCP6)) {
            KeaLoad.overFaults(kea, Family.V6, count, rounds);
        }
    }

    @Test
    @DisplayName(
            "what 200 changes by host_cmds were told, 8 at a time over faults, is so, and outlives another restart")
    void faultsAmongChanges(@TempDir Path directory) throws Exception {
        whatIsSaidIsTrue(directory, "3.0", 200, 1);
    }

    @Test
    @DisplayName("the same for 50 changes by config-set")
    void faultsAmongChangesOfTheConfiguration(@TempDir Path directory) throws Exception {
        whatIsSaidIsTrue(directory, "2.2", 50, 1);
    }

    @Test
    @Tag("long")
    void faultsAmongManyChanges(@TempDir Path directory) throws Exception {
        whatIsSaidIsTrue(directory, "3.0", 5000, 10);
    }

    @Test
    @Tag("long")
    void faultsAmongManyChangesOfTheConfiguration(@TempDir Path directory) throws Exception {
        whatIsSaidIsTrue(directory, "2.2", 500, 5);
    }
}
