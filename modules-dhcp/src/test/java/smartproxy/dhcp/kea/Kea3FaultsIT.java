package smartproxy.dhcp.kea;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Kea 3.0 by itself. */
final class Kea3FaultsIT extends KeaFaults {
    Kea3FaultsIT() {
        super("3.0");
    }

    @Test
    @DisplayName("what 500 changes were told, 8 at a time over faults, is so, and outlives another restart")
    void faultsAmongChanges() throws Exception {
        whatIsSaidIsTrue(500, 1);
    }

    @Test
    @Tag("long")
    void faultsAmongManyChanges() throws Exception {
        whatIsSaidIsTrue(5000, 10);
    }
}
