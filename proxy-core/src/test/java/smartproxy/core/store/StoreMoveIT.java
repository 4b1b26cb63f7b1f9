package smartproxy.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.Jobs.Job;
import smartproxy.core.api.Jobs.Next;
import smartproxy.core.health.Metrics;

class StoreMoveIT {
    private static final int ROWS = 1203;
    private final Instant later = Instant.now().plusSeconds(3600).truncatedTo(ChronoUnit.MILLIS);
    private static final List<String> TABLES = List.of(
            "CREATE TABLE test_words (n BIGINT NOT NULL PRIMARY KEY, word TEXT, good BOOLEAN)",
            "INSERT INTO test_words (n, word) VALUES (1, 'of the migration')",
            "CREATE UNIQUE INDEX test_words_word ON test_words (word)");

    @TempDir
    Path directory;

    private void fill(StoreSettings settings) throws Exception {
        try (var store = new LazyStore(settings, new Metrics())) {
            store.migrate("test", TABLES);
            store.transaction(connection -> {
                try (var insert = connection.prepareStatement("INSERT INTO test_words VALUES (?, ?, ?)")) {
                    for (var n = 2; n <= ROWS; n++) {
                        insert.setLong(1, n);
                        insert.setString(2, n == 5 ? null : "Wörter\n'" + n);
                        insert.setBoolean(3, n % 2 == 0);
                        insert.executeUpdate();
                    }
                }
                return ROWS;
            });
            try (var queue = store.jobs().open("test queue", job -> Next.done())) {
                queue.add("one", "daten ä", later);
            }
        }
    }

    private void check(StoreSettings settings) throws Exception {
        try (var store = new LazyStore(settings, new Metrics())) {
            store.migrate("test", TABLES);
            List<String> found = store.transaction(connection -> {
                try (var rows = connection
                        .createStatement()
                        .executeQuery("SELECT n, word, good FROM test_words WHERE n IN (1, 5, 6) ORDER BY n")) {
                    var lines = new ArrayList<String>();
                    while (rows.next()) {
                        lines.add(rows.getLong(1) + " " + rows.getString(2) + " " + rows.getBoolean(3));
                    }
                    return lines;
                }
            });
            assertThat(found).containsExactly("1 of the migration false", "5 null false", "6 Wörter\n'6 true");
            assertThatThrownBy(() -> store.transaction(connection -> connection
                            .createStatement()
                            .executeUpdate("INSERT INTO test_words (n, word) VALUES (9999, 'of the migration')")))
                    .as("the unique index")
                    .isInstanceOf(SQLException.class);
            try (var queue = store.jobs().open("test queue", job -> Next.done())) {
                assertThat(queue.all()).containsExactly(new Job("one", "daten ä", later, 0, false));
            }
        }
    }

    @Test
    void everythingMovesToADatabaseAndBackAndTheSourceStays() throws Exception {
        try (var postgres = LabPostgres.start(directory.resolve("postgres"))) {
            var file = StoreSettings.sqlite(directory.resolve("file"));
            var database = postgres.store(Duration.ofSeconds(10));
            var back = StoreSettings.sqlite(directory.resolve("back"));
            fill(file);
            var before = Files.readAllBytes(directory.resolve("file").resolve(SqliteStore.FILE));

            assertThat(new StoreMove(file, database).run()).isEqualTo(Map.of("job", 1L, "test_words", (long) ROWS));
            assertThat(Files.readAllBytes(directory.resolve("file").resolve(SqliteStore.FILE)))
                    .isEqualTo(before);
            assertThatThrownBy(() -> new StoreMove(file, database).run())
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("is not empty")
                    .hasMessageContaining("test_words")
                    .hasMessageContaining(Integer.toString(postgres.port()));
            assertThat(new StoreMove(database, back).run()).containsEntry("test_words", (long) ROWS);
            check(database);
            check(back);
            check(file);
        }
    }

    @Test
    void whatCannotBeMovedIsSaidAndLeavesNothing() throws Exception {
        var file = StoreSettings.sqlite(directory.resolve("file"));
        var other = StoreSettings.sqlite(directory.resolve("other"));
        assertThatThrownBy(() -> new StoreMove(file, other).run()).hasMessageContaining("nothing to move");
        assertThatThrownBy(() -> new StoreMove(file, file).run()).hasMessageContaining("there already");
        fill(file);
        try (var store = new LazyStore(file, new Metrics())) {
            store.transaction(connection -> connection
                    .createStatement()
                    .executeUpdate("DELETE FROM migration_statements WHERE owner = 'test'"));
        }
        assertThatThrownBy(() -> new StoreMove(file, other).run())
                .hasMessageContaining("start the daemon once with test");
        try (var store = new LazyStore(file, new Metrics())) {
            store.migrate("test", TABLES); // keeps the statements of a store of an older program
        }
        assertThat(new StoreMove(file, other).run()).containsEntry("test_words", (long) ROWS);
        check(other);
    }

    @Test
    void aFileThatAProcessHasOpenIsNotMoved() throws Exception {
        var file = StoreSettings.sqlite(directory.resolve("file"));
        var other = StoreSettings.sqlite(directory.resolve("other"));
        fill(file);
        var holder = new ProcessBuilder("sleep", "300")
                .redirectInput(
                        directory.resolve("file").resolve(SqliteStore.FILE).toFile())
                .start();
        try {
            assertThatThrownBy(() -> new StoreMove(file, other).run())
                    .isInstanceOf(SQLException.class)
                    .hasMessage("store " + file.name() + " is in use by process " + holder.pid()
                            + "; stop the daemon first");
        } finally {
            holder.destroyForcibly().waitFor();
        }
        assertThat(directory.resolve("other")).doesNotExist();
        assertThat(new StoreMove(file, other).run()).containsEntry("test_words", (long) ROWS);
    }

    @Test
    void aStoreWithTablesOfSomebodyElseIsNotMoved() throws Exception {
        var file = StoreSettings.sqlite(directory.resolve("file"));
        var other = StoreSettings.sqlite(directory.resolve("other"));
        fill(file);
        execute(file, "CREATE TABLE theirs (n BIGINT)");
        assertThatThrownBy(() -> new StoreMove(file, other).run())
                .isInstanceOf(SQLException.class)
                .hasMessageStartingWith("store " + file.name() + " has tables that are not the daemon's: ")
                .hasMessageContaining("theirs");
        execute(file, "DROP TABLE theirs");
        assertThat(new StoreMove(file, other).run())
                .as("nothing was left there")
                .containsEntry("test_words", (long) ROWS);
    }

    private static void execute(StoreSettings settings, String sql) throws Exception {
        try (var store = new LazyStore(settings, new Metrics())) {
            store.transaction(connection -> connection.createStatement().execute(sql));
        }
    }
}
