package smartproxy.dhcp.kea;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Kea 2.2 behind its agent. */
final class KeaFaultsIT extends KeaFaults {
    KeaFaultsIT() {
        super("2.2");
    }

    @Test
    @DisplayName("changes that wait are set together")
    void changesThatWaitAreSetTogether() throws Exception {
        var before = received("config-set");
        createTogether(40);
        assertThat(received("config-set") - before).isBetween(1L, 20L);
    }
}
