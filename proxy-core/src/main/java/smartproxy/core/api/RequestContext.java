package smartproxy.core.api;

import jakarta.ws.rs.container.ContainerRequestContext;

/**
 * What the core knows of a request.
 *
 * @param id the request id, from {@code X-Request-Id} or made up
 * @param deadline by which it must be answered
 * @param parameters query and form
 */
public record RequestContext(String id, Deadline deadline, Parameters parameters) {
    private static final String PROPERTY = RequestContext.class.getName();

    /** The context of the request a resource method serves. */
    public static RequestContext of(ContainerRequestContext request) {
        if (request.getProperty(PROPERTY) instanceof RequestContext context) {
            return context;
        }
        throw new IllegalStateException("a request without context");
    }

    /** Called by the server before it hands the request to JAX-RS. */
    public void attach(ContainerRequestContext request) {
        request.setProperty(PROPERTY, this);
    }
}
