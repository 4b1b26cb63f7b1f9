package smartproxy.core.http;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import org.eclipse.jetty.client.ContentSourceRequestContent;
import org.eclipse.jetty.client.HttpResponseException;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.proxy.ProxyHandler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.Backend.Passage;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.Operation;
import smartproxy.core.api.ProxyException;
import smartproxy.core.api.Relay;
import smartproxy.core.client.Clients;
import smartproxy.core.tls.CertificateMemo;

/** Passes requests on to one server and its answers back, both in streams; Jetty does the streaming. */
final class RelayHandler extends ProxyHandler {
    private static final Logger LOG = LoggerFactory.getLogger(RelayHandler.class);
    private static final int THREADS = 16;
    private static final int CONNECTIONS = 512;

    /** Shorter than servers keep a connection open, so that seldom one is used just as they close it. */
    private static final int IDLE_MILLIS = 10_000;

    private static final Operation READ = Operation.repeatable("relay");
    private static final Operation CHANGE = Operation.once("relay");

    private final Relay relay;
    private final BodyBudget memory;
    private final BodyBudget disk;
    private final Duration longestBody;
    private final URI server;
    private final HttpURI serverUri;
    private final CertificateMemo<HttpField> certificates;

    /** @throws smartproxy.core.api.StartException when a file of the identity cannot be used */
    RelayHandler(Relay relay, BodyBudget memory, BodyBudget disk) throws Exception {
        this(relay, memory, disk, WholeBody.LONGEST);
    }

    /** @param longestBody that a body which is collected may take to arrive */
    RelayHandler(Relay relay, BodyBudget memory, BodyBudget disk, Duration longestBody) throws Exception {
        this.relay = relay;
        this.memory = memory;
        this.disk = disk;
        this.longestBody = longestBody;
        this.server = relay.upstream().base();
        this.certificates = new CertificateMemo<>(certificate ->
                RelayHeaders.certificate(relay.certificateHeader().orElseThrow(), certificate));
        this.serverUri = HttpURI.from(server.getScheme(), server.getHost(), server.getPort(), null);
        setHttpClient(Clients.start(relay.backend().name(), relay.upstream(), THREADS, CONNECTIONS, IDLE_MILLIS));
        getHttpClient().setDefaultRequestContentType(null); // what the client does not say is not for us to make up
        setViaHost("smart-proxy");
    }

    /**
     * Answers the request, now or later.
     *
     * @param in counts bytes to the server
     * @param out counts bytes to the client
     */
    void pass(Exchange exchange, LongAdder in, LongAdder out) {
        var target = RelayTarget.of(exchange.request().getHttpURI().getPathQuery(), relay.rewrite());
        if (!relay.methods().contains(exchange.request().getMethod())) {
            exchange.answer(Answer.notFound());
            return;
        }
        relay.gate().ifPresent(Relay.Gate::check);
        exchange.request().addIdleTimeoutListener(timeout -> false); // the relay has bounds of its own
        if (relay.whole().isEmpty() || !exchange.mayHaveBody()) {
            send(new Passed(exchange, target, null, out));
            return;
        }
        var body = new WholeBody[1];
        body[0] = new WholeBody(exchange.request(), relay.whole().get(), memory, disk, longestBody, result -> {
            exchange.atEnd(body[0]::close);
            in.add(body[0].length());
            collected(new Passed(exchange, target, body[0], out), result);
        });
        body[0].start();
    }

    private void collected(Passed passed, WholeBody.Result result) {
        var exchange = passed.exchange;
        switch (result) {
            case WHOLE -> {
                if (exchange.bodyArrived()) {
                    send(passed);
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
        private final LongAdder out;
        private @Nullable Passage passage;
        private boolean again;
        private volatile boolean begun;

        Passed(Exchange exchange, String target, @Nullable WholeBody body, LongAdder out) {
            super(exchange.request());
            this.exchange = exchange;
            this.target = target;
            this.body = body;
            this.out = out;
            this.headers = RelayHeaders.of(exchange, relay, certificates);
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
        return serverUri;
    }

    @Override
    protected org.eclipse.jetty.client.Request newProxyToServerRequest(Request request, HttpURI uri) {
        var passed = (Passed) request;
        var made = getHttpClient()
                .newRequest(server)
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
                    passed.body.content(getHttpClient().getByteBufferPool()), type);
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
            request.begun = true;
            watch.begun();
        }

        @Override
        public void onHeaders(org.eclipse.jetty.client.Response from) {
            if (from.getStatus() < 200) {
                // such as another protocol, which was not asked for
                var unused = from.abort(new HttpResponseException("status " + from.getStatus(), from));
                return;
            }
            if (!request.exchange.beginRelayed(from.getStatus())) {
                var unused = from.abort(new IOException("it was answered already"));
                return;
            }
            if (request.passage != null) {
                request.passage.answered();
            }
            super.onBegin(from);
            super.onHeaders(from);
            var headers = response.getHeaders();
            for (var name : from.getHeaders().getCSV(HttpHeader.CONNECTION, false)) {
                headers.remove(name);
            }
            headers.remove(HttpHeader.SET_COOKIE);
            if (isOfUnknownLength(from)) {
                // else a client that asks for "Connection: close" took the connection's end for that of the body
                headers.put(HttpHeader.TRANSFER_ENCODING, "chunked");
            }
            request.exchange.headRelayed();
        }

        private boolean isOfUnknownLength(org.eclipse.jetty.client.Response from) {
            return !response.getHeaders().contains(HttpHeader.CONTENT_LENGTH)
                    && !request.getMethod().equals("HEAD")
                    && from.getStatus() != 204
                    && from.getStatus() != 304
                    && request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_1_1;
        }

        @Override
        public void onContent(org.eclipse.jetty.client.Response from, Content.Chunk chunk, Runnable demander) {
            watch.arrived();
            request.out.add(chunk.remaining());
            super.onContent(from, chunk, () -> {
                watch.waits();
                demander.run();
            });
        }

        @Override
        public void onSuccess(org.eclipse.jetty.client.Response from) {
            if (request.body != null) { // else the rest of it may be on its way still
                watch.answered();
            }
            super.onSuccess(from);
        }

        /** A whole answer counts, also where the server did not take the whole request. */
        @Override
        public void onComplete(Result result) {
            watch.end();
            super.onComplete(
                    result.getResponseFailure() == null
                            ? new Result(result.getRequest(), result.getResponse())
                            : result);
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
            if (!(failure instanceof org.eclipse.jetty.io.EofException)) { // that is the client's
                LOG.warn(
                        "{}: the answer to {} {} broke off: {}",
                        relay.backend().name(),
                        passed.getMethod(),
                        passed.getHttpURI().getPath(),
                        cause(failure).getMessage());
            }
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
        var cause = cause(failure);
        var timely = !(failure instanceof TimeoutException);
        if (timely && (request.begun || failure instanceof HttpResponseException)) {
            if (request.passage != null) {
                request.passage.answered();
            }
            return new BackendException(
                    Kind.REJECTED,
                    request.isSafe() ? Outcome.NOT_APPLIED : Outcome.UNKNOWN,
                    relay.backend().name() + ": relay: its answer is none that can be passed on: " + cause.getMessage(),
                    failure);
        }
        return Optional.ofNullable(request.passage)
                .map(passage -> passage.failed(cause))
                .orElseGet(() -> BackendException.rejected(relay.backend().name() + ": " + cause));
    }

    /** In words for a person: those of the library tell of its own objects. */
    private static IOException cause(Throwable failure) {
        if (failure instanceof TimeoutException) {
            return new SocketTimeoutException("no answer in time");
        }
        if (failure instanceof EOFException) {
            return withCause(new EOFException("it closed the connection too early"), failure);
        }
        // the library's parser asserts, where that is on
        if (failure instanceof HttpResponseException || failure instanceof AssertionError) {
            return withCause(new IOException("it is not HTTP as it should be"), failure);
        }
        return failure instanceof IOException io ? io : new IOException(failure);
    }

    private static IOException withCause(IOException said, Throwable cause) {
        said.initCause(cause);
        return said;
    }
}
