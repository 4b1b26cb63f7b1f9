package smartproxy.core.api;

import org.jspecify.annotations.Nullable;

/** A backend could not be reached, was too slow or refused. The message names backend, operation and cause. */
public final class BackendException extends ProxyException {
    private static final long serialVersionUID = 1L;

    /** What went wrong, and with which status it is answered. */
    public enum Kind {
        /** It says no, or nonsense: 502. */
        REJECTED(502),
        /** No connection, or the connection broke: 503. */
        UNAVAILABLE(503),
        /** No answer in time: 504. */
        TIMEOUT(504);

        private final int status;

        Kind(int status) {
            this.status = status;
        }
    }

    /** What is known of the change that was asked for. */
    public enum Outcome {
        /** Nothing was changed, and nothing will be. */
        NOT_APPLIED,
        /** The backend may have made the change. */
        UNKNOWN
    }

    private final Kind kind;
    private final Outcome outcome;

    public BackendException(Kind kind, Outcome outcome, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.outcome = outcome;
    }

    /** The backend answered, and the answer is no. Nothing was changed. */
    public static BackendException rejected(String message) {
        return new BackendException(Kind.REJECTED, Outcome.NOT_APPLIED, message, null);
    }

    public Kind kind() {
        return kind;
    }

    public Outcome outcome() {
        return outcome;
    }

    @Override
    public int status() {
        return kind.status;
    }
}
