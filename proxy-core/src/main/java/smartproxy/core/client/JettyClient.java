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
import smartproxy.core.api.Deadline;
import smartproxy.core.api.HttpCall;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.HttpReply;

/** One pool of connections to one server, as one identity. Its threads only move bytes: the caller waits on its own. */
final class JettyClient {
    private static final int MAX_CONNECTIONS = 64;
    private static final int MAX_THREADS = 16;
    /** Shorter than servers keep a connection open, so that seldom one is used just as they close it. */
    private static final int IDLE_MILLIS = 10_000;

    private final HttpIdentity identity;
    private final Failures failures;
    private final String base;
    private final HttpClient client;

    /** @param owner the provider, for errors and names of threads */
    JettyClient(String owner, HttpIdentity identity, ClientTls tls) {
        this.identity = identity;
        this.failures = new Failures(owner, identity, Duration.ofMillis(Clients.CONNECT_MILLIS));
        var text = identity.base().toString();
        this.base = text.endsWith("/") ? text : text + "/";
        this.client = Clients.start(owner, tls, MAX_THREADS, MAX_CONNECTIONS, IDLE_MILLIS);
    }

    HttpReply send(HttpCall call, Deadline deadline) throws IOException, InterruptedException {
        if (call.body().length > call.most()) {
            throw failures.tooLargeToSend(call);
        }
        var request = request(call);
        var answer = new Answer(call.most());
        // the connection's own bound is for one that waits in the pool
        request.idleTimeout(deadline.leftMillis() + Clients.CONNECT_MILLIS, TimeUnit.MILLISECONDS);
        request.onRequestHeaders(sent -> answer.sending());
        request.send(answer);
        try {
            var reply = answer.future().get(deadline.leftMillis(), TimeUnit.MILLISECONDS);
            failures.answered();
            return reply;
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
        request.headers(headers -> {
            call.headers().forEach(headers::put);
            identity.headers().forEach((name, value) -> headers.put(name, value.reveal()));
        });
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
