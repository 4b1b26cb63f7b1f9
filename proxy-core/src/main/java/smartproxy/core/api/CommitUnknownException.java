package smartproxy.core.api;

import java.sql.SQLException;

/** Thrown by {@link Store#transaction} when the commit had no answer: the work may be kept. Any other says that it is not. */
public final class CommitUnknownException extends SQLException {
    private static final long serialVersionUID = 1L;

    /** @param cause how the commit failed; its message, state and code are taken over */
    public CommitUnknownException(String message, SQLException cause) {
        super(message, cause.getSQLState(), cause.getErrorCode(), cause);
    }

    /** @param cause how the commit failed */
    public CommitUnknownException(String message, Throwable cause) {
        super(message, cause);
    }
}
