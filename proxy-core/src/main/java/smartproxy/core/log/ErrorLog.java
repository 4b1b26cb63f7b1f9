package smartproxy.core.log;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.ProxyException;

/**
 * The records of a request that was answered with an error.
 *
 * <p>The reference writes three, two of them the same with the stack each time. We write the body as an error, which is what
 * Foreman's log page shows, and the cause once as a warning. Its stack is written when it helps: for an exception nobody
 * expected, or when debugging; a refused connection does not need sixty lines.
 */
public final class ErrorLog {
    private static final Logger LOG = LoggerFactory.getLogger(ErrorLog.class);
    private static final int MAX_CAUSES = 8;

    /**
     * Logs {@code BODY} at ERROR and, with a cause, {@code Error details for BODY: <Class>: message} at WARN.
     *
     * @param body the text of the answer
     * @param cause what led to it, a {@link ProxyException} when it was foreseen
     */
    public void log(String body, @Nullable Throwable cause) {
        LOG.error("{}", body);
        if (cause == null) {
            return;
        }
        var details = details(cause);
        if (!(cause instanceof ProxyException) || LOG.isDebugEnabled()) {
            LOG.warn("Error details for {}: {}", body, details, cause);
        } else {
            LOG.warn("Error details for {}: {}", body, details);
        }
    }

    private static String details(Throwable cause) {
        var text = new StringBuilder();
        var separator = "";
        Throwable next = cause;
        for (int i = 0; next != null && i < MAX_CAUSES; i++) {
            text.append(separator)
                    .append('<')
                    .append(next.getClass().getSimpleName())
                    .append(">: ")
                    .append(next.getMessage());
            separator = ", caused by ";
            next = next.getCause();
        }
        return text.toString();
    }
}
