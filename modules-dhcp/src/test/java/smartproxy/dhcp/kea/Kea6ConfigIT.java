package smartproxy.dhcp.kea;

import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kea 2.2 behind its agent, over TLS, without {@code host_cmds}. */
final class Kea6ConfigIT extends Kea6Contract {
    Kea6ConfigIT(@TempDir Path directory) throws Exception {
        super(directory, "2.2", "tls", Writing.CONFIG);
    }

    @Test
    @DisplayName("a Kea that crashes before it wrote its file forgets the change: that is said")
    void aCrashBeforeTheWrite() throws Exception {
        aCrashBeforeTheWriteIsSaid();
    }
}
