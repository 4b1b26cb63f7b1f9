package smartproxy.dhcp.kea;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Kea 2.2 behind its agent. */
final class KeaFaultsIT extends KeaFaults {
    KeaFaultsIT() {
        super("2.2");
    }

    @Test
    @DisplayName("what 50 changes were told, 8 at a time over faults, is so, and outlives another restart")
    void faultsAmongChanges() throws Exception {
        whatIsSaidIsTrue(50, 1);
    }

    @Test
    @Tag("long")
    void faultsAmongManyChanges() throws Exception {
        whatIsSaidIsTrue(500, 5);
    }

    @Test
    @DisplayName("changes that wait are set together")
    void changesThatWaitAreSetTogether() throws Exception {
        var before = received("config-set");
        createTogether(40);
        assertThat(received("config-set") - before).isBetween(2L, 4L);
    }
}
