package smartproxy.core.store;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.Backend;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Operation;

/**
 * Turns among the daemons that share a PostgreSQL: advisory locks of one session, which is all a daemon needs for as many turns as it
 * has. PostgreSQL ends them with the session, so a killed daemon holds none
 * (https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS). Nobody waits in the database: who does not get
 * the turn asks again a moment later.
 */
final class SharedTurns implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SharedTurns.class);
    private static final Operation TAKE = Operation.repeatable("turn");
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(2);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(50);

    /** Makes a connection. */
    @FunctionalInterface
    interface Connecting {
        Connection connect() throws SQLException;
    }

    private final String where;
    private final Connecting source;
    private final Backend backend;
    private final ReentrantLock use = new ReentrantLock(true);
    private @Nullable Connection session;
    private boolean closed;

    /**
     * @param where for errors
     * @param source makes the session
     */
    SharedTurns(String where, Connecting source, Backend backend) {
        this.where = where;
        this.source = source;
        this.backend = backend;
    }

    <T> T exclusively(String key, Deadline deadline, Supplier<T> work) {
        var id = id(key);
        var holder = take(id, key, deadline);
        try {
            return work.get();
        } finally {
            giveBack(id, key, holder);
        }
    }

    /** The first 64 bits of its digest: two keys of one number would only wait for each other. */
    private static long id(String key) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(digest).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private Connection take(long id, String key, Deadline deadline) {
        var pause = SHORTEST_PAUSE;
        while (true) {
            if (deadline.expired()) {
                throw new BusyException(
                        "another daemon has not ended an earlier request for " + key + "; nothing was changed");
            }
            var taken = ask(id, deadline);
            if (taken.isPresent()) {
                return taken.get();
            }
            try {
                var most = Math.min(pause.toNanos(), Math.max(2, deadline.left().toNanos()));
                TimeUnit.NANOSECONDS.sleep(ThreadLocalRandom.current().nextLong(most / 2, most + 1));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new BusyException("interrupted while another daemon works on " + key + "; nothing was changed");
            }
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    private Optional<Connection> ask(long id, Deadline deadline) {
        try {
            return backend.call(TAKE, deadline, attempt -> tryOnce(id, attempt));
        } catch (BackendException e) {
            throw new BackendException(
                    e.kind(), Outcome.NOT_APPLIED, where + ": " + e.getMessage() + "; nothing was changed", e);
        }
    }

    private Optional<Connection> tryOnce(long id, Deadline attempt) throws IOException, InterruptedException {
        if (!use.tryLock(attempt.left().toNanos(), TimeUnit.NANOSECONDS)) {
            throw new SocketTimeoutException("the session for turns has no answer");
        }
        try {
            return tryInSession(id);
        } catch (SQLException e) {
            drop();
            throw PostgresFailure.asTransport(e);
        } finally {
            use.unlock();
        }
    }

    private Optional<Connection> tryInSession(long id) throws SQLException {
        var kept = session != null;
        try {
            return tryIn(connected(), id);
        } catch (SQLException e) {
            // one that was kept may have ended long ago, with a restart of the server say, which tells nothing of now
            if (!kept || !PostgresFailure.isOfEnd(e)) {
                throw e;
            }
            drop();
            return tryIn(connected(), id);
        }
    }

    private static Optional<Connection> tryIn(Connection current, long id) throws SQLException {
        return ask(current, "SELECT pg_try_advisory_lock(?)", id) ? Optional.of(current) : Optional.empty();
    }

    private Connection connected() throws SQLException {
        if (closed) {
            throw new SQLException("the store is closed");
        }
        var current = session;
        if (current == null || current.isClosed()) {
            current = source.connect();
            session = current;
        }
        return current;
    }

    private static boolean ask(Connection connection, String sql, long id) throws SQLException {
        try (var question = connection.prepareStatement(sql)) {
            question.setLong(1, id);
            try (var row = question.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    private void giveBack(long id, String key, Connection holder) {
        use.lock(); // for no longer than the answers of those before, each of which is bounded
        try {
            if (holder != session) {
                LOG.warn(
                        "The store was lost while {} was worked on; another daemon may have worked on it as well", key);
                return;
            }
            ask(holder, "SELECT pg_advisory_unlock(?)", id);
        } catch (SQLException e) {
            LOG.warn("The turn of {} could not be given back: {}; all turns of this daemon end", key, e.getMessage());
            drop();
        } finally {
            use.unlock();
        }
    }

    /** Ends all turns. */
    private void drop() {
        var lost = session;
        session = null;
        if (lost != null) {
            try {
                lost.close();
            } catch (SQLException e) {
                LOG.debug("The session for turns did not end in order", e);
            }
        }
    }

    @Override
    public void close() {
        use.lock();
        try {
            closed = true;
            drop();
        } finally {
            use.unlock();
        }
    }
}
