package smartproxy.core.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

/** Looks into a store without opening it for use. */
public final class StoreVersions {
    private StoreVersions() {}

    /** A connection to the database that cannot write. */
    public static Connection connect(StoreSettings.Postgres settings) throws SQLException {
        var connection = PostgresServer.connect(settings);
        connection.setReadOnly(true);
        return connection;
    }

    /** The schema version of each owner of tables; empty when there are none yet. */
    public static Map<String, Integer> of(Connection connection) throws SQLException {
        try (var tables = connection.getMetaData().getTables(null, null, Migrations.TABLE, null)) {
            return tables.next() ? Migrations.versions(connection) : Map.of();
        }
    }
}
