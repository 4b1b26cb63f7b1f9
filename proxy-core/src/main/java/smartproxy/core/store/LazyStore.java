package smartproxy.core.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.Store;

/**
 * Opens the SQLite store on the first call, so that a daemon whose modules remember nothing never loads SQLite. An opening that
 * failed is tried again by the next call.
 *
 * <p>SQLite's native library is taken from {@code org.sqlite.lib.path} where a package sets that system property; else it is
 * unpacked into {@code native/} of the state directory, since {@code /tmp} is often mounted {@code noexec}, by setting
 * {@code org.sqlite.tmpdir}.
 */
public final class LazyStore implements Store, AutoCloseable {
    private static final String LIBRARY_PATH = "org.sqlite.lib.path";
    private static final String UNPACK_DIRECTORY = "org.sqlite.tmpdir";

    private final Path stateDirectory;
    private @Nullable SqliteStore store;
    private boolean closed;

    public LazyStore(Path stateDirectory) {
        this.stateDirectory = stateDirectory.toAbsolutePath();
    }

    @Override
    public void migrate(String owner, List<String> statements) throws SQLException {
        opened().migrate(owner, statements);
    }

    @Override
    public <T> T transaction(Work<T> work) throws SQLException {
        return opened().transaction(work);
    }

    private synchronized SqliteStore opened() throws SQLException {
        if (closed) {
            throw new SQLException("the store in " + stateDirectory + " is closed");
        }
        var opened = store;
        if (opened == null) {
            placeLibrary();
            opened = SqliteStore.open(stateDirectory);
            store = opened;
        }
        return opened;
    }

    private void placeLibrary() throws SQLException {
        if (System.getProperty(LIBRARY_PATH) != null || System.getProperty(UNPACK_DIRECTORY) != null) {
            return;
        }
        var directory = stateDirectory.resolve("native");
        try {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            removeLeftovers(directory);
        } catch (IOException e) {
            throw new SQLException(
                    "store " + stateDirectory + ": directory " + directory + " cannot be used: " + e
                            + "; state_directory must be a directory that the daemon's user may write to",
                    e);
        }
        System.setProperty(UNPACK_DIRECTORY, directory.toString());
    }

    /** A killed process leaves its copy behind; a library that is mapped by another process outlives its name. */
    private static void removeLeftovers(Path directory) throws IOException {
        try (var copies = Files.newDirectoryStream(directory, "sqlite-*")) {
            for (var copy : copies) {
                Files.deleteIfExists(copy);
            }
        }
    }

    @Override
    public synchronized void close() throws SQLException {
        closed = true;
        var opened = store;
        store = null;
        if (opened != null) {
            opened.close();
        }
    }
}
