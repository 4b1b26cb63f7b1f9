package smartproxy.core.api;

import org.jspecify.annotations.Nullable;

/** A module or provider cannot start; the message is its reason in {@code failed_modules}, the log and {@code check}. */
public final class StartException extends Exception {
    private static final long serialVersionUID = 1L;

    public StartException(String message) {
        super(message);
    }

    public StartException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
