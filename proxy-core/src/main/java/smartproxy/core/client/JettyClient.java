package smartproxy.core.client;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.HttpCall;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.HttpReply;

/** One pool of connections to one server, as one identity. Its threads only move bytes: the caller waits on its own. */
final class JettyClient {
    private static final int MAX_ANSWER = 1 << 20;
    private static final int MAX_BODY = 1 << 20;
    private static final int MAX_HEADERS = 64 << 10;
    private static final int MAX_CONNECTIONS = 64;
    private static final int MAX_THREADS = 16;
    private static final int MAX_POOLED_BYTES = 4 << 20;
    private static final int CONNECT_MILLIS = 5_000;
    /** Shorter than servers keep a connection open, so that seldom one is used just as they close it. */
    private static final int IDLE_MILLIS = 10_000;

    private final HttpIdentity identity;
    private final Failures failures;
    private final String base;
    private final HttpClient client;

    /** @param owner the provider, for errors and names of threads */
    JettyClient(String owner, HttpIdentity identity, ClientTls tls) {
        this.identity = identity;
        this.failures = new Failures(owner, identity, Duration.ofMillis(CONNECT_MILLIS));
        var text = identity.base().toString();
        this.base = text.endsWith("/") ? text : text + "/";
        var verifying = new SslContextFactory.Client();
        verifying.setSslContext(tls.context());
        verifying.setEndpointIdentificationAlgorithm("HTTPS");
        this.client = new HttpClient(transport(owner, verifying));
        client.setConnectTimeout(CONNECT_MILLIS);
        client.setAddressResolutionTimeout(CONNECT_MILLIS);
        client.setIdleTimeout(IDLE_MILLIS);
        client.setMaxConnectionsPerDestination(MAX_CONNECTIONS);
        start(owner, client);
    }

    /** Starts a client that does what it is told and nothing on its own. */
    static void start(String owner, HttpClient client) {
        client.setMaxResponseHeadersSize(MAX_HEADERS);
        client.setMaxRequestHeadersSize(MAX_HEADERS);
        client.setFollowRedirects(false);
        client.setHttpCookieStore(new HttpCookieStore.Empty());
        client.setUserAgentField(new HttpField(HttpHeader.USER_AGENT, "smart-proxy"));
        try {
            client.start();
        } catch (Exception e) {
            throw new IllegalStateException("the HTTP client of " + owner + " does not start", e);
        }
        // added by the start: answers reach the caller as they are
        client.getProtocolHandlers().clear();
        client.getContentDecoderFactories().clear();
    }

    /** Few threads and little memory. */
    static HttpClientTransportOverHTTP transport(String owner, SslContextFactory.Client tls) {
        var threads = new QueuedThreadPool(MAX_THREADS, 1, IDLE_MILLIS);
        threads.setName("http-" + owner);
        threads.setDaemon(true);
        threads.setReservedThreads(0);
        var connector = new ClientConnector();
        connector.setSelectors(1);
        connector.setExecutor(threads);
        connector.setScheduler(new ScheduledExecutorScheduler("http-" + owner + "-timer", true));
        connector.setByteBufferPool(new ArrayByteBufferPool(-1, -1, -1, -1, MAX_POOLED_BYTES, MAX_POOLED_BYTES));
        connector.setSslContextFactory(tls);
        return new HttpClientTransportOverHTTP(connector);
    }

    HttpReply send(HttpCall call, Deadline deadline) throws IOException, InterruptedException {
        if (call.body().length > MAX_BODY) {
            throw failures.tooLargeToSend(call, MAX_BODY);
        }
        var request = request(call);
        var answer = new Answer(MAX_ANSWER);
        // the connection's own bound is for one that waits in the pool
        request.idleTimeout(deadline.leftMillis() + CONNECT_MILLIS, TimeUnit.MILLISECONDS);
        request.onRequestHeaders(sent -> answer.sending());
        request.send(answer);
        try {
            return answer.future().get(deadline.leftMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            var ignored = request.abort(e);
            throw failures.of(call, e, answer.mayBeSent());
        } catch (ExecutionException e) {
            throw failures.of(call, e.getCause() == null ? e : e.getCause(), answer.mayBeSent());
        } catch (InterruptedException e) {
            var ignored = request.abort(e);
            throw e;
        }
    }

    private Request request(HttpCall call) {
        var query = call.query().isEmpty() ? "" : "?" + call.query();
        var request = client.newRequest(URI.create(base + call.path() + query)).method(call.method());
        request.headers(headers -> identity.headers().forEach((name, value) -> headers.put(name, value.reveal())));
        if (!call.contentType().isEmpty()) {
            request.body(new BytesRequestContent(call.contentType(), call.body()));
        }
        return request;
    }

    void close() {
        try {
            client.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the HTTP client does not stop", e);
        }
    }
}
