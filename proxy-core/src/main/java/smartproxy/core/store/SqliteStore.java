package smartproxy.core.store;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteConfig.TransactionMode;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteOpenMode;
import smartproxy.core.api.CommitUnknownException;

/**
 * The store in one SQLite file, {@code smart-proxy.sqlite} in the state directory, readable by its owner alone. Write-ahead log
 * and {@code synchronous=FULL}: a commit returns when the log is on disk (https://www.sqlite.org/pragma.html#pragma_synchronous).
 * Transactions run one at a time, in the order they came. Work must not begin another transaction, and not commit or close the
 * connection.
 */
public final class SqliteStore implements OpenStore {
    public static final String FILE = "smart-proxy.sqlite";
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

    private final Path file;
    private final Duration longestWait;
    private final ReentrantLock lock = new ReentrantLock(true);
    private @Nullable Connection connection;
    /** What the file is for the operating system; null before the first connection. */
    private volatile @Nullable Object identity;

    private boolean closed;

    private SqliteStore(Path file, Duration longestWait) {
        this.file = file;
        this.longestWait = longestWait;
    }

    /**
     * Opens the store and checks it; makes the directory (0700) and the file (0600) when they are not there.
     *
     * @throws SQLException naming the file and what to do when it cannot be used
     */
    public static SqliteStore open(Path stateDirectory) throws SQLException {
        return open(stateDirectory, LONGEST_WAIT);
    }

    /** @param longestWait for the transactions before, of this process and of others */
    static SqliteStore open(Path stateDirectory, Duration longestWait) throws SQLException {
        var store = new SqliteStore(stateDirectory.toAbsolutePath().resolve(FILE), longestWait);
        try {
            store.makeFile();
            store.check();
        } catch (SQLException e) {
            store.close();
            throw store.explained(e);
        }
        return store;
    }

    @Override
    public void migrate(String owner, List<String> statements) throws SQLException {
        transaction(connection -> Migrations.run(connection, file.toString(), owner, statements));
    }

    @Override
    public boolean isShared() {
        return false;
    }

    @Override
    public <T> T transaction(Work<T> work) throws SQLException {
        if (lock.isHeldByCurrentThread()) {
            throw new IllegalStateException("a transaction inside a transaction");
        }
        enter();
        try {
            var current = connected();
            try {
                current.setAutoCommit(false);
                var result = work.run(current);
                commit(current);
                return result;
            } catch (SQLException | RuntimeException | Error e) {
                rollBack(current, e);
                throw e;
            }
        } catch (SQLException e) {
            throw explained(e);
        } finally {
            lock.unlock();
        }
    }

    /** The driver's own {@code commit()} would begin the next transaction and keep the file locked for others. */
    private static void commit(Connection current) throws SQLException {
        try {
            current.setAutoCommit(true);
        } catch (SQLException e) {
            // the log may have reached the disk although the system said no
            if ((e.getErrorCode() & 0xff) == SQLiteErrorCode.SQLITE_IOERR.code) {
                throw new CommitUnknownException(String.valueOf(e.getMessage()), e);
            }
            throw e;
        }
    }

    private void enter() throws SQLException {
        try {
            if (!lock.tryLock(longestWait.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new SQLTimeoutException("store " + file + ": an earlier transaction has not ended within "
                        + longestWait.toSeconds() + " s; nothing was changed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("store " + file + ": interrupted while waiting; nothing was changed", e);
        }
    }

    /** A connection that cannot be rolled back is given up; closing it undoes what it began. */
    private void rollBack(Connection failed, Throwable cause) {
        try {
            failed.rollback();
            failed.setAutoCommit(true);
        } catch (SQLException e) {
            cause.addSuppressed(e);
            connection = null;
            try {
                failed.close();
            } catch (SQLException alsoFailed) {
                cause.addSuppressed(alsoFailed);
            }
        }
    }

    private Connection connected() throws SQLException {
        if (closed) {
            throw new SQLException("store " + file + " is closed");
        }
        var current = connection;
        checkFile();
        if (current == null || current.isClosed()) {
            current = connect();
            connection = current;
            if (identity == null) {
                identity = identity();
            }
        }
        return current;
    }

    /** An open file outlives its name: what is written to it then is lost with the process, though each commit succeeds. */
    private void checkFile() throws SQLException {
        var opened = identity;
        if (opened == null) {
            return;
        }
        var present = identity();
        if (!opened.equals(present)) {
            throw new SQLException("store " + file + ": the file was " + (present == null ? "removed" : "replaced")
                    + " while the daemon runs; nothing was changed; put it back, or restart the daemon to go on with "
                    + (present == null ? "an empty one" : "the present one"));
        }
    }

    private @Nullable Object identity() throws SQLException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw new SQLException(
                    "store " + file + " cannot be looked at: " + e
                            + "; nothing was changed; the daemon's user must be able to read its directory",
                    e);
        }
    }

    private Connection connect() throws SQLException {
        return config().createConnection("jdbc:sqlite:" + file);
    }

    /** For single statements, beside the transactions: such a connection waits for the running one. */
    @Override
    public DataSource connections() {
        var source = new SQLiteDataSource(config()) {
            @Override
            public SQLiteConnection getConnection(@Nullable String user, @Nullable String password)
                    throws SQLException {
                checkFile();
                return super.getConnection(user, password);
            }
        };
        source.setUrl("jdbc:sqlite:" + file);
        return source;
    }

    @Override
    public boolean isLocal() {
        return true;
    }

    @Override
    public String use() {
        return lock.getQueueLength() + " requests wait for it";
    }

    private SQLiteConfig config() {
        var config = new SQLiteConfig();
        config.resetOpenMode(SQLiteOpenMode.CREATE); // an empty one in the place of one that was removed
        config.setJournalMode(JournalMode.WAL);
        config.setSynchronous(SynchronousMode.FULL);
        config.enforceForeignKeys(true);
        config.setBusyTimeout((int) longestWait.toMillis());
        config.setTransactionMode(TransactionMode.IMMEDIATE);
        return config;
    }

    private void makeFile() throws SQLException {
        try {
            var directory = file.getParent();
            if (directory != null && !Files.isDirectory(directory)) {
                Files.createDirectories(
                        directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException e) {
            // from an earlier run, or in the way: opening it tells
        } catch (IOException e) {
            throw new SQLException(
                    "store " + file + " cannot be made: " + e
                            + "; state_directory must be a directory that the daemon's user may write to",
                    e);
        }
    }

    private void check() throws SQLException {
        transaction(checked -> {
            try (var statement = checked.createStatement()) {
                try (var row = statement.executeQuery("PRAGMA quick_check(1)")) {
                    var verdict = row.next() ? row.getString(1) : "no answer";
                    if (!"ok".equals(verdict)) {
                        throw new SQLException(verdict, null, SQLiteErrorCode.SQLITE_CORRUPT.code);
                    }
                }
                statement.execute(Migrations.CREATE_STATEMENTS);
                return statement.execute("CREATE TABLE IF NOT EXISTS " + Migrations.TABLE
                        + " (owner TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT");
            }
        });
    }

    /** Adds path and advice to an error of the file; one of a statement stays as it is. */
    private SQLException explained(SQLException e) {
        var message = String.valueOf(e.getMessage());
        if (message.startsWith("store ")) {
            return e;
        }
        var advice = advice(e.getErrorCode() & 0xff);
        if (advice == null) {
            return e;
        }
        var text = "store " + file + ": " + message + "; " + advice;
        return e instanceof CommitUnknownException
                ? new CommitUnknownException(text, e)
                : new SQLException(text, e.getSQLState(), e.getErrorCode(), e);
    }

    private static @Nullable String advice(int code) {
        return switch (SQLiteErrorCode.getErrorCode(code)) {
            case SQLITE_CORRUPT, SQLITE_NOTADB ->
                "the file is damaged: stop the daemon, move it and its -wal and -shm files away, and restore a backup"
                        + " or start empty";
            case SQLITE_FULL -> "nothing was changed; make room on its file system";
            case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH ->
                "the daemon's user must be able to write to the file and its directory";
            case SQLITE_IOERR -> "the disk or file system fails; see the kernel's log";
            case SQLITE_BUSY, SQLITE_LOCKED ->
                "nothing was changed; another process holds the file: two daemons need two state directories";
            default -> null;
        };
    }

    /** Waits for the running transaction. */
    @Override
    public void close() throws SQLException {
        enter();
        try {
            closed = true;
            var current = connection;
            connection = null;
            if (current != null) {
                current.close();
            }
        } finally {
            lock.unlock();
        }
    }
}
