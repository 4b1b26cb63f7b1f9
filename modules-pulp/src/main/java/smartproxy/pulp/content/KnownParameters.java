package smartproxy.pulp.content;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.DynamicFeature;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.FeatureContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.RequestContext;

/**
 * Refuses query parameters that the OpenAPI document does not name: with a slip, such as {@code limitt}, a list would be another
 * one than was asked for, and nobody told.
 */
final class KnownParameters implements DynamicFeature {
    private final JsonNode paths;

    KnownParameters() {
        try {
            paths = new ObjectMapper().readTree(JobsResource.document()).path("paths");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Looks at every method that the daemon serves; those of other modules are not in the document. */
    @Override
    public void configure(ResourceInfo resource, FeatureContext context) {
        var below = resource.getResourceMethod().getAnnotation(Path.class);
        var path = resource.getResourceClass().getAnnotation(Path.class);
        var operations =
                path == null ? paths.path("") : paths.path(path.value() + (below == null ? "" : "/" + below.value()));
        Arrays.stream(resource.getResourceMethod().getAnnotations())
                .map(annotation -> annotation.annotationType().getAnnotation(HttpMethod.class))
                .filter(method -> method != null)
                .map(method -> operations.path(method.value().toLowerCase(Locale.ROOT)))
                .filter(JsonNode::isObject)
                .forEach(operation -> context.register(new Only(known(operation)), Priorities.USER + 1));
    }

    private static Set<String> known(JsonNode operation) {
        var known = new TreeSet<String>();
        for (var parameter : operation.path("parameters")) {
            if (parameter.path("in").asText().equals("query")) {
                known.add(parameter.path("name").asText());
            }
        }
        return known;
    }

    /** Of one method; it comes after the check of roles. */
    private record Only(Set<String> known) implements ContainerRequestFilter {
        @Override
        public void filter(ContainerRequestContext request) {
            for (var name : RequestContext.of(request).parameters().queried()) {
                if (!known.contains(name)) {
                    throw CallerException.badRequest("Unknown parameter '" + ContentInput.shown(name) + "'; known are "
                            + (known.isEmpty() ? "none" : String.join(", ", known)));
                }
            }
        }
    }
}
