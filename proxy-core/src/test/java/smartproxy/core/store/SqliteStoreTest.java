package smartproxy.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteErrorCode;
import smartproxy.core.api.Store;

class SqliteStoreTest {
    private static final List<String> TABLES =
            List.of("CREATE TABLE numbers (n INTEGER PRIMARY KEY)", "CREATE INDEX numbers_n ON numbers (n)");

    @TempDir
    Path directory;

    @Test
    void whatWasCommittedIsThereAfterReopening() throws Exception {
        try (var store = SqliteStore.open(directory)) {
            store.migrate("test", TABLES);
            insert(store, 7);
        }
        try (var store = SqliteStore.open(directory)) {
            assertThat(count(store)).isEqualTo(1);
        }
    }

    @Test
    void aCommitWaitsForTheDisk() throws Exception {
        try (var store = SqliteStore.open(directory)) {
            assertThat(ask(store, "PRAGMA synchronous")).isEqualTo(2);
            assertThat(ask(store, "PRAGMA foreign_keys")).isEqualTo(1);
            assertThat(ask(store, "PRAGMA busy_timeout")).isEqualTo(10_000);
            assertThat(Files.exists(directory.resolve(SqliteStore.FILE + "-wal")))
                    .isTrue();
        }
    }

    @Test
    void directoryAndFilesAreForTheOwnerAlone() throws Exception {
        var state = directory.resolve("state");
        try (var store = SqliteStore.open(state)) {
            store.migrate("test", TABLES);
            assertThat(mode(state)).isEqualTo("rwx------");
            try (var files = Files.list(state)) {
                assertThat(files)
                        .hasSizeGreaterThan(1)
                        .allSatisfy(file -> assertThat(mode(file)).isEqualTo("rw-------"));
            }
        }
    }

    @Test
    void aMigrationRunsOnceAndOnlyWhatIsNewRuns() throws Exception {
        try (var store = SqliteStore.open(directory)) {
            store.migrate("test", TABLES.subList(0, 1));
            insert(store, 1);
            store.migrate("test", TABLES);
            store.migrate("test", TABLES);
            store.migrate("other", List.of("CREATE TABLE other (n INTEGER)"));

            assertThat(count(store)).isEqualTo(1);
        }
        try (var store = SqliteStore.open(directory)) {
            store.migrate("test", TABLES);
            assertThat(count(store)).isEqualTo(1);
        }
    }

    @Test
    void aMigrationThatFailsLeavesNothingAndCanBeRepeated() throws Exception {
        try (var store = SqliteStore.open(directory)) {
            assertThatThrownBy(() -> store.migrate("test", List.of(TABLES.get(0), "CREATE NONSENSE")))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("NONSENSE");

            store.migrate("test", TABLES);
            assertThat(count(store)).isZero();
        }
    }

    @Test
    void tablesOfANewerProgramAreLeftAlone() throws Exception {
        try (var store = SqliteStore.open(directory)) {
            store.migrate("test", TABLES);

            assertThatThrownBy(() -> store.migrate("test", TABLES.subList(0, 1)))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining(directory.resolve(SqliteStore.FILE).toString())
                    .hasMessageContaining("install the newer one");
        }
    }

    @Test
    void workThatThrowsLeavesNothing() throws Exception {
        try (var store = SqliteStore.open(directory)) {
            store.migrate("test", TABLES);

            assertThatThrownBy(() -> store.transaction(connection -> {
                        add(connection, 1);
                        throw new IllegalStateException("changed its mind");
                    }))
                    .hasMessage("changed its mind");
            assertThatThrownBy(() -> store.transaction(connection -> {
                        add(connection, 2);
                        return number(connection, "SELECT nothing FROM nowhere");
                    }))
                    .isInstanceOf(SQLException.class);

            assertThat(count(store)).isZero();
            insert(store, 3);
            assertThat(count(store)).isEqualTo(1);
        }
    }

    @Test
    void workThatThrowsDoesNotKeepTheFileFromOthers() throws Exception {
        try (var store = SqliteStore.open(directory);
                var other = SqliteStore.open(directory, Duration.ofMillis(200))) {
            store.migrate("test", TABLES);
            assertThatThrownBy(() -> store.transaction(connection -> {
                        add(connection, 1);
                        throw new IllegalStateException("changed its mind");
                    }))
                    .hasMessage("changed its mind");

            insert(other, 2);
            assertThat(count(store)).isEqualTo(1);
        }
    }

    @Test
    void anErrorOfAStatementKeepsItsCode() throws Exception {
        try (var store = SqliteStore.open(directory)) {
            store.migrate("test", TABLES);
            insert(store, 1);

            assertThatThrownBy(() -> insert(store, 1))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getErrorCode() & 0xff).isEqualTo(SQLiteErrorCode.SQLITE_CONSTRAINT.code));
            assertThat(count(store)).isEqualTo(1);
        }
    }

    @Test
    void aFullDiskLosesNothingAndTheStoreGoesOnWhenThereIsRoomAgain() throws Exception {
        try (var store = SqliteStore.open(directory)) {
            store.migrate("test", TABLES);
            insert(store, 1);
            var pages = store.transaction(connection -> number(connection, "PRAGMA max_page_count = 1"));

            assertThatThrownBy(() -> store.transaction(connection -> {
                        add(connection, 2);
                        for (var n = 1000; n < 100_000; n++) {
                            add(connection, n);
                        }
                        return pages;
                    }))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining(directory.resolve(SqliteStore.FILE).toString())
                    .hasMessageContaining("make room");

            assertThat(count(store)).isEqualTo(1);
            store.transaction(connection -> number(connection, "PRAGMA max_page_count = 100000"));
            insert(store, 3);
            assertThat(count(store)).isEqualTo(2);
        }
    }

    @Test
    void theStoreOutlivesAConnectionThatWorkBroke() throws Exception {
        try (var store = SqliteStore.open(directory)) {
            store.migrate("test", TABLES);
            assertThatThrownBy(() -> store.transaction(connection -> {
                        connection.close();
                        return 0;
                    }))
                    .isInstanceOf(SQLException.class);

            insert(store, 1);
            assertThat(count(store)).isEqualTo(1);
        }
    }

    @Test
    void transactionsOfManyThreadsRunOneAfterTheOther() throws Exception {
        try (var store = SqliteStore.open(directory)) {
            store.migrate("test", TABLES);
            var threads = Executors.newFixedThreadPool(8);
            try {
                var all = IntStream.range(0, 8)
                        .mapToObj(i -> threads.submit(() -> {
                            for (var n = 0; n < 25; n++) {
                                store.transaction(c -> {
                                    add(c, 1 + number(c, "SELECT coalesce(max(n), 0) FROM numbers"));
                                    return 0;
                                });
                            }
                            return i;
                        }))
                        .toList();
                for (var one : all) {
                    assertThat(one.get(60, TimeUnit.SECONDS)).isBetween(0, 7);
                }
            } finally {
                threads.shutdownNow();
            }

            assertThat(count(store)).isEqualTo(200);
            assertThat(ask(store, "SELECT max(n) FROM numbers")).isEqualTo(200);
        }
    }

    @Test
    void aTransactionInsideATransactionIsAMistakeThatIsSaid() throws Exception {
        try (var store = SqliteStore.open(directory)) {
            store.migrate("test", TABLES);

            assertThatThrownBy(() -> store.transaction(connection -> {
                        add(connection, 1);
                        return count(store);
                    }))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(count(store)).isZero();
        }
    }

    @Test
    void theWaitForAnEarlierTransactionIsBounded() throws Exception {
        try (var store = SqliteStore.open(directory, Duration.ofMillis(20))) {
            store.migrate("test", TABLES);
            var thread = Executors.newSingleThreadExecutor();
            try {
                Store.Work<Boolean> waiting = connection -> {
                    var other = thread.submit(() -> count(store));
                    assertThatThrownBy(() -> other.get(10, TimeUnit.SECONDS))
                            .hasCauseInstanceOf(SQLException.class)
                            .hasMessageContaining("an earlier transaction has not ended");
                    return true;
                };
                assertThat(store.transaction(waiting)).isTrue();
            } finally {
                thread.shutdownNow();
            }
            assertThat(count(store)).isZero();
        }
    }

    @Test
    void theWaitForAnotherProcessIsBoundedAndSaid() throws Exception {
        try (var store = SqliteStore.open(directory, Duration.ofMillis(20));
                var other = SqliteStore.open(directory, Duration.ofMillis(20))) {
            store.migrate("test", TABLES);
            Store.Work<Boolean> holding = connection -> {
                add(connection, 1);
                assertThatThrownBy(() -> insert(other, 2))
                        .isInstanceOf(SQLException.class)
                        .hasMessageContaining("two daemons need two state directories");
                return true;
            };
            assertThat(store.transaction(holding)).isTrue();

            insert(other, 2);
            assertThat(count(store)).isEqualTo(2);
        }
    }

    @Test
    void anInterruptWhileWaitingIsKeptAndNothingIsChanged() throws Exception {
        try (var store = SqliteStore.open(directory)) {
            store.migrate("test", TABLES);
            Thread.currentThread().interrupt();

            assertThatThrownBy(() -> insert(store, 1)).hasMessageContaining("interrupted");
            assertThat(Thread.interrupted()).isTrue();
            assertThat(count(store)).isZero();
        }
    }

    @Test
    void aFileThatIsNoDatabaseIsNamedAndKept() throws Exception {
        var file = directory.resolve(SqliteStore.FILE);
        Files.writeString(file, "not a database, but somebody's text. ".repeat(100));

        assertThatThrownBy(() -> SqliteStore.open(directory))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("damaged")
                .hasMessageContaining("restore a backup");
        assertThat(file).content().startsWith("not a database");
    }

    @Test
    void aDamagedDatabaseIsNamed() throws Exception {
        try (var store = SqliteStore.open(directory)) {
            store.migrate("test", TABLES);
            store.transaction(connection -> {
                for (var n = 0; n < 5000; n++) {
                    add(connection, n);
                }
                return 0;
            });
        }
        var file = directory.resolve(SqliteStore.FILE);
        var bytes = Files.readAllBytes(file);
        for (var i = 4096; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 31);
        }
        Files.write(file, bytes);

        assertThatThrownBy(() -> SqliteStore.open(directory))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("damaged");
    }

    @Test
    void aFileThatWasRemovedTakesNoChangeUntilItIsPutBack() throws Exception {
        var file = directory.resolve(SqliteStore.FILE);
        var aside = directory.resolve("aside");
        try (var store = SqliteStore.open(directory)) {
            store.migrate("test", TABLES);
            insert(store, 1);
            Files.move(file, aside);

            assertThatThrownBy(() -> insert(store, 2))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining(file + ": the file was removed")
                    .hasMessageContaining("nothing was changed");
            assertThatThrownBy(() -> store.connections().getConnection())
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("the file was removed");
            assertThat(file).doesNotExist();

            Files.move(aside, file);
            insert(store, 3);
            assertThat(count(store)).isEqualTo(2);
        }
    }

    @Test
    void aFileThatWasReplacedIsNotTakenForTheOldOne() throws Exception {
        var file = directory.resolve(SqliteStore.FILE);
        try (var store = SqliteStore.open(directory)) {
            store.migrate("test", TABLES);
            Files.move(file, directory.resolve("aside"));
            Files.createFile(file);

            assertThatThrownBy(() -> insert(store, 2))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining(file + ": the file was replaced")
                    .hasMessageContaining("restart the daemon to go on with the present one");
        }
    }

    @Test
    void aDirectoryThatCannotBeMadeIsNamed() throws Exception {
        var inTheWay = Files.createFile(directory.resolve("file"));

        assertThatThrownBy(() -> SqliteStore.open(inTheWay.resolve("state")))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining(inTheWay.toString())
                .hasMessageContaining("state_directory");
    }

    @Test
    void aFileThatCannotBeOpenedIsNamed() throws Exception {
        var inTheWay = Files.createDirectory(directory.resolve(SqliteStore.FILE));

        assertThatThrownBy(() -> SqliteStore.open(directory))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining(inTheWay.toString())
                .hasMessageContaining("must be able to write");
    }

    @Test
    void theLazyStoreTouchesNothingUntilItIsAskedAndNothingAfterItsEnd() throws Exception {
        var state = directory.resolve("state");
        var store = new LazyStore(state);
        try (store) {
            assertThat(state).doesNotExist();
            store.migrate("test", TABLES);
            insert(store, 1);
            assertThat(count(store)).isEqualTo(1);
        }

        assertThatThrownBy(() -> insert(store, 2))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void theLazyStoreTriesAgainAfterItCouldNotOpen() throws Exception {
        var state = Files.createFile(directory.resolve("state"));
        try (var store = new LazyStore(state)) {
            assertThatThrownBy(() -> store.migrate("test", TABLES)).isInstanceOf(SQLException.class);
            Files.delete(state);

            store.migrate("test", TABLES);
            assertThat(count(store)).isZero();
        }
    }

    private static void insert(Store store, int n) throws SQLException {
        store.transaction(connection -> {
            add(connection, n);
            return n;
        });
    }

    private static void add(Connection connection, int n) throws SQLException {
        try (var insert = connection.prepareStatement("INSERT INTO numbers (n) VALUES (?)")) {
            insert.setInt(1, n);
            insert.executeUpdate();
        }
    }

    private static int count(Store store) throws SQLException {
        return ask(store, "SELECT count(*) FROM numbers");
    }

    private static int ask(Store store, String sql) throws SQLException {
        return store.transaction(connection -> number(connection, sql));
    }

    private static int number(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            return row.next() ? row.getInt(1) : -1;
        }
    }

    private static String mode(Path path) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
