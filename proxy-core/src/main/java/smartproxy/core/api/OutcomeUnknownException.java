package smartproxy.core.api;

import java.io.IOException;

/**
 * Thrown by an attempt of a {@link Backend} call when the transport failed after the request was sent: the backend may have
 * made the change. Any other {@link IOException} of a repeatable operation says that it has not.
 */
public final class OutcomeUnknownException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param cause how the transport failed; decides between {@code UNAVAILABLE} and {@code TIMEOUT} */
    public OutcomeUnknownException(IOException cause) {
        super(cause.getMessage(), cause);
    }
}
