package smartproxy.dns.embedded;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.sqlite.SQLiteConfig;
import smartproxy.core.api.Store;

/** The smallest store that keeps the promises: one SQLite connection, one transaction at a time. */
final class TestStore implements Store, AutoCloseable {
    private final Connection connection;

    private TestStore(Connection connection) {
        this.connection = connection;
    }

    static TestStore open(Path file) throws SQLException {
        var config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
        config.setBusyTimeout(10_000);
        var connection = config.createConnection("jdbc:sqlite:" + file);
        return new TestStore(connection);
    }

    @Override
    public void migrate(String owner, List<String> statements) throws SQLException {
        transaction(c -> {
            try (var statement = c.createStatement()) {
                statement.execute("CREATE TABLE IF NOT EXISTS migrated (owner TEXT, statement TEXT)");
                for (var sql : statements) {
                    if (isNew(c, owner, sql)) {
                        statement.execute(sql);
                    }
                }
            }
            return statements.size();
        });
    }

    private static boolean isNew(Connection c, String owner, String sql) throws SQLException {
        try (var insert = c.prepareStatement(
                "INSERT INTO migrated SELECT ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM migrated WHERE owner = ?1 AND statement = ?2)")) {
            insert.setString(1, owner);
            insert.setString(2, sql);
            return insert.executeUpdate() == 1;
        }
    }

    @Override
    public synchronized <T> T transaction(Work<T> work) throws SQLException {
        var done = false;
        connection.setAutoCommit(false); // begins, and waits for another process
        try {
            var result = work.run(connection);
            connection.commit();
            done = true;
            return result;
        } finally {
            if (!done) {
                connection.rollback();
            }
            connection.setAutoCommit(true);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
