package smartproxy.core.store;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.health.Metrics;

class PostgresContractIT extends StoreContract {
    @TempDir
    static Path directory;

    private static LabPostgres postgres;

    @BeforeAll
    static void start() {
        postgres = LabPostgres.start(directory);
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @Override
    LazyStore open() {
        return new LazyStore(postgres.store(Duration.ofSeconds(10)), new Metrics());
    }

    @Override
    boolean isOfOneHost() {
        return false;
    }
}
