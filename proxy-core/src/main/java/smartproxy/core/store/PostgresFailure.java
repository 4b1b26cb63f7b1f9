package smartproxy.core.store;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;

/** What an error of PostgreSQL means (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
final class PostgresFailure {
    private static final String UNIQUE_VIOLATION = "23505";
    private static final String SERIALIZATION_FAILURE = "40001";
    private static final String DEADLOCK_DETECTED = "40P01";
    private static final String QUERY_CANCELED = "57014";
    private static final String LOCK_NOT_AVAILABLE = "55P03";
    private static final String READ_ONLY = "25006";
    private static final String CANNOT_CONNECT = "08001";

    private PostgresFailure() {}

    /** It met another transaction, and may succeed when run again. */
    static boolean isConflict(SQLException e) {
        return SERIALIZATION_FAILURE.equals(e.getSQLState()) || DEADLOCK_DETECTED.equals(e.getSQLState());
    }

    /** What another transaction has just inserted may be behind it. */
    static boolean isDuplicate(SQLException e) {
        return UNIQUE_VIOLATION.equals(e.getSQLState());
    }

    /** The server is not there, ends, has no room, or is too slow: not an answer to the statement. */
    static boolean isOfTransport(SQLException e) {
        var state = String.valueOf(e.getSQLState());
        return e instanceof SQLTransientConnectionException
                || state.startsWith("08")
                || state.startsWith("28")
                || state.startsWith("3D")
                || state.startsWith("53")
                || state.startsWith("57")
                || state.startsWith("58")
                || state.equals(LOCK_NOT_AVAILABLE)
                || state.equals(READ_ONLY);
    }

    /** The connection is gone: nobody was too slow, and a new one may do. */
    static boolean isOfEnd(SQLException e) {
        return isOfTransport(e) && !(asTransport(e) instanceof SocketTimeoutException);
    }

    /** As a backend's transport fails. */
    static IOException asTransport(SQLException e) {
        var reason = reason(e);
        var slow = QUERY_CANCELED.equals(reason.getSQLState()) || LOCK_NOT_AVAILABLE.equals(reason.getSQLState());
        var cause = network(e);
        var text = reason.getMessage() + advice(reason);
        IOException failure = slow || cause instanceof SocketTimeoutException
                ? new SocketTimeoutException(text)
                : cause instanceof ConnectException || CANNOT_CONNECT.equals(reason.getSQLState())
                        ? new ConnectException(text)
                        : new IOException(text);
        failure.initCause(e);
        return failure;
    }

    private static String advice(SQLException e) {
        var state = String.valueOf(e.getSQLState());
        if (state.startsWith("28")) {
            return "; check store_user and store_password";
        }
        if (state.equals(READ_ONLY)) {
            return "; is it a standby? store_url must name the primary";
        }
        return state.startsWith("3D") ? "; create it, or correct store_url" : "";
    }

    /** The pool says only that it has no connection; the reason lies below. */
    private static SQLException reason(SQLException e) {
        return e instanceof SQLTransientConnectionException && e.getCause() instanceof SQLException below ? below : e;
    }

    private static @Nullable Throwable network(SQLException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SocketTimeoutException
                    || cause instanceof ConnectException
                    || cause instanceof NoRouteToHostException
                    || cause instanceof UnknownHostException) {
                return cause;
            }
        }
        return null;
    }
}
