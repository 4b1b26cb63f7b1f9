package smartproxy.core.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Which statements of each owner a store has run: its schema version, their number. */
final class Migrations {
    static final String TABLE = "migrations";

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
        if (done == statements.size()) {
            return done;
        }
        try (var statement = connection.createStatement()) {
            for (var sql : statements.subList(done, statements.size())) {
                statement.execute(sql);
            }
        }
        try (var update = connection.prepareStatement("INSERT INTO migrations (owner, version) VALUES (?, ?)"
                + " ON CONFLICT (owner) DO UPDATE SET version = excluded.version")) {
            update.setString(1, owner);
            update.setInt(2, statements.size());
            update.executeUpdate();
        }
        return statements.size();
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
