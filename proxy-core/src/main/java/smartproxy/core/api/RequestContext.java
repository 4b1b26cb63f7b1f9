package smartproxy.core.api;

import jakarta.ws.rs.container.ContainerRequestContext;
import java.util.function.BooleanSupplier;

/**
 * What the core knows of a request.
 *
 * @param id the request id, from {@code X-Request-Id} or made up
 * @param deadline by which it must be answered
 * @param parameters query and form
 * @param body as it came, whole; empty when there is none
 * @param ending whether the daemon is about to end: what waits for something else to happen waits no longer
 */
public record RequestContext(String id, Deadline deadline, Parameters parameters, byte[] body, BooleanSupplier ending) {
    private static final String PROPERTY = RequestContext.class.getName();
    private static final String JSON = PROPERTY + " json";

    /** A request without a body. */
    public RequestContext(String id, Deadline deadline, Parameters parameters) {
        this(id, deadline, parameters, new byte[0], () -> false);
    }

    /** The context of the request a resource method serves. */
    public static RequestContext of(ContainerRequestContext request) {
        if (request.getProperty(PROPERTY) instanceof RequestContext context) {
            return context;
        }
        throw new IllegalStateException("a request without context");
    }

    /** From now on what goes wrong is told as JSON, whatever the caller accepts; before, the type follows {@code Accept}. */
    public static void errorsAreJson(ContainerRequestContext request) {
        request.setProperty(JSON, true);
    }

    /** Whether {@link #errorsAreJson} was called. */
    public static boolean areErrorsJson(ContainerRequestContext request) {
        return request.getProperty(JSON) != null;
    }

    /** Called by the server before it hands the request to JAX-RS. */
    public void attach(ContainerRequestContext request) {
        request.setProperty(PROPERTY, this);
    }
}
