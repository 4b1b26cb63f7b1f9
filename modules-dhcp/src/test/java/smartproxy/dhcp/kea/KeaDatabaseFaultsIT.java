package smartproxy.dhcp.kea;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.dhcp.kea.KeaLoad.When;

/** Kea 3.0 over a PostgreSQL that goes away in the middle of changes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class KeaDatabaseFaultsIT {
    private static final Duration WATCHDOG = Duration.ofSeconds(30);

    private final LabKea kea;

    KeaDatabaseFaultsIT(@TempDir Path directory) {
        kea = new LabKea(directory, "3.0", "plain pgsql");
    }

    @AfterAll
    void stop() throws Exception {
        kea.close();
    }

    @Test
    @DisplayName("what 500 changes were told, 8 at a time while the database is killed and frozen and Kea killed, is so")
    void faultsAmongChanges() throws Exception {
        whatIsSaidIsTrue(500, 1);
    }

    @Test
    @Tag("long")
    void faultsAmongManyChanges() throws Exception {
        whatIsSaidIsTrue(5000, 10);
    }

    private void whatIsSaidIsTrue(int count, int rounds) throws Exception {
        var faults = 3 * rounds;
        try (var load = new KeaLoad(kea, count)) {
            for (var fault = 1; fault <= faults; fault++) {
                load.made(count * fault / (faults + 1));
                var lost = load.lost();
                switch (fault % 3) {
                    case 1 -> {
                        load.trap(When.UNHEARD, () -> kea.database("freeze"));
                        kea.database("crash");
                        kea.database("start");
                    }
                    case 2 -> {
                        load.trap(When.OBEYED, () -> kea.database("freeze"));
                        await().atMost(WATCHDOG).until(() -> load.lost() > lost);
                        KeaLoad.passes(Duration.ofMillis(1500));
                        kea.database("thaw");
                    }
                    default -> {
                        load.trap(When.UNHEARD, () -> kea.database("freeze"));
                        kea.kill();
                        await().atMost(WATCHDOG).until(() -> load.lost() > lost);
                        kea.database("thaw");
                        kea.restart();
                    }
                }
            }
            assertThat(load.check()).isLessThanOrEqualTo(8L * faults);
        }
    }
}
