package smartproxy.core.http;

import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.WriterInterceptor;
import jakarta.ws.rs.ext.WriterInterceptorContext;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Semaphore;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.Mount;
import smartproxy.core.api.ProxyException;
import smartproxy.core.api.RequestContext;

/**
 * The JAX-RS resources of one generation, and the way to them from Jetty: no servlet. Answers go out whole, but for long ones.
 */
public final class ResourceApp {
    private static final Logger LOG = LoggerFactory.getLogger(ResourceApp.class);
    private static final URI BASE = URI.create("http://proxy/");
    private static final MediaType EVENTS = MediaType.SERVER_SENT_EVENTS_TYPE;

    /** Bytes of a body that are held back; a longer one is sent in chunks of about that size. */
    private static final int CHUNK = 32 << 10;

    private final ApplicationHandler jersey;
    private final Semaphore longAnswers;

    /**
     * @param longAnswers how many may be sent at once: each holds a thread until its client has taken it
     * @throws IllegalArgumentException when a method has no role
     */
    public ResourceApp(List<Mount> mounts, RouteFilter filter, ErrorMapper errors, int longAnswers) {
        this.longAnswers = new Semaphore(longAnswers);
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
        mounts.stream().flatMap(mount -> mount.resources().stream()).distinct().forEach(config::register);
        config.register(new BrokenBodies());
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
        // Jersey does not know by which name the client came
        config.property(ServerProperties.LOCATION_HEADER_RELATIVE_URI_RESOLUTION_DISABLED, true);
        return config;
    }

    /**
     * Serves the request on this thread and answers it.
     *
     * @param method that of the request, or the one it is meant as
     */
    void serve(Exchange exchange, Routes.Hit hit, String method, RequestContext context) {
        var path = hit.full();
        var uri = BASE.resolve(path.isEmpty() ? "/" : decodeUnreserved(path));
        var request = new ContainerRequest(
                BASE,
                uri,
                method.equals("HEAD") ? "GET" : method, // Jetty keeps the body; JAX-RS would lose its length
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
        var writer = new Writer(exchange, longAnswers);
        request.setProperty(Writer.class.getName(), writer);
        request.setWriter(writer);
        jersey.handle(request);
    }

    /** Answers have one type whatever is accepted, and bodies were parsed before: JAX-RS shall not judge either. */
    private static boolean isNegotiation(String header) {
        return header.regionMatches(true, 0, "Accept", 0, 6) || header.regionMatches(true, 0, "Content-", 0, 8);
    }

    /**
     * {@code %66} and {@code f} are the same (RFC 3986, section 6.2.2.2), but not to JAX-RS. A semicolon is a character like any
     * other: JAX-RS would take what follows it away.
     */
    private static String decodeUnreserved(String path) {
        if (path.indexOf('%') < 0 && path.indexOf(';') < 0) {
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
            decoded.append(c == ';' ? "%3B" : String.valueOf(c));
        }
        return decoded.toString();
    }

    /** Tells the writer of a body that broke off: Jersey would end it as if it were whole. */
    private static final class BrokenBodies implements WriterInterceptor {
        @Override
        public void aroundWriteTo(WriterInterceptorContext context) throws IOException {
            try {
                context.proceed();
            } catch (IOException | RuntimeException | Error e) {
                if (context.getProperty(Writer.class.getName()) instanceof Writer writer) {
                    writer.brokenBy = e;
                }
                throw e;
            }
        }
    }

    /** Makes one answer of what Jersey writes, or, when that is long, sends it as it comes. */
    private static final class Writer implements ContainerResponseWriter {
        private final Exchange exchange;
        private final Semaphore longAnswers;
        private final Body body = new Body();
        private @Nullable ContainerResponse response;
        private @Nullable Throwable brokenBy;

        Writer(Exchange exchange, Semaphore longAnswers) {
            this.exchange = exchange;
            this.longAnswers = longAnswers;
        }

        @Override
        public OutputStream writeResponseStatusAndHeaders(long length, ContainerResponse response)
                throws ContainerException {
            this.response = response;
            brokenBy = null; // that was the answer before; this one tells of it
            return body;
        }

        @Override
        public void commit() {
            var whole = response;
            if (brokenBy != null) {
                failure(brokenBy);
            } else if (body.begun) {
                longAnswers.release();
                exchange.end();
            } else if (whole != null) {
                exchange.answer(answer(whole));
            }
        }

        private Answer answer(ContainerResponse whole) {
            MultivaluedMap<String, String> all = whole.getStringHeaders();
            Map<String, String> headers = new LinkedHashMap<>();
            all.forEach((name, values) -> headers.put(name, String.join(", ", values)));
            var type = headers.remove("Content-Type");
            headers.remove("Content-Length");
            if (headers.remove(ErrorMapper.MARK) != null) {
                var isJson =
                        headers.containsKey("X-Cascade") || RequestContext.areErrorsJson(whole.getRequestContext());
                type = isJson ? Answer.JSON : null;
            } else if (type == null) {
                type = Answer.HTML;
            }
            return new Answer(whole.getStatus(), type, body.take(), headers);
        }

        @Override
        public void failure(Throwable error) {
            if (body.begun) {
                longAnswers.release();
                LOG.warn("The answer to request '{}' was broken off: {}", exchange.id(), error.toString());
                exchange.breakOff(error);
            } else if (error instanceof ProxyException foreseen) {
                exchange.answer(Answer.of(foreseen));
            } else {
                ErrorMapper.logUnexpected(exchange.id(), error);
                exchange.answer(Answer.internalError(exchange.id()));
            }
        }

        /** Holds the body back until it is whole or has grown to {@link #CHUNK}. */
        private final class Body extends OutputStream {
            private final ByteArrayOutputStream held = new ByteArrayOutputStream();
            private boolean begun;

            @Override
            public void write(int octet) throws IOException {
                write(new byte[] {(byte) octet}, 0, 1);
            }

            @Override
            public void write(byte[] octets, int start, int length) throws IOException {
                for (var from = start; from < start + length; ) {
                    var size = Math.min(start + length - from, CHUNK - held.size());
                    held.write(octets, from, size);
                    from += size;
                    if (held.size() >= CHUNK) {
                        send();
                    }
                }
            }

            /** Events are for now: each part goes out when its writer says so. */
            @Override
            public void flush() throws IOException {
                if (held.size() > 0 && response != null && EVENTS.isCompatible(response.getMediaType())) {
                    send();
                }
            }

            private void send() throws IOException {
                if (begun) {
                    exchange.write(take());
                } else {
                    if (!longAnswers.tryAcquire()) {
                        throw new BusyException("Too many clients take long answers at once");
                    }
                    begun = true;
                    exchange.begin(answer(Objects.requireNonNull(response)));
                }
            }

            /** Jersey closes the body when it is whole. */
            @Override
            public void close() throws IOException {
                if (begun && brokenBy == null && held.size() > 0) {
                    send();
                }
            }

            byte[] take() {
                var octets = held.toByteArray();
                held.reset();
                return octets;
            }
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
