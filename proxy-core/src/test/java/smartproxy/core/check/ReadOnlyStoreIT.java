package smartproxy.core.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.Finding;
import smartproxy.core.store.SqliteStore;
import smartproxy.core.store.StoreSettings;

class ReadOnlyStoreIT {
    @TempDir
    Path directory;

    @Test
    void readsBesideTheDaemonAndAfterIt() throws Exception {
        try (var daemon = SqliteStore.open(directory)) {
            daemon.migrate("test", List.of("CREATE TABLE t (x INTEGER)", "INSERT INTO t VALUES (42)"));
            assertThat(read()).isEqualTo(42);
        }
        var left = files();
        assertThat(read()).isEqualTo(42);
        assertThat(files()).isEqualTo(left);
    }

    @Test
    void writesNothing() throws Exception {
        try (var daemon = SqliteStore.open(directory)) {
            daemon.migrate("test", List.of("CREATE TABLE t (x INTEGER)", "INSERT INTO t VALUES (42)"));
            try (var store = new ReadOnlyStore(StoreSettings.sqlite(directory))) {
                assertThatThrownBy(() -> store.transaction(
                                connection -> connection.createStatement().executeUpdate("UPDATE t SET x = 1")))
                        .isInstanceOf(SQLException.class);
            }
            assertThat(read()).isEqualTo(42);
        }
    }

    @Test
    void isEmptyWhereThereIsNoneAndMakesNone() throws Exception {
        try (var store = new ReadOnlyStore(StoreSettings.sqlite(directory.resolve("none")))) {
            var tables = store.transaction(connection -> connection
                    .getMetaData()
                    .getTables(null, null, "dns_embedded_record", null)
                    .next());
            assertThat(tables).isFalse();
        }
        assertThat(directory.resolve("none")).doesNotExist();
    }

    @Test
    void tellsOfADamagedFile() throws Exception {
        Files.writeString(directory.resolve(SqliteStore.FILE), "this is no database, and long enough to be none");
        assertThatThrownBy(this::read).isInstanceOf(SQLException.class).hasMessageContaining("not a database");
    }

    @Test
    void tellsAnAdministratorWhatIsThere() throws Exception {
        var what = "store " + StoreSettings.sqlite(directory).name();
        assertThat(look()).containsExactly(Finding.ok(what, "can be used, nothing in it yet"));
        try (var daemon = SqliteStore.open(directory)) {
            daemon.migrate("test", List.of("CREATE TABLE t (x INTEGER)", "INSERT INTO t VALUES (42)"));
            daemon.migrate("other", List.of("CREATE TABLE o (x INTEGER)"));
        }
        assertThat(look()).containsExactly(Finding.ok(what, "can be used; schema versions: other 1, test 2"));
        Files.writeString(directory.resolve(SqliteStore.FILE), "this is no database, and long enough to be none");
        assertThat(look())
                .singleElement()
                .satisfies(finding -> assertThat(finding)
                        .returns(Finding.Level.ERROR, Finding::level)
                        .returns(what, Finding::what)
                        .returns("see docs/store.md", Finding::advice)
                        .satisfies(told -> assertThat(told.found()).contains("not a database")));
    }

    private List<Finding> look() {
        try (var store = new ReadOnlyStore(StoreSettings.sqlite(directory))) {
            return store.look();
        }
    }

    private int read() throws SQLException {
        try (var store = new ReadOnlyStore(StoreSettings.sqlite(directory))) {
            return store.transaction(ReadOnlyStoreIT::number);
        }
    }

    private static int number(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT x FROM t")) {
            return row.getInt(1);
        }
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(Path::toString).sorted().toList();
        }
    }
}
