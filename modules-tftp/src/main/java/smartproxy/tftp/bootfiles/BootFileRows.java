package smartproxy.tftp.bootfiles;

import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import smartproxy.core.api.Store;

/**
 * What the store knows of the files below a root of this host: which are wanted and have not come yet, and what came last. One row
 * for each destination.
 */
final class BootFileRows {
    private static final String OWNER = "tftp_boot_file";
    private static final List<String> TABLES = List.of(
            "CREATE TABLE tftp_boot_file (host TEXT NOT NULL, root TEXT NOT NULL,"
                    + " destination TEXT NOT NULL, wanted_source TEXT, wanted_checksum TEXT, source TEXT, checksum TEXT, etag TEXT,"
                    + " last_modified TEXT, length BIGINT, modified BIGINT, PRIMARY KEY (host, root, destination))",
            "ALTER TABLE tftp_boot_file ADD COLUMN part TEXT",
            "ALTER TABLE tftp_boot_file ADD COLUMN part_source TEXT",
            "ALTER TABLE tftp_boot_file ADD COLUMN part_validator TEXT",
            "ALTER TABLE tftp_boot_file ADD COLUMN part_boot TEXT",
            "ALTER TABLE tftp_boot_file ADD COLUMN asked BIGINT",
            "ALTER TABLE tftp_boot_file ADD COLUMN ours BOOLEAN");
    private static final String HAVE = "source, etag, last_modified, checksum, length, modified, ours";
    private static final String WHERE = " WHERE host = ? AND root = ? AND destination = ?";
    private static final String UNASKED = " AND wanted_source IS NULL AND asked = ?";

    private final Store store;
    private final String host;
    private final String root;
    private volatile boolean migrated;

    /** @param host tells this host's rows in a store that is shared */
    BootFileRows(Store store, String host, Path root) {
        this.store = store;
        this.host = host;
        this.root = root.toString();
    }

    private interface Step<T> {
        T run(PreparedStatement statement) throws SQLException;
    }

    private <T> T run(String sql, Step<T> step) throws SQLException {
        if (!migrated) {
            store.migrate(OWNER, TABLES);
            migrated = true;
        }
        return store.transaction(connection -> run(connection, sql, step));
    }

    private static <T> T run(Connection connection, String sql, Step<T> step) throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            return step.run(statement);
        }
    }

    private static void bind(PreparedStatement statement, Object... values) throws SQLException {
        for (var i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
    }

    /** A file is to be fetched, whatever happens to this process. */
    void want(BootFile file) throws SQLException {
        run(
                "INSERT INTO tftp_boot_file (host, root, destination, wanted_source, wanted_checksum, asked)"
                        + " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (host, root, destination) DO UPDATE"
                        + " SET wanted_source = excluded.wanted_source, wanted_checksum = excluded.wanted_checksum,"
                        + " asked = excluded.asked",
                statement -> {
                    bind(
                            statement,
                            host,
                            root,
                            file.destination(),
                            file.source().toString(),
                            text(file.checksum()),
                            Instant.now().getEpochSecond());
                    return statement.executeUpdate();
                });
    }

    /**
     * It has come, or is there already.
     *
     * @param again whether it is wanted still: somebody has asked since
     */
    void done(BootFile file, Have have, boolean again) throws SQLException {
        run(
                "UPDATE tftp_boot_file SET " + (again ? "" : "wanted_source = NULL, wanted_checksum = NULL, ")
                        + "part = NULL, source = ?, checksum = ?, etag = ?,"
                        + " last_modified = ?, length = ?, modified = ?, ours = ?" + WHERE,
                statement -> {
                    bind(
                            statement,
                            have.source().toString(),
                            text(have.checksum()),
                            have.etag(),
                            have.lastModified(),
                            have.length(),
                            have.modified().getEpochSecond(),
                            have.ours(),
                            host,
                            root,
                            file.destination());
                    return statement.executeUpdate();
                });
    }

    /** It will not come. What is known of an older one stays. */
    void giveUp(BootFile file) throws SQLException {
        run(
                "UPDATE tftp_boot_file SET wanted_source = NULL, wanted_checksum = NULL, part = NULL" + WHERE,
                statement -> {
                    bind(statement, host, root, file.destination());
                    return statement.executeUpdate();
                });
        run("DELETE FROM tftp_boot_file" + WHERE + " AND wanted_source IS NULL AND source IS NULL", statement -> {
            bind(statement, host, root, file.destination());
            return statement.executeUpdate();
        });
    }

    /** A try has begun that a later one can go on with. */
    void note(BootFile file, Partial partial) throws SQLException {
        run(
                "UPDATE tftp_boot_file SET part = ?, part_source = ?, part_validator = ?, part_boot = ?" + WHERE,
                statement -> {
                    bind(
                            statement,
                            partial.name(),
                            partial.source().toString(),
                            partial.validator(),
                            partial.boot(),
                            host,
                            root,
                            file.destination());
                    return statement.executeUpdate();
                });
    }

    /** What came to a destination last, and what has come in part. */
    Known known(String destination) throws SQLException {
        return run(
                "SELECT " + HAVE + ", part, part_source, part_validator, part_boot FROM tftp_boot_file" + WHERE,
                statement -> {
                    bind(statement, host, root, destination);
                    try (var rows = statement.executeQuery()) {
                        return rows.next() ? new Known(have(rows), partial(rows)) : Known.NOTHING;
                    }
                });
    }

    private static Optional<Have> have(ResultSet row) throws SQLException {
        if (row.getString(1) == null) {
            return Optional.empty();
        }
        return Optional.of(new Have(
                URI.create(row.getString(1)),
                row.getString(2),
                row.getString(3),
                Checksum.parse(row.getString(4)),
                row.getLong(5),
                Instant.ofEpochSecond(row.getLong(6)),
                row.getBoolean(7)));
    }

    private static Optional<Partial> partial(ResultSet row) throws SQLException {
        return row.getString(8) == null
                ? Optional.empty()
                : Optional.of(new Partial(
                        URI.create(row.getString(9)), row.getString(8), row.getString(10), row.getString(11)));
    }

    /** The names of all files that have come in part. */
    Set<String> parts() throws SQLException {
        return run("SELECT part FROM tftp_boot_file WHERE host = ? AND root = ? AND part IS NOT NULL", statement -> {
            bind(statement, host, root);
            var names = new HashSet<String>();
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    names.add(rows.getString(1));
                }
            }
            return names;
        });
    }

    /** What is to be fetched. */
    List<BootFile> wanted() throws SQLException {
        return run(
                "SELECT wanted_source, destination, wanted_checksum FROM tftp_boot_file WHERE host = ? AND root = ?"
                        + " AND wanted_source IS NOT NULL ORDER BY destination",
                statement -> {
                    bind(statement, host, root);
                    var files = new ArrayList<BootFile>();
                    try (var rows = statement.executeQuery()) {
                        while (rows.next()) {
                            files.add(new BootFile(
                                    URI.create(rows.getString(1)),
                                    rows.getString(2),
                                    Checksum.parse(rows.getString(3))));
                        }
                    }
                    return files;
                });
    }

    /** What this daemon has fetched and nobody waits for now. */
    List<Fetched> fetched() throws SQLException {
        return run(
                "SELECT " + HAVE + ", destination, asked FROM tftp_boot_file WHERE host = ? AND root = ?"
                        + " AND wanted_source IS NULL AND source IS NOT NULL AND ours ORDER BY destination",
                statement -> {
                    bind(statement, host, root);
                    var all = new ArrayList<Fetched>();
                    try (var rows = statement.executeQuery()) {
                        while (rows.next()) {
                            all.add(new Fetched(
                                    rows.getString(8),
                                    have(rows).orElseThrow(),
                                    Instant.ofEpochSecond(rows.getLong(9))));
                        }
                    }
                    return all;
                });
    }

    /** Whether nobody has asked for it since. */
    boolean isStill(Fetched file) throws SQLException {
        return run("SELECT 1 FROM tftp_boot_file" + WHERE + UNASKED, statement -> {
            bind(statement, host, root, file.destination(), file.asked().getEpochSecond());
            try (var rows = statement.executeQuery()) {
                return rows.next();
            }
        });
    }

    /** It is not there any more. */
    void forget(Fetched file) throws SQLException {
        run("DELETE FROM tftp_boot_file" + WHERE + UNASKED, statement -> {
            bind(statement, host, root, file.destination(), file.asked().getEpochSecond());
            return statement.executeUpdate();
        });
    }

    private static String text(Optional<Checksum> checksum) {
        return checksum.map(Checksum::toString).orElse("");
    }
}
