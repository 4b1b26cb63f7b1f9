package smartproxy.core.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which statements of each owner a store has run: its schema version, their number. The statements are kept, so that a store can be
 * made anew elsewhere by {@link StoreMove}, also for owners that are not there then.
 */
final class Migrations {
    static final String TABLE = "migrations";
    static final String STATEMENTS = "migration_statements";
    static final String CREATE_STATEMENTS = "CREATE TABLE IF NOT EXISTS " + STATEMENTS
            + " (owner TEXT NOT NULL, number BIGINT NOT NULL, statement TEXT NOT NULL, PRIMARY KEY (owner, number))";

    private Migrations() {}

    /**
     * Runs what is new, in the transaction of the connection.
     *
     * @param store for errors
     */
    static int run(Connection connection, String store, String owner, List<String> statements) throws SQLException {
        var done = version(connection, owner);
        if (done > statements.size()) {
            throw new SQLException("store " + store + ": the tables of " + owner + " have version " + done
                    + ", this program knows " + statements.size()
                    + " of them: it is older than the one that wrote them; install the newer one again");
        }
        if (done < statements.size()) {
            try (var statement = connection.createStatement()) {
                for (var sql : statements.subList(done, statements.size())) {
                    statement.execute(sql);
                }
            }
            setVersion(connection, owner, statements.size());
        }
        keep(connection, owner, statements);
        return statements.size();
    }

    private static void setVersion(Connection connection, String owner, int version) throws SQLException {
        try (var update = connection.prepareStatement("INSERT INTO migrations (owner, version) VALUES (?, ?)"
                + " ON CONFLICT (owner) DO UPDATE SET version = excluded.version")) {
            update.setString(1, owner);
            update.setInt(2, version);
            update.executeUpdate();
        }
    }

    private static void keep(Connection connection, String owner, List<String> statements) throws SQLException {
        var kept = statements(connection, owner).size();
        try (var insert = connection.prepareStatement(
                "INSERT INTO migration_statements (owner, number, statement) VALUES (?, ?, ?)")) {
            for (var number = kept; number < statements.size(); number++) {
                insert.setString(1, owner);
                insert.setInt(2, number);
                insert.setString(3, statements.get(number));
                insert.executeUpdate();
            }
        }
    }

    /** What an owner's tables were made by, in order. */
    static List<String> statements(Connection connection, String owner) throws SQLException {
        try (var query = connection.prepareStatement(
                "SELECT statement FROM migration_statements WHERE owner = ? ORDER BY number")) {
            query.setString(1, owner);
            try (var rows = query.executeQuery()) {
                var statements = new ArrayList<String>();
                while (rows.next()) {
                    statements.add(rows.getString(1));
                }
                return statements;
            }
        }
    }

    private static int version(Connection connection, String owner) throws SQLException {
        try (var query = connection.prepareStatement("SELECT version FROM migrations WHERE owner = ?")) {
            query.setString(1, owner);
            try (var row = query.executeQuery()) {
                return row.next() ? row.getInt(1) : 0;
            }
        }
    }

    /** The version of each owner. */
    static Map<String, Integer> versions(Connection connection) throws SQLException {
        try (var query = connection.prepareStatement("SELECT owner, version FROM migrations");
                var rows = query.executeQuery()) {
            var versions = new TreeMap<String, Integer>();
            while (rows.next()) {
                versions.put(rows.getString(1), rows.getInt(2));
            }
            return versions;
        }
    }
}
