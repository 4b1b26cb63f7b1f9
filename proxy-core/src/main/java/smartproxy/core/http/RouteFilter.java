package smartproxy.core.http;

import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.glassfish.jersey.server.ContainerRequest;
import org.glassfish.jersey.server.ExtendedUriInfo;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Mount;
import smartproxy.core.api.Requires;
import smartproxy.core.api.TrailingSlash;
import smartproxy.core.auth.Authorizer;

/**
 * Lets a request reach only what lies in the mount whose role it passed, and there only what the resource method declares
 * about itself: its role, and whether its path may end in a slash.
 */
public final class RouteFilter implements ContainerRequestFilter {
    private final Authorizer authorizer;

    public RouteFilter(Authorizer authorizer) {
        this.authorizer = authorizer;
    }

    @Override
    public void filter(ContainerRequestContext context) {
        var uri = (ExtendedUriInfo) context.getUriInfo();
        var method = uri.getMatchedResourceMethod().getInvocable().getHandlingMethod();
        var path = ((ContainerRequest) context).getRequestUri().getRawPath();
        if (!isInMount(context, uri)) {
            throw new NotFoundException();
        }
        if (path.endsWith("/") && path.length() > 1 && !method.isAnnotationPresent(TrailingSlash.class)) {
            throw new NotFoundException();
        }
        if (!isUtf8(path)) {
            throw CallerException.badRequest("invalid byte sequence in UTF-8");
        }
        var required = method.getAnnotation(Requires.class);
        if (required != null && context.getProperty(Exchange.class.getName()) instanceof Exchange exchange) {
            authorizer
                    .refusal(required.value(), exchange.peer(), path, exchange.deadline())
                    .ifPresent(message -> {
                        throw CallerException.forbidden(message);
                    });
        }
    }

    /** A path may be written so that its mount is another than that of the resource JAX-RS finds: {@code /%64ns}. */
    private static boolean isInMount(ContainerRequestContext context, ExtendedUriInfo uri) {
        var matched = uri.getMatchedResources();
        return context.getProperty(Mount.class.getName()) instanceof Mount mount
                && !matched.isEmpty()
                && mount.resources().contains(matched.get(matched.size() - 1));
    }

    private static boolean isUtf8(String rawPath) {
        if (rawPath.indexOf('%') < 0) {
            return true;
        }
        var decoded = ByteBuffer.allocate(rawPath.length());
        for (var i = 0; i < rawPath.length(); i++) {
            if (rawPath.charAt(i) == '%') {
                decoded.put((byte) Integer.parseInt(rawPath.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                decoded.put((byte) rawPath.charAt(i));
            }
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(decoded.flip());
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
