package smartproxy.core.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.ProxyException;
import smartproxy.core.api.RequestContext;
import smartproxy.core.health.Metrics;
import smartproxy.core.log.AccessLog;
import smartproxy.core.log.ErrorLog;
import smartproxy.core.log.RequestIds;

/**
 * The way of a request, from the parsed head to the answer:
 *
 * <pre>
 *  id, log, generation -> path -> query -> mount -> role -> body -> parameters -> JAX-RS resource
 *                         400     400      404      403     408,413  400
 *                                                    \-> file
 * </pre>
 */
public final class ProxyHandler extends Handler.Abstract {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyHandler.class);

    /** Kept of the deadline for the answer itself. */
    private static final long ANSWER_MILLIS = 500;

    /** Its connection made room for another; the client may still see this, or a closed connection. */
    static final Answer GIVEN_UP = Answer.protocolError(
                    503, "Too many connections, this one was given up; nothing was changed")
            .with("Retry-After", "1")
            .with("Connection", "close");

    private volatile Generation current;
    private final ConnectionBounds connections;
    private final AccessLog access;
    private final ErrorLog errors;
    private final Metrics metrics;
    private final FileAnswers fileAnswers = new FileAnswers(new FileTransfers());
    private final Set<Exchange> running = ConcurrentHashMap.newKeySet();
    private volatile boolean draining;

    public ProxyHandler(
            Generation first, ConnectionBounds connections, AccessLog access, ErrorLog errors, Metrics metrics) {
        this.current = first;
        this.connections = connections;
        this.access = access;
        this.errors = errors;
        this.metrics = metrics;
    }

    /** New requests go to the new generation; those that run end in the one they began with. */
    public synchronized void swap(Generation next) {
        var old = current;
        current = next;
        old.release();
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        if (!connections.requestStarted(request)) {
            Response.writeError(request, response, callback, HttpStatus.SERVICE_UNAVAILABLE_503);
            return true;
        }
        var generation = hold();
        var started = System.nanoTime();
        var given = request.getHeaders().get("X-Request-Id");
        var ids = RequestIds.of(
                given == null ? request.getHeaders().get("Correlation-ID") : given,
                request.getHeaders().get("X-Session-Id"));
        var settings = generation.settings();
        var done = new Completion(request, callback, generation, started, ids);
        var exchange = new Exchange(
                request,
                response,
                done,
                connections,
                ids.request(),
                Peers.of(request),
                Deadline.in(settings.deadline()
                        .minusMillis(Math.min(ANSWER_MILLIS, settings.deadline().toMillis() / 4))),
                "foreman-proxy/" + settings.reportedVersion());
        done.exchange = exchange;
        running.add(exchange);
        if (exchange.mayHaveBody()) {
            connections.clientAwaited(request);
        }
        inContext(ids, exchange, () -> {
            access.started(
                    request.getMethod(),
                    request.getHttpURI().getPath(),
                    request.getHttpURI().getQuery());
            route(exchange, generation, ids);
        });
        return true;
    }

    private Generation hold() {
        while (true) {
            var generation = current;
            if (generation.hold()) {
                return generation;
            }
        }
    }

    private void route(Exchange exchange, Generation generation, RequestIds ids) {
        var request = exchange.request();
        var method = request.getMethod();
        if (method.equals("OPTIONS") && "*".equals(request.getHttpURI().getPathQuery())) {
            exchange.answer(new Answer(200, Answer.HTML, new byte[0], Map.of("Allow", "GET,HEAD,POST,OPTIONS")));
            return;
        }
        if ((method.equals("POST") || method.equals("PUT")) && request.getLength() < 0 && !isChunked(request)) {
            exchange.answer(Answer.protocolError(411, "Length Required"));
            return;
        }
        var path = RequestPath.parse(String.valueOf(request.getHttpURI().getPathQuery()));
        var hit = generation
                .routes(
                        exchange.peer().secure(),
                        Listeners.servedBy(request.getConnectionMetaData().getConnector()))
                .find(path);
        if (hit.isEmpty() || hit.get().mount().relay() == null) {
            // before anything else is said, as the reference has it; what is passed on is for the server behind to
            // judge
            FormParser.check(path.query(), bounds(generation));
        }
        if (hit.isEmpty()) {
            exchange.answer(Answer.notFound());
            return;
        }
        ((Completion) exchange.callback()).mount = hit.get().mount().path();
        var role = hit.get().mount().role();
        if (role != null) {
            var refusal = generation
                    .authorizer()
                    .refusal(role, exchange.peer(), hit.get().path(), exchange.deadline());
            if (refusal.isPresent()) {
                errors.log(refusal.get(), null);
                exchange.answer(Answer.error(403, refusal.get()));
                return;
            }
        }
        if (method.equals("OPTIONS") || method.equals("TRACE") || method.equals("CONNECT")) {
            exchange.answer(Answer.notFound());
            return;
        }
        var relay = hit.get().mount().relay();
        if (relay != null) {
            var mount = hit.get().mount().path();
            generation
                    .relays()
                    .of(relay, getServer())
                    .pass(exchange, metrics.relayedBytes(mount, "in"), metrics.relayedBytes(mount, "out"));
            return;
        }
        var files = hit.get().mount().files();
        if (files == null) {
            read(exchange, generation, hit.get(), path, ids);
        } else if (method.equals("GET") || method.equals("HEAD")) {
            fileAnswers.serve(exchange, files, hit.get().path(), step -> inContext(ids, exchange, step));
        } else {
            exchange.answer(Answer.notFound());
        }
    }

    private void read(Exchange exchange, Generation generation, Routes.Hit hit, RequestPath path, RequestIds ids) {
        var request = exchange.request();
        var withoutBody = !exchange.mayHaveBody()
                || request.getMethod().equals("GET")
                || request.getMethod().equals("HEAD");
        if (withoutBody) {
            serve(exchange, generation, hit, path, new byte[0]);
            return;
        }
        var settings = generation.settings();
        var timeout =
                Math.min(settings.bodyTimeout().toMillis(), exchange.deadline().leftMillis());
        var most = generation.maxBodyBytes(hit.mount().role());
        new BodyReader(
                        request,
                        most,
                        generation.bodies(hit.mount().role()),
                        result -> inContext(ids, exchange, () -> {
                            if (result instanceof BodyReader.Result.Whole whole) {
                                exchange.bodyWasRead();
                                if (!connections.clientDone(request)) {
                                    exchange.answer(GIVEN_UP);
                                    return;
                                }
                                serve(exchange, generation, hit, path, whole.body());
                            } else {
                                exchange.answer(bodyError(exchange, result, most));
                            }
                        }))
                .start(timeout);
    }

    private Answer bodyError(Exchange exchange, BodyReader.Result result, int most) {
        if (result instanceof BodyReader.Result.TooLarge) {
            return Answer.protocolError(
                    413, "The body is larger than " + most + " bytes, see :max_body_size: in settings.yml");
        }
        if (result instanceof BodyReader.Result.NoRoom) {
            return Answer.protocolError(503, "Too many large bodies at once").with("Retry-After", "1");
        }
        exchange.bodyWasRead();
        return result instanceof BodyReader.Result.TooSlow
                ? Answer.protocolError(408, "The body did not arrive in time").with("Connection", "close")
                : Answer.protocolError(400, "The body could not be read").with("Connection", "close");
    }

    private void serve(Exchange exchange, Generation generation, Routes.Hit hit, RequestPath path, byte[] body) {
        var bounds = bounds(generation);
        var type = exchange.header("Content-Type");
        var parameters = FormParser.parse(path.query(), type, body, bounds);
        var method = exchange.request().getMethod();
        if (hit.mount().methodOverride()) {
            method = MethodOverride.of(
                    method, FormParser.parse("", type, body, bounds), exchange.header("X-HTTP-Method-Override"));
        }
        generation
                .resources()
                .serve(
                        exchange,
                        hit,
                        method,
                        new RequestContext(exchange.id(), exchange.deadline(), parameters, body, this::isDraining));
    }

    private static FormParser.Bounds bounds(Generation generation) {
        var settings = generation.settings();
        return new FormParser.Bounds(settings.maxParameters(), settings.maxNesting());
    }

    /** Runs a step of a request with its ids in the log, and answers whatever it throws. */
    private void inContext(RequestIds ids, Exchange exchange, Runnable step) {
        try (var scope = ids.enter(exchange.peer().address().getHostAddress())) {
            step.run();
        } catch (BadParametersException e) {
            errors.log(e.getMessage(), null);
            exchange.answer(new Answer(400, Answer.HTML, e.page().getBytes(StandardCharsets.UTF_8), Map.of()));
        } catch (ProxyException e) {
            errors.log(String.valueOf(e.getMessage()), e);
            exchange.answer(Answer.of(e));
        } catch (RuntimeException | Error e) {
            LOG.error("Error processing request '{}'", ids.request(), e);
            exchange.answer(Answer.internalError(ids.request()));
        }
    }

    private static boolean isChunked(Request request) {
        return request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING);
    }

    /** Requests that have no answer yet. */
    public int running() {
        return running.size();
    }

    /** Whether the daemon is about to end. */
    public boolean isDraining() {
        return draining;
    }

    /**
     * Waits until the running requests have ended. Those that have no answer by the deadline are answered 503, answers on
     * their way are broken off.
     *
     * @return how many had not ended
     */
    public Cut drain(Deadline deadline) throws InterruptedException {
        draining = true;
        while (!running.isEmpty() && !deadline.expired()) {
            TimeUnit.MILLISECONDS.sleep(Math.min(20, Math.max(1, deadline.leftMillis())));
        }
        var unanswered = 0;
        var answering = 0;
        for (var exchange : running) {
            if (exchange.isAnswered()) {
                answering++;
                exchange.breakOff(new IOException("the daemon ends"));
            } else {
                unanswered++;
                exchange.bodyWasRead();
                exchange.answer(
                        Answer.protocolError(503, "The proxy is stopping; whether the request took effect is unknown")
                                .with("Retry-After", "10")
                                .with("Connection", "close"));
            }
        }
        return new Cut(unanswered, answering);
    }

    /**
     * Requests that the end of the daemon cuts off.
     *
     * @param unanswered were answered 503
     * @param answering had an answer on its way, such as a download
     */
    public record Cut(int unanswered, int answering) {}

    /** Ends the bookkeeping of a request when its answer has left. */
    private final class Completion implements Callback {
        private final Request request;
        private final Callback callback;
        private final Generation generation;
        private final long started;
        private final RequestIds ids;
        private final AtomicBoolean ended = new AtomicBoolean();
        private volatile String mount = "none";

        @SuppressWarnings("NullAway.Init") // set right after construction, before any answer
        private Exchange exchange;

        Completion(Request request, Callback callback, Generation generation, long started, RequestIds ids) {
            this.request = request;
            this.callback = callback;
            this.generation = generation;
            this.started = started;
            this.ids = ids;
        }

        @Override
        public void succeeded() {
            if (ended.compareAndSet(false, true)) {
                end(false);
                callback.succeeded();
            }
        }

        @Override
        public void failed(Throwable cause) {
            LOG.debug("The answer did not leave whole", cause);
            // one that is broken off may fail once more, where it was written
            if (ended.compareAndSet(false, true)) {
                end(true);
                callback.failed(cause);
            }
        }

        private void end(boolean broken) {
            var nanos = System.nanoTime() - started;
            running.remove(exchange);
            try (var scope = ids.enter(exchange.peer().address().getHostAddress())) {
                var path = request.getHttpURI().getPath();
                if (broken) {
                    access.brokenOff(request.getMethod(), path, exchange.status(), nanos);
                } else {
                    access.finished(request.getMethod(), path, exchange.status(), nanos);
                }
            }
            metrics.requestFinished(mount, request.getMethod(), exchange.status(), nanos);
            connections.requestEnded(request);
            exchange.ended();
            generation.release();
        }
    }
}
