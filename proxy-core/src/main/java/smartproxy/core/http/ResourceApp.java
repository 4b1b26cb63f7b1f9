package smartproxy.core.http;

import jakarta.ws.rs.core.MultivaluedMap;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.glassfish.jersey.CommonProperties;
import org.glassfish.jersey.inject.hk2.AbstractBinder;
import org.glassfish.jersey.internal.MapPropertiesDelegate;
import org.glassfish.jersey.server.ApplicationHandler;
import org.glassfish.jersey.server.ContainerException;
import org.glassfish.jersey.server.ContainerRequest;
import org.glassfish.jersey.server.ContainerResponse;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.server.ServerProperties;
import org.glassfish.jersey.server.spi.ContainerResponseWriter;
import org.glassfish.jersey.server.spi.internal.ValueParamProvider;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.Mount;
import smartproxy.core.api.RequestContext;

/** The JAX-RS resources of one generation, and the way to them from Jetty: no servlet, whole answers. */
public final class ResourceApp {
    private static final URI BASE = URI.create("http://proxy/");

    private final ApplicationHandler jersey;

    /** @throws IllegalArgumentException when a method has no role */
    public ResourceApp(List<Mount> mounts, RouteFilter filter, ErrorMapper errors) {
        var config = configuration(mounts);
        config.register(filter);
        config.register(errors);
        jersey = new ApplicationHandler(config);
    }

    /**
     * Tries whether resources can be served, without serving them.
     *
     * @throws RuntimeException when a method has no role, or JAX-RS cannot make sense of a resource
     */
    public static void check(List<Mount> mounts) {
        var unused = new ApplicationHandler(configuration(mounts));
    }

    private static ResourceConfig configuration(List<Mount> mounts) {
        MethodRoles.check(mounts);
        var config = new ResourceConfig();
        for (var mount : mounts) {
            mount.resources().forEach(config::register);
        }
        config.register(new AbstractBinder() {
            @Override
            protected void configure() {
                bind(new RequestParameter()).to(ValueParamProvider.class);
            }
        });
        config.property(ServerProperties.WADL_FEATURE_DISABLE, true);
        config.property(CommonProperties.FEATURE_AUTO_DISCOVERY_DISABLE, true);
        config.property(CommonProperties.METAINF_SERVICES_LOOKUP_DISABLE, true);
        config.property(CommonProperties.PROVIDER_DEFAULT_DISABLE, "ALL");
        config.property(ServerProperties.RESPONSE_SET_STATUS_OVER_SEND_ERROR, true);
        return config;
    }

    /** Serves the request on this thread and answers it. */
    void serve(Exchange exchange, Routes.Hit hit, RequestContext context) {
        var path = hit.full();
        var uri = BASE.resolve(path.isEmpty() ? "/" : decodeUnreserved(path));
        var request = new ContainerRequest(
                BASE,
                uri,
                method(exchange),
                NoSecurityContext.INSTANCE,
                new MapPropertiesDelegate(),
                jersey.getConfiguration());
        for (var field : exchange.request().getHeaders()) {
            if (field.getValue() != null && !isNegotiation(field.getName())) {
                request.header(field.getName(), field.getValue());
            }
        }
        request.setEntityStream(new ByteArrayInputStream(new byte[0]));
        context.attach(request);
        request.setProperty(Exchange.class.getName(), exchange);
        request.setProperty(Mount.class.getName(), hit.mount());
        request.setWriter(new Writer(exchange));
        jersey.handle(request);
    }

    /** HEAD is GET whose body Jetty keeps; JAX-RS would lose its length. */
    private static String method(Exchange exchange) {
        var method = exchange.request().getMethod();
        return method.equals("HEAD") ? "GET" : method;
    }

    /** Answers have one type whatever is accepted, and bodies were parsed before: JAX-RS shall not judge either. */
    private static boolean isNegotiation(String header) {
        return header.regionMatches(true, 0, "Accept", 0, 6) || header.regionMatches(true, 0, "Content-", 0, 8);
    }

    /** {@code %66} and {@code f} are the same (RFC 3986, section 6.2.2.2), but not to JAX-RS. */
    private static String decodeUnreserved(String path) {
        if (path.indexOf('%') < 0) {
            return path;
        }
        var decoded = new StringBuilder(path.length());
        for (var i = 0; i < path.length(); i++) {
            var c = path.charAt(i);
            if (c == '%') {
                var octet = (char) Integer.parseInt(path.substring(i + 1, i + 3), 16);
                if (octet < 0x80 && (Character.isLetterOrDigit(octet) || "-._~".indexOf(octet) >= 0)) {
                    decoded.append(octet);
                    i += 2;
                    continue;
                }
            }
            decoded.append(c);
        }
        return decoded.toString();
    }

    /** Collects what Jersey writes into one answer. */
    private static final class Writer implements ContainerResponseWriter {
        private final Exchange exchange;
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private @Nullable ContainerResponse response;

        Writer(Exchange exchange) {
            this.exchange = exchange;
        }

        @Override
        public OutputStream writeResponseStatusAndHeaders(long length, ContainerResponse response)
                throws ContainerException {
            this.response = response;
            return body;
        }

        @Override
        public void commit() {
            var whole = response;
            if (whole == null) {
                return;
            }
            MultivaluedMap<String, String> all = whole.getStringHeaders();
            Map<String, String> headers = new LinkedHashMap<>();
            all.forEach((name, values) -> headers.put(name, String.join(", ", values)));
            var type = headers.remove("Content-Type");
            headers.remove("Content-Length");
            if (headers.remove(ErrorMapper.MARK) != null) {
                type = headers.containsKey("X-Cascade") ? Answer.JSON : null;
            } else if (type == null) {
                type = Answer.HTML;
            }
            exchange.answer(new Answer(whole.getStatus(), type, body.toByteArray(), headers));
        }

        @Override
        public void failure(Throwable error) {
            ErrorMapper.logUnexpected(exchange.id(), error);
            exchange.answer(Answer.internalError(exchange.id()));
        }

        @Override
        public boolean suspend(long timeOut, TimeUnit timeUnit, @Nullable TimeoutHandler timeoutHandler) {
            return false;
        }

        @Override
        public void setSuspendTimeout(long timeOut, TimeUnit timeUnit) {
            throw new IllegalStateException("requests are served synchronously");
        }

        @Override
        public boolean enableResponseBuffering() {
            return false;
        }
    }
}
