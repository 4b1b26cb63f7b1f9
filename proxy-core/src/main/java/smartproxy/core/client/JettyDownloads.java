package smartproxy.core.client;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.security.GeneralSecurityException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.InputStreamResponseListener;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.HttpCall;
import smartproxy.core.api.HttpDownloads;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.StartException;

/** A client of its own for each file: no connection is used again that was made for another address. */
public final class JettyDownloads implements HttpDownloads {
    private static final int MAX_THREADS = 4;

    private final String owner;
    private final Terms terms;
    private @Nullable SSLContext context;

    /** @param owner the module, for errors and names of threads */
    public JettyDownloads(String owner, Terms terms) {
        this.owner = owner;
        this.terms = terms;
    }

    @Override
    public Answer get(URI file, Map<String, String> headers, List<InetAddress> addresses)
            throws IOException, InterruptedException {
        var target = withoutUser(file);
        var identity = identity(target);
        var failures = new Failures(owner, identity, terms.connect());
        var call = HttpCall.get(pathAndQuery(target));
        var client = Clients.start(owner, tls(identity), MAX_THREADS, starting -> {
            starting.setConnectTimeout(terms.connect().toMillis());
            starting.setSocketAddressResolver((host, port, context, promise) -> promise.succeeded(addresses.stream()
                    .map(address -> new InetSocketAddress(address, port))
                    .toList()));
        });
        var listener = new InputStreamResponseListener();
        try {
            client.newRequest(target)
                    .headers(fields -> headers.forEach(fields::put))
                    .headers(fields -> fields.put(HttpHeader.ACCEPT_ENCODING, "identity"))
                    .idleTimeout(terms.idle().toMillis(), TimeUnit.MILLISECONDS)
                    .send(listener);
            var most =
                    terms.connect().multipliedBy(Math.max(1, addresses.size())).plus(terms.idle());
            var response = listener.get(most.toMillis(), TimeUnit.MILLISECONDS);
            return new Stream(client, response, new Body(listener.getInputStream(), call, failures));
        } catch (ExecutionException | TimeoutException e) {
            stop(client);
            throw failure(failures, call, e);
        } catch (InterruptedException | RuntimeException e) {
            stop(client);
            throw e;
        }
    }

    /** What is no HTTP is no answer either. */
    private static IOException failure(Failures failures, HttpCall call, Exception e) {
        try {
            return failures.of(call, e.getCause() == null ? e : e.getCause(), false);
        } catch (BackendException unusable) {
            return new IOException(unusable.getMessage(), unusable);
        }
    }

    private HttpIdentity identity(URI target) {
        var base = URI.create(target.getScheme() + "://" + target.getRawAuthority());
        var nobody = HttpIdentity.of(base, terms.caSetting());
        return terms.caFile().map(nobody::trusting).orElse(nobody);
    }

    private static String pathAndQuery(URI file) {
        var path = String.valueOf(file.getRawPath());
        return path.startsWith("/") ? path.substring(1) : path;
    }

    private static URI withoutUser(URI file) throws IOException {
        try {
            var port = file.getPort() < 0 ? "" : ":" + file.getPort();
            var query = file.getRawQuery() == null ? "" : "?" + file.getRawQuery();
            return new URI(file.getScheme() + "://" + file.getHost() + port + file.getRawPath() + query);
        } catch (URISyntaxException e) {
            throw new IOException("no URL: " + e.getReason(), e);
        }
    }

    private SslContextFactory.Client tls(HttpIdentity identity) throws IOException {
        if (terms.verify()) {
            return Clients.verifying(context(identity));
        }
        var trusting = new SslContextFactory.Client(true);
        trusting.setSslContext(anybody());
        trusting.setEndpointIdentificationAlgorithm(null);
        return trusting;
    }

    private static SSLContext anybody() {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {SslContextFactory.TRUST_ALL_CERTS[0]}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("TLS cannot be set up: " + e.getMessage(), e);
        }
    }

    /** Read when it is first needed: not on the way of a start. */
    private synchronized SSLContext context(HttpIdentity identity) throws IOException {
        if (context == null) {
            try {
                context = ClientTls.read(identity).context();
            } catch (StartException e) {
                throw new IOException(e.getMessage(), e);
            }
        }
        return context;
    }

    private static void stop(HttpClient client) {
        try {
            client.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the HTTP client does not stop", e);
        }
    }

    /** Says in words why a body broke off. */
    private static final class Body extends FilterInputStream {
        private final HttpCall call;
        private final Failures failures;

        Body(InputStream in, HttpCall call, Failures failures) {
            super(in);
            this.call = call;
            this.failures = failures;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            try {
                return super.read(bytes, offset, length);
            } catch (InterruptedIOException e) {
                throw e;
            } catch (IOException e) {
                throw failure(failures, call, e);
            }
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }
    }

    private record Stream(HttpClient client, Response response, InputStream body) implements Answer {
        @Override
        public int status() {
            return response.getStatus();
        }

        @Override
        public Map<String, String> headers() {
            var headers = new HashMap<String, String>();
            for (var field : response.getHeaders()) {
                headers.putIfAbsent(field.getName().toLowerCase(Locale.ROOT), String.valueOf(field.getValue()));
            }
            return headers;
        }

        @Override
        public void close() {
            stop(client);
        }
    }
}
