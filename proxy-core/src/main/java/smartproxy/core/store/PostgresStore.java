package smartproxy.core.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.Backend;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.CommitUnknownException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Operation;
import smartproxy.core.api.OutcomeUnknownException;
import smartproxy.core.api.ProxyException;

/**
 * The store in a PostgreSQL database. Transactions are serializable, and run again when they met another one. The database is a
 * backend like others: guarded, so that a slow or absent one takes few threads and is refused at once after some failures.
 */
final class PostgresStore implements OpenStore {
    private static final Operation TRANSACTION = Operation.repeatable("transaction");
    private static final int MOST_TRIES = 30;
    private static final int TRIES_OF_DUPLICATES = 2;
    private static final int JOB_CONNECTIONS = 2;
    private static final Duration MIGRATION_WAIT = Duration.ofSeconds(60);
    /** For the one daemon that may change tables now; any number that no key has. */
    private static final long MIGRATION_LOCK = 0x736d6172742d7078L;

    /** What a transaction came to, apart from failures of the transport. */
    private record Done<T>(@Nullable T value, @Nullable Exception failure) {}

    private final StoreSettings.Postgres settings;
    private final Backend backend;
    private final HikariDataSource pool;
    private final SharedTurns turns;
    private final ThreadLocal<Boolean> inside = ThreadLocal.withInitial(() -> false);

    private @Nullable HikariDataSource jobs;
    private volatile boolean readOnly;

    private PostgresStore(StoreSettings.Postgres settings, Backend backend, HikariDataSource pool) {
        this.settings = settings;
        this.backend = backend;
        this.pool = pool;
        this.turns = new SharedTurns(settings.url(), () -> PostgresServer.connect(settings), backend);
    }

    /**
     * Opens the store and makes its table of versions.
     *
     * @param backend its guard
     */
    static PostgresStore open(StoreSettings.Postgres settings, Backend backend) throws SQLException {
        var config = pool(settings, "store", settings.maxConnections());
        // of each new connection, so that no transaction has to say it
        config.setConnectionInitSql("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE");
        var store = new PostgresStore(settings, backend, new HikariDataSource(config));
        try {
            store.alone(connection -> {
                try (var statement = connection.createStatement()) {
                    statement.execute(Migrations.CREATE_STATEMENTS);
                    return statement.execute("CREATE TABLE IF NOT EXISTS " + Migrations.TABLE
                            + " (owner TEXT PRIMARY KEY, version INTEGER NOT NULL)");
                }
            });
        } catch (SQLException e) {
            store.close();
            throw e;
        }
        return store;
    }

    private static HikariConfig pool(StoreSettings.Postgres settings, String name, int most) {
        var config = new HikariConfig();
        config.setPoolName(name);
        config.setJdbcUrl(PostgresServer.url(settings));
        config.setDataSourceProperties(PostgresServer.properties(settings));
        config.setMaximumPoolSize(most);
        config.setMinimumIdle(1);
        config.setIdleTimeout(TimeUnit.MINUTES.toMillis(1));
        config.setConnectionTimeout(settings.timeout().toMillis());
        config.setValidationTimeout(settings.timeout().toMillis());
        config.setInitializationFailTimeout(-1);
        return config;
    }

    @Override
    public void migrate(String owner, List<String> statements) throws SQLException {
        alone(connection -> Migrations.run(connection, settings.url(), owner, statements));
    }

    /** Runs work that changes tables while no other daemon does. */
    private <T> void alone(Work<T> work) throws SQLException {
        once(connection -> {
            // else the wait for an answer ended it long before; the pool sets it back
            connection.setNetworkTimeout(
                    Runnable::run, (int) MIGRATION_WAIT.plusSeconds(1).toMillis());
            try (var statement = connection.createStatement()) {
                // what the daemon before has committed must be seen
                statement.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED");
                statement.execute("SET LOCAL lock_timeout = " + MIGRATION_WAIT.toMillis());
                statement.execute("SET LOCAL statement_timeout = " + MIGRATION_WAIT.toMillis());
                statement.execute("SELECT pg_advisory_xact_lock(" + MIGRATION_LOCK + ")");
            }
            return work.run(connection);
        });
    }

    @Override
    public <T> T transaction(Work<T> work) throws SQLException {
        var end = Deadline.in(settings.timeout().multipliedBy(2));
        for (var tries = 1; ; tries++) {
            try {
                return once(work);
            } catch (SQLException e) {
                var again = PostgresFailure.isConflict(e)
                        ? tries < MOST_TRIES
                        : PostgresFailure.isDuplicate(e) && tries < TRIES_OF_DUPLICATES;
                if (!again || end.expired()) {
                    throw e;
                }
                pause(tries);
            }
        }
    }

    private void pause(int tries) throws SQLException {
        try {
            TimeUnit.MICROSECONDS.sleep(ThreadLocalRandom.current().nextLong(500L << Math.min(tries, 6)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("store " + settings.url() + ": interrupted; nothing was changed", e);
        }
    }

    private <T> T once(Work<T> work) throws SQLException {
        if (inside.get()) {
            throw new IllegalStateException("a transaction inside a transaction");
        }
        Done<T> done;
        inside.set(true);
        try (var permit = backend.admit()) {
            var longest = Deadline.in(settings.timeout().multipliedBy(4));
            done = backend.call(TRANSACTION, longest, attempt -> attempt(work));
        } catch (ProxyException e) {
            throw unavailable(e);
        } finally {
            inside.remove();
        }
        if (done.failure() instanceof SQLException e) {
            throw e;
        }
        if (done.failure() instanceof RuntimeException e) {
            throw e;
        }
        return result(done.value());
    }

    @SuppressWarnings("NullAway") // the work's own value, null or not
    private static <T> T result(@Nullable T value) {
        return value;
    }

    private <T> Done<T> attempt(Work<T> work) throws IOException {
        var committing = false;
        try (var connection = pool.getConnection()) {
            try {
                connection.setAutoCommit(false);
                var value = work.run(connection);
                committing = true;
                connection.commit();
                return new Done<>(value, null);
            } catch (SQLException | RuntimeException | Error e) {
                rollBack(connection, e);
                throw e;
            }
        } catch (SQLException e) {
            if (!PostgresFailure.isOfTransport(e)) {
                return new Done<>(null, e);
            }
            var failure = PostgresFailure.asTransport(e);
            throw committing ? new OutcomeUnknownException(failure) : failure;
        } catch (RuntimeException e) {
            return new Done<>(null, e);
        }
    }

    private static void rollBack(Connection failed, Throwable cause) {
        try {
            failed.rollback();
        } catch (SQLException e) {
            cause.addSuppressed(e); // broken, and rolled back by the server
        }
    }

    private SQLException unavailable(ProxyException e) {
        var text = String.valueOf(e.getMessage());
        var own = backend.name() + ": ";
        var message = "store " + settings.url() + ": " + (text.startsWith(own) ? text.substring(own.length()) : text);
        if (e instanceof BackendException failed && failed.outcome() == BackendException.Outcome.UNKNOWN) {
            return new CommitUnknownException(message, e);
        }
        return e instanceof BackendException backendFailure && backendFailure.kind() == BackendException.Kind.TIMEOUT
                ? new SQLTimeoutException(message, e)
                : new SQLNonTransientConnectionException(message, e);
    }

    @Override
    public <T> T exclusively(String key, Deadline deadline, Supplier<T> work) {
        return turns.exclusively(key, deadline, work);
    }

    @Override
    public synchronized DataSource connections() {
        var opened = jobs;
        if (opened == null) {
            opened = new HikariDataSource(pool(settings, "store-jobs", JOB_CONNECTIONS));
            jobs = opened;
        }
        return opened;
    }

    /** A read-only one may be a standby by now, to which only the connections of before go: they are not used again. */
    @Override
    public boolean isWritable() throws SQLException {
        readOnly = transaction(PostgresStore::isReadOnly);
        var now = pool.getHikariPoolMXBean();
        if (readOnly && now != null) {
            now.softEvictConnections();
        }
        return !readOnly;
    }

    private static boolean isReadOnly(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("SHOW transaction_read_only")) {
            return row.next() && "on".equals(row.getString(1));
        }
    }

    @Override
    public boolean isReadOnly() {
        return readOnly;
    }

    @Override
    public boolean isLocal() {
        return false;
    }

    @Override
    public String use() {
        var now = pool.getHikariPoolMXBean();
        return now == null
                ? "no connection yet"
                : (readOnly ? "read-only, so changes are refused; " : "") + now.getActiveConnections() + " of "
                        + settings.maxConnections() + " connections in use, " + now.getThreadsAwaitingConnection()
                        + " requests wait for one";
    }

    /** Numbers of connections, by state. */
    Map<String, Integer> connectionCounts() {
        var now = pool.getHikariPoolMXBean();
        return now == null ? Map.of() : Map.of("used", now.getActiveConnections(), "idle", now.getIdleConnections());
    }

    @Override
    public synchronized void close() {
        turns.close();
        if (jobs != null) {
            jobs.close();
        }
        pool.close();
    }
}
