package smartproxy.core.api;

import org.jspecify.annotations.Nullable;

/** The errors a module, service or provider reports. The message is what the client is told: no secret, no stack. */
public abstract sealed class ProxyException extends RuntimeException
        permits CallerException, BackendException, BusyException {
    private static final long serialVersionUID = 1L;

    ProxyException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** The HTTP status of the answer. */
    public abstract int status();
}
