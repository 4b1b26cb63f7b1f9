package smartproxy.core.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Jobs;
import smartproxy.core.api.Store;
import smartproxy.core.guard.GuardSettings;
import smartproxy.core.guard.GuardedBackend;
import smartproxy.core.health.Metrics;

/**
 * Opens the store on the first call, so that a daemon whose modules remember nothing never loads a database driver. An opening
 * that failed is tried again by the next call.
 *
 * <p>SQLite's native library is taken from {@code org.sqlite.lib.path} where a package sets that system property; else it is
 * unpacked into {@code native/} of the state directory, since {@code /tmp} is often mounted {@code noexec}, by setting
 * {@code org.sqlite.tmpdir}.
 */
public final class LazyStore implements Store, AutoCloseable {
    private static final String LIBRARY_PATH = "org.sqlite.lib.path";
    private static final String UNPACK_DIRECTORY = "org.sqlite.tmpdir";
    private static final int PERMITS = 64;
    private static final int BREAKER_FAILURES = 3;
    private static final Duration BREAKER_PAUSE = Duration.ofSeconds(3);

    private final StoreSettings settings;
    private final Path stateDirectory;
    private final Optional<GuardedBackend> backend;
    private final Object opening = new Object();
    private @Nullable OpenStore store;
    private @Nullable StoredJobs jobs;
    private boolean closed;

    /** In a file. */
    public LazyStore(Path stateDirectory) {
        this(StoreSettings.sqlite(stateDirectory), new Metrics());
    }

    public LazyStore(StoreSettings settings, Metrics metrics) {
        this.settings = settings;
        this.stateDirectory = settings.stateDirectory().toAbsolutePath();
        this.backend = settings.postgres()
                .map(postgres -> new GuardedBackend(
                        "store",
                        new GuardSettings(
                                PERMITS, postgres.timeout().multipliedBy(4), 0, BREAKER_FAILURES, BREAKER_PAUSE),
                        metrics));
    }

    /** The guard of a database; empty when the store is a file. */
    public Optional<GuardedBackend> backend() {
        return backend;
    }

    @Override
    public void migrate(String owner, List<String> statements) throws SQLException {
        opened().migrate(owner, statements);
    }

    @Override
    public <T> T transaction(Work<T> work) throws SQLException {
        return opened().transaction(work);
    }

    @Override
    public <T> T exclusively(String key, Deadline deadline, Supplier<T> work) {
        if (!isShared()) {
            return work.get();
        }
        OpenStore opened;
        try {
            opened = opened();
        } catch (SQLException e) {
            throw new BackendException(
                    Kind.UNAVAILABLE, Outcome.NOT_APPLIED, e.getMessage() + "; nothing was changed", e);
        }
        return opened.exclusively(key, deadline, work);
    }

    @Override
    public boolean isShared() {
        return settings.postgres().isPresent();
    }

    @Override
    public Jobs jobs() {
        return (name, worker) -> openedJobs().open(name, worker);
    }

    private Jobs openedJobs() throws SQLException {
        var opened = opened();
        synchronized (this) {
            var current = jobs;
            if (current == null) {
                current = new StoredJobs(opened);
                jobs = current;
            }
            return current;
        }
    }

    /**
     * Whether it takes changes; asks it.
     *
     * @throws SQLException when it is not there at all
     */
    public boolean isWritable() throws SQLException {
        return opened().isWritable();
    }

    /** Whether it took no changes when it was asked last. */
    public synchronized boolean isReadOnly() {
        return store != null && store.isReadOnly();
    }

    /** One line for an administrator: what it is, and how much of it is in use. */
    public String state() {
        OpenStore opened;
        synchronized (this) {
            opened = store;
        }
        return (settings.postgres().isPresent() ? "" : "SQLite ") + settings.name() + ": "
                + (opened == null ? "not used yet" : opened.use());
    }

    private OpenStore opened() throws SQLException {
        synchronized (this) {
            if (closed) {
                throw new SQLException("the store " + settings.name() + " is closed");
            }
            if (store != null) {
                return store;
            }
        }
        return open();
    }

    /** One at a time; meanwhile the state can be asked for. */
    private OpenStore open() throws SQLException {
        synchronized (opening) {
            synchronized (this) {
                if (store != null) {
                    return store;
                }
            }
            var opened = openNow();
            synchronized (this) {
                if (closed) {
                    opened.close();
                    throw new SQLException("the store " + settings.name() + " is closed");
                }
                store = opened;
                return opened;
            }
        }
    }

    private OpenStore openNow() throws SQLException {
        if (settings.postgres().isPresent()) {
            return PostgresStore.open(settings.postgres().get(), backend.orElseThrow());
        }
        placeLibrary();
        return SqliteStore.open(stateDirectory);
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
    public void close() throws SQLException {
        StoredJobs openJobs;
        OpenStore opened;
        synchronized (this) {
            closed = true;
            openJobs = jobs;
            opened = store;
            jobs = null;
            store = null;
        }
        if (openJobs != null) {
            openJobs.close();
        }
        if (opened != null) {
            opened.close();
        }
    }
}
