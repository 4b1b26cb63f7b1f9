package smartproxy.core.http;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Context;
import java.util.function.Function;
import org.glassfish.jersey.server.ContainerRequest;
import org.glassfish.jersey.server.model.Parameter;
import org.glassfish.jersey.server.spi.internal.ValueParamProvider;
import org.jspecify.annotations.Nullable;

/**
 * Hands the request to resource methods that declare it with {@link Context}. JAX-RS would inject a proxy of it, for which the
 * container is searched with every request: 8 % of the processor time of a DNS change.
 */
final class RequestParameter implements ValueParamProvider {
    @Override
    public @Nullable Function<ContainerRequest, ?> getValueProvider(Parameter parameter) {
        return parameter.getRawType() == ContainerRequestContext.class && parameter.isAnnotationPresent(Context.class)
                ? Function.identity()
                : null;
    }

    @Override
    public PriorityType getPriority() {
        return Priority.HIGH;
    }
}
