package smartproxy.core.http;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.client.ContentSourceRequestContent;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.proxy.ProxyHandler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.Backend.Passage;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.Operation;
import smartproxy.core.api.ProxyException;
import smartproxy.core.api.Relay;
import smartproxy.core.client.Clients;

/** Passes requests on to one server and its answers back, both in streams; Jetty does the streaming. */
final class RelayHandler extends ProxyHandler {
    private static final int THREADS = 16;
    private static final int CONNECTIONS = 512;

    /** Shorter than servers keep a connection open, so that seldom one is used just as they close it. */
    private static final int IDLE_MILLIS = 10_000;

    private static final Operation READ = Operation.repeatable("relay");
    private static final Operation CHANGE = Operation.once("relay");

    private final Relay relay;
    private final BodyBudget memory;
    private final BodyBudget disk;

    /** @throws smartproxy.core.api.StartException when a file of the identity cannot be used */
    RelayHandler(Relay relay, BodyBudget memory, BodyBudget disk) throws Exception {
        this.relay = relay;
        this.memory = memory;
        this.disk = disk;
        setHttpClient(Clients.start(relay.backend().name(), relay.upstream(), THREADS, CONNECTIONS, IDLE_MILLIS));
        setViaHost("smart-proxy");
    }

    /** Answers the request, now or later. */
    void pass(Exchange exchange) {
        var target = RelayTarget.of(exchange.request().getHttpURI().getPathQuery(), relay.rewrite());
        if (!relay.methods().contains(exchange.request().getMethod())) {
            exchange.answer(Answer.notFound());
            return;
        }
        relay.gate().ifPresent(Relay.Gate::check);
        exchange.request().addIdleTimeoutListener(timeout -> false); // the relay has bounds of its own
        if (relay.whole().isEmpty() || !exchange.mayHaveBody()) {
            send(new Passed(exchange, target, null));
            return;
        }
        var body = new WholeBody[1];
        body[0] = new WholeBody(exchange.request(), relay.whole().get(), memory, disk, result -> {
            exchange.atEnd(body[0]::close);
            collected(exchange, target, body[0], result);
        });
        body[0].start();
    }

    private void collected(Exchange exchange, String target, WholeBody body, WholeBody.Result result) {
        switch (result) {
            case WHOLE -> {
                if (exchange.bodyArrived()) {
                    send(new Passed(exchange, target, body));
                } else {
                    exchange.answer(smartproxy.core.http.ProxyHandler.GIVEN_UP);
                }
            }
            case TOO_SLOW ->
                exchange.answer(Answer.protocolError(408, "The body did not arrive in time")
                        .with("Connection", "close"));
            case NO_ROOM ->
                exchange.answer(
                        Answer.protocolError(507, "There is no room for the body; see the gateway's spool settings"));
            case BROKEN -> {
                exchange.bodyWasRead();
                exchange.answer(
                        Answer.protocolError(400, "The body could not be read").with("Connection", "close"));
            }
        }
    }

    private void send(Passed request) {
        var exchange = request.exchange;
        try {
            request.passage = relay.backend().begin(request.isSafe() ? READ : CHANGE);
        } catch (ProxyException e) {
            exchange.answer(Answer.of(e));
            return;
        }
        exchange.atEnd(request.passage::close);
        handle(request, exchange.response(), exchange.callback());
    }

    /** The client's request as the server is to see it. */
    private final class Passed extends Request.Wrapper {
        private final Exchange exchange;
        private final String target;
        private final @Nullable WholeBody body;
        private final HttpFields headers;
        private @Nullable Passage passage;
        private boolean again;

        Passed(Exchange exchange, String target, @Nullable WholeBody body) {
            super(exchange.request());
            this.exchange = exchange;
            this.target = target;
            this.body = body;
            this.headers = RelayHeaders.of(exchange, relay);
        }

        @Override
        public HttpFields getHeaders() {
            if (body == null) {
                return headers;
            }
            return HttpFields.build(headers)
                    .remove(HttpHeader.TRANSFER_ENCODING)
                    .put(HttpHeader.CONTENT_LENGTH, body.length());
        }

        @Override
        public long getLength() {
            return body == null ? super.getLength() : body.length();
        }

        boolean isSafe() {
            return getMethod().equals("GET") || getMethod().equals("HEAD");
        }
    }

    @Override
    protected HttpURI rewriteHttpURI(Request request) {
        var base = relay.upstream().base();
        return HttpURI.build()
                .scheme(base.getScheme())
                .host(base.getHost())
                .port(base.getPort())
                .asImmutable();
    }

    @Override
    protected org.eclipse.jetty.client.Request newProxyToServerRequest(Request request, HttpURI uri) {
        var passed = (Passed) request;
        var made = getHttpClient()
                .newRequest(uri.toURI())
                .path(passed.target)
                .method(passed.getMethod())
                .idleTimeout(firstByte(passed).plus(relay.times().idle()).toMillis(), TimeUnit.MILLISECONDS);
        made.headers(headers -> headers.remove(HttpHeader.USER_AGENT)); // of the library; that of the client follows
        relay.times()
                .total()
                .ifPresent(total -> made.timeout(total.plus(forBody(passed)).toMillis(), TimeUnit.MILLISECONDS));
        return made;
    }

    private Duration firstByte(Passed request) {
        return relay.times().firstByte().plus(forBody(request));
    }

    /** A large body takes its time to be taken. */
    private static Duration forBody(Passed request) {
        return request.body == null ? Duration.ZERO : Duration.ofSeconds(request.body.length() >> 20);
    }

    /** Said in the header already, in the way Pulp understands. */
    @Override
    protected void addForwardedHeader(Request request, org.eclipse.jetty.client.Request passed) {}

    @Override
    protected org.eclipse.jetty.client.Request.Content newProxyToServerRequestContent(
            Request request, Response response, org.eclipse.jetty.client.Request made) {
        if (request instanceof Passed passed && passed.body != null) {
            var type = passed.getHeaders().get(HttpHeader.CONTENT_TYPE);
            return new ContentSourceRequestContent(
                    passed.body.content(getHttpClient().getByteBufferPool()), type == null ? "" : type);
        }
        return super.newProxyToServerRequestContent(request, response, made);
    }

    @Override
    protected org.eclipse.jetty.client.Response.CompleteListener newServerToProxyResponseListener(
            Request request, org.eclipse.jetty.client.Request made, Response response, Callback callback) {
        return new Answering((Passed) request, made, response, callback);
    }

    /** The way back, watched: the server may be silent for a time, and the client slow. */
    private final class Answering extends ProxyResponseListener {
        private final Passed request;
        private final Response response;
        private final RelayWatch watch;

        Answering(Passed request, org.eclipse.jetty.client.Request made, Response response, Callback callback) {
            super(request, made, response, callback);
            this.request = request;
            this.response = response;
            this.watch = new RelayWatch(
                    getHttpClient().getScheduler(),
                    firstByte(this.request),
                    relay.times().idle(),
                    () -> {
                        var unused = made.abort(new TimeoutException("no byte in time"));
                    });
            watch.start();
        }

        @Override
        public void onBegin(org.eclipse.jetty.client.Response from) {
            if (!request.exchange.beginRelayed(from.getStatus())) {
                var unused = from.abort(new IOException("it was answered already"));
                return;
            }
            if (request.passage != null) {
                request.passage.answered();
            }
            watch.begun();
            super.onBegin(from);
        }

        @Override
        public void onHeaders(org.eclipse.jetty.client.Response from) {
            super.onHeaders(from);
            var headers = response.getHeaders();
            for (var name : from.getHeaders().getCSV(HttpHeader.CONNECTION, false)) {
                headers.remove(name);
            }
            headers.remove(HttpHeader.SET_COOKIE);
            request.exchange.headRelayed();
        }

        @Override
        public void onContent(org.eclipse.jetty.client.Response from, Content.Chunk chunk, Runnable demander) {
            watch.arrived();
            super.onContent(from, chunk, () -> {
                watch.waits();
                demander.run();
            });
        }

        @Override
        public void onComplete(org.eclipse.jetty.client.Result result) {
            watch.end();
            super.onComplete(result);
        }
    }

    @Override
    protected void onServerToProxyResponseFailure(
            Request request,
            org.eclipse.jetty.client.Request made,
            org.eclipse.jetty.client.@Nullable Response from,
            Response response,
            Callback callback,
            Throwable failure) {
        var passed = (Passed) request;
        if (passed.exchange.isAnswered()) {
            passed.exchange.breakOff(failure);
            return;
        }
        if (!passed.again && passed.isSafe() && passed.getLength() <= 0 && isStale(failure)) {
            passed.again = true;
            handle(passed, response, callback);
            return;
        }
        passed.exchange.answer(Answer.of(failed(passed, failure)));
    }

    /** A kept connection that the server closed just when it was used. */
    private static boolean isStale(Throwable failure) {
        return failure instanceof EOFException || failure instanceof ClosedChannelException;
    }

    private BackendException failed(Passed request, Throwable failure) {
        IOException cause;
        if (failure instanceof TimeoutException) {
            cause = new SocketTimeoutException("no answer in time");
        } else if (failure instanceof IOException io) {
            cause = io;
        } else {
            cause = new IOException(failure);
        }
        return Optional.ofNullable(request.passage)
                .map(passage -> passage.failed(cause))
                .orElseGet(() -> BackendException.rejected(relay.backend().name() + ": " + cause));
    }
}
