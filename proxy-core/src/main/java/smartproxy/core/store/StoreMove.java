package smartproxy.core.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import smartproxy.core.health.Metrics;

/**
 * Copies a store into an empty one: the tables of every owner are made by the statements that made them, then filled. Runs in one
 * transaction of the target, which has all or nothing in the end. The source is only read.
 */
public final class StoreMove {
    private static final int BATCH = 500;
    private static final Set<String> OURS = Set.of(Migrations.TABLE, Migrations.STATEMENTS);

    private final StoreSettings from;
    private final StoreSettings to;

    public StoreMove(StoreSettings from, StoreSettings to) {
        this.from = from;
        this.to = to;
    }

    /**
     * Moves everything, and counts it on both sides.
     *
     * @return rows by table
     * @throws SQLException why nothing was moved
     */
    public Map<String, Long> run() throws SQLException {
        if (from.name().equals(to.name())) {
            throw new SQLException("the store is there already: " + to.name());
        }
        if (from.postgres().isEmpty()) {
            checkFile(from.stateDirectory().toAbsolutePath().resolve(SqliteStore.FILE));
        }
        try (var source = new LazyStore(from, new Metrics());
                var target = new LazyStore(to, new Metrics())) {
            return source.transaction(reading -> target.transaction(writing -> copy(reading, writing)));
        }
    }

    private void checkFile(Path file) throws SQLException {
        if (!Files.exists(file)) {
            throw new SQLException("store " + from.name() + ": there is no such file, so there is nothing to move");
        }
        var own = ProcessHandle.current().pid();
        try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            var opened = file.toRealPath();
            for (var process : processes) {
                if (!process.endsWith(Long.toString(own)) && hasOpen(process, opened)) {
                    throw running("process " + process.getFileName());
                }
            }
        } catch (IOException e) {
            // no /proc here: that the daemon is stopped is the administrator's word
        }
    }

    private SQLException running(String who) {
        return new SQLException("store " + from.name() + " is in use by " + who + "; stop the daemon first");
    }

    private static boolean hasOpen(Path process, Path file) {
        try (var open = Files.newDirectoryStream(process.resolve("fd"))) {
            for (var descriptor : open) {
                if (leadsTo(descriptor, file)) {
                    return true;
                }
            }
        } catch (IOException | RuntimeException e) {
            // another user's, or just gone
        }
        return false;
    }

    /** One that the process closes meanwhile tells nothing of its others. */
    private static boolean leadsTo(Path descriptor, Path file) {
        try {
            return Files.readSymbolicLink(descriptor).equals(file);
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    private Map<String, Long> copy(Connection reading, Connection writing) throws SQLException {
        checkUnused(reading);
        if (!tables(writing).equals(OURS) || count(writing, Migrations.TABLE) > 0) {
            throw new SQLException("store " + to.name() + " is not empty: it has the tables "
                    + String.join(", ", tables(writing)) + "; nothing was moved, give it an empty one");
        }
        for (var owner : Migrations.versions(reading).entrySet()) {
            var statements = Migrations.statements(reading, owner.getKey());
            if (statements.size() < owner.getValue()) {
                throw new SQLException("how the tables of " + owner.getKey()
                        + " were made is not known, as an older program made them; start the daemon once with "
                        + owner.getKey() + " in use, then move");
            }
            Migrations.run(writing, to.name(), owner.getKey(), statements);
        }
        var tables = tables(reading);
        if (!tables(writing).equals(tables)) {
            throw new SQLException("store " + from.name() + " has tables that are not the daemon's: "
                    + String.join(", ", tables) + " there, " + String.join(", ", tables(writing)) + " expected");
        }
        tables.removeAll(OURS);
        var rows = new TreeMap<String, Long>();
        for (var table : tables) {
            try (var delete = writing.createStatement()) {
                delete.execute("DELETE FROM " + table); // what the statements themselves have put in
            }
            rows.put(table, copy(reading, writing, table));
        }
        return rows;
    }

    private void checkUnused(Connection reading) throws SQLException {
        if (from.postgres().isPresent()) {
            try (var query = reading.prepareStatement("SELECT application_name FROM pg_stat_activity"
                    + " WHERE datname = current_database() AND application_name LIKE 'smart-proxy %'"
                    + " AND application_name <> ?")) {
                query.setString(1, PostgresServer.APPLICATION);
                try (var row = query.executeQuery()) {
                    if (row.next()) {
                        throw running(row.getString(1));
                    }
                }
            }
        }
    }

    private long copy(Connection reading, Connection writing, String table) throws SQLException {
        try (var select = reading.prepareStatement("SELECT * FROM " + table)) {
            select.setFetchSize(BATCH);
            try (var rows = select.executeQuery()) {
                var columns = new ArrayList<String>();
                for (var i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    columns.add(rows.getMetaData().getColumnName(i));
                }
                var copied = insert(rows, columns, types(writing, table), writing, table);
                var there = count(reading, table);
                var here = count(writing, table);
                if (copied != there || here != there) {
                    throw new SQLException("table " + table + ": " + there + " rows in " + from.name() + ", " + here
                            + " in " + to.name() + "; nothing was moved");
                }
                return copied;
            }
        }
    }

    private static Map<String, Integer> types(Connection connection, String table) throws SQLException {
        try (var columns = connection.getMetaData().getColumns(null, null, table, null)) {
            var types = new TreeMap<String, Integer>();
            while (columns.next()) {
                types.put(columns.getString("COLUMN_NAME"), columns.getInt("DATA_TYPE"));
            }
            return types;
        }
    }

    private static long insert(
            ResultSet rows, List<String> columns, Map<String, Integer> types, Connection writing, String table)
            throws SQLException {
        var values = String.join(", ", Collections.nCopies(columns.size(), "?"));
        try (var insert = writing.prepareStatement(
                "INSERT INTO " + table + " (" + String.join(", ", columns) + ") VALUES (" + values + ")")) {
            var copied = 0L;
            while (rows.next()) {
                for (var i = 1; i <= columns.size(); i++) {
                    set(insert, i, rows, types.getOrDefault(columns.get(i - 1), Types.VARCHAR));
                }
                insert.addBatch();
                if (++copied % BATCH == 0) {
                    insert.executeBatch();
                }
            }
            insert.executeBatch();
            return copied;
        }
    }

    /** The types of {@link smartproxy.core.api.Store} alone. */
    private static void set(PreparedStatement insert, int column, ResultSet rows, int type) throws SQLException {
        var value = rows.getObject(column);
        if (value == null) {
            insert.setNull(column, type);
        } else if (value instanceof Boolean || type == Types.BIT || type == Types.BOOLEAN) {
            insert.setBoolean(column, rows.getBoolean(column));
        } else if (value instanceof Number) {
            insert.setLong(column, rows.getLong(column));
        } else {
            insert.setString(column, rows.getString(column));
        }
    }

    private static SortedSet<String> tables(Connection connection) throws SQLException {
        var postgres = connection.getMetaData().getDatabaseProductName().equals("PostgreSQL");
        try (var query = connection.prepareStatement(
                        postgres
                                ? "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
                                : "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
                var rows = query.executeQuery()) {
            var tables = new TreeSet<String>();
            while (rows.next()) {
                tables.add(rows.getString(1));
            }
            return tables;
        }
    }

    private static long count(Connection connection, String table) throws SQLException {
        try (var query = connection.createStatement();
                var row = query.executeQuery("SELECT count(*) FROM " + table)) {
            return row.next() ? row.getLong(1) : 0;
        }
    }
}
