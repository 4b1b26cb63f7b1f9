package smartproxy.core.check;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.Finding;
import smartproxy.core.api.Store;
import smartproxy.core.store.SqliteStore;
import smartproxy.core.store.StoreSettings;
import smartproxy.core.store.StoreVersions;

/**
 * The daemon's store to be looked into, beside a daemon that has it open or not. Opened by the first transaction. It makes no
 * file there; where there is none yet, it is an empty store in memory.
 */
public final class ReadOnlyStore implements Store, AutoCloseable {
    private static final String LIBRARY_PATH = "org.sqlite.lib.path";
    private static final String UNPACK_DIRECTORY = "org.sqlite.tmpdir";

    private final StoreSettings settings;
    private final Path file;
    private @Nullable Connection connection;
    private @Nullable Path unpacked;

    public ReadOnlyStore(StoreSettings settings) {
        this.settings = settings;
        file = settings.stateDirectory().toAbsolutePath().resolve(SqliteStore.FILE);
    }

    /** What was found, for {@code check --live}: whether it can be reached, and the schema version of each owner. */
    public List<Finding> look() {
        var what = "store " + settings.name();
        try {
            var versions = transaction(StoreVersions::of);
            return List.of(Finding.ok(
                    what,
                    versions.isEmpty()
                            ? "can be used, nothing in it yet"
                            : "can be used; schema versions: "
                                    + versions.entrySet().stream()
                                            .map(one -> one.getKey() + " " + one.getValue())
                                            .collect(Collectors.joining(", "))));
        } catch (SQLException e) {
            return List.of(Finding.error(what, String.valueOf(e.getMessage()), "see docs/store.md"));
        }
    }

    /** Not here: what is only looked at is not brought up to date. */
    @Override
    public void migrate(String owner, List<String> statements) {
        throw new UnsupportedOperationException("the store is only looked at");
    }

    @Override
    public synchronized <T> T transaction(Work<T> work) throws SQLException {
        var current = connection;
        if (current == null) {
            current = open();
            connection = current;
        }
        return work.run(current);
    }

    private Connection open() throws SQLException {
        if (settings.postgres().isPresent()) {
            return StoreVersions.connect(settings.postgres().get());
        }
        if (Files.exists(file) && !Files.isReadable(file)) {
            throw new SQLException("store " + file + ": permission denied for user "
                    + System.getProperty("user.name", "(unknown)") + "; run the check as the daemon's user");
        }
        placeLibrary();
        return DriverManager.getConnection(url());
    }

    private String url() {
        if (!Files.exists(file)) {
            return "jdbc:sqlite::memory:";
        }
        // Without a log beside it nobody has it open, and reading makes none then.
        var used = Files.exists(file.resolveSibling(SqliteStore.FILE + "-wal"));
        var uri = "file:" + file.toUri().getRawPath();
        return "jdbc:sqlite:" + uri + (used ? "?mode=ro" : "?immutable=1");
    }

    /** Not into the state directory, which may be another user's. */
    private void placeLibrary() throws SQLException {
        if (System.getProperty(LIBRARY_PATH) == null && System.getProperty(UNPACK_DIRECTORY) == null) {
            try {
                var directory = Files.createTempDirectory("smart-proxy-check");
                unpacked = directory;
                System.setProperty(UNPACK_DIRECTORY, directory.toString());
            } catch (IOException e) {
                throw new SQLException("no temporary directory for the library of SQLite: " + e, e);
            }
        }
    }

    @Override
    public synchronized void close() {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException e) {
            // nothing was written
        }
        connection = null;
        var directory = unpacked;
        unpacked = null;
        if (directory != null) {
            System.clearProperty(UNPACK_DIRECTORY);
            remove(directory);
        }
    }

    private static void remove(Path directory) {
        try (var files = Files.list(directory)) {
            for (var one : files.toList()) {
                Files.deleteIfExists(one);
            }
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            // a leftover in the temporary directory
        }
    }
}
