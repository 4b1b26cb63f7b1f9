package smartproxy.dhcp.kea;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Kea 3.0 with hosts in PostgreSQL. */
final class Kea6DatabaseIT extends Kea6Contract {
    Kea6DatabaseIT(@TempDir Path directory) throws Exception {
        super(directory, "3.0", "plain pgsql", Writing.DATABASE);
    }
}
