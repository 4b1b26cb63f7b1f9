package smartproxy.core.store;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class SqliteContractTest extends StoreContract {
    @TempDir
    Path directory;

    @Override
    LazyStore open() {
        return new LazyStore(directory);
    }

    @Override
    boolean isOfOneHost() {
        return true;
    }
}
