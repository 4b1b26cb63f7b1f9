package smartproxy.core.http;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.Deadline;
import smartproxy.core.auth.Authorizer.Peer;

/** A request on its way and the one answer it gets. */
final class Exchange {
    /** Has neither a body nor what describes one. */
    private static final int NOT_MODIFIED = 304;

    private final Request request;
    private final Response response;
    private final Callback callback;
    private final ConnectionBounds connections;
    private final String id;
    private final Peer peer;
    private final Deadline deadline;
    private final String server;
    private final AtomicBoolean answered = new AtomicBoolean();
    private volatile boolean bodyRead;
    private volatile boolean streaming;
    private volatile int status;
    private final List<Runnable> atEnd = new ArrayList<>();
    private boolean ended;

    /** @param server value of the {@code Server} header */
    Exchange(
            Request request,
            Response response,
            Callback callback,
            ConnectionBounds connections,
            String id,
            Peer peer,
            Deadline deadline,
            String server) {
        this.request = request;
        this.response = response;
        this.callback = callback;
        this.connections = connections;
        this.id = id;
        this.peer = peer;
        this.deadline = deadline;
        this.server = server;
    }

    Request request() {
        return request;
    }

    Response response() {
        return response;
    }

    /** Has it done when the answer has left, or cannot leave; at once when that is over. */
    void atEnd(Runnable work) {
        synchronized (atEnd) {
            if (!ended) {
                atEnd.add(work);
                return;
            }
        }
        work.run();
    }

    /**
     * The whole body is here.
     *
     * @return false when its connection made room for another meanwhile
     */
    boolean bodyArrived() {
        bodyRead = true;
        return connections.clientDone(request);
    }

    /** The answer has left, or cannot leave. */
    void ended() {
        synchronized (atEnd) {
            ended = true;
        }
        atEnd.forEach(Runnable::run);
    }

    String id() {
        return id;
    }

    Peer peer() {
        return peer;
    }

    Deadline deadline() {
        return deadline;
    }

    @Nullable String header(String name) {
        return request.getHeaders().get(name);
    }

    Callback callback() {
        return callback;
    }

    /** The status that was answered; 0 before. */
    int status() {
        return status;
    }

    boolean isAnswered() {
        return answered.get();
    }

    /** Nothing of the body is left to drain. */
    void bodyWasRead() {
        bodyRead = true;
    }

    /** Sends the answer, head and body in one piece; only the first answer counts. */
    void answer(Answer answer) {
        if (answered.compareAndSet(false, true)) {
            send(guarded(typed(answer)));
        }
    }

    private void send(Answer answer) {
        head(answer);
        if (answer.status() != NOT_MODIFIED) {
            response.getHeaders().put(HttpHeader.CONTENT_LENGTH, answer.body().length);
        }
        connections.clientAwaited(request);
        var body = ByteBuffer.wrap(answer.body());
        if (isDrained()) {
            // The last write ends TLS, with native crypto in both directions: not before the client has sent all.
            response.write(false, body, Callback.from(this::drainAndEnd, callback::failed));
        } else {
            response.write(true, body, callback);
        }
    }

    private void drainAndEnd() {
        new Drain(request, Callback.from(this::lastWrite, callback::failed)).run();
    }

    private void lastWrite() {
        response.write(true, ByteBuffer.allocate(0), callback);
    }

    /**
     * Begins an answer whose length is not known: what {@link #write} is given is sent in chunks.
     *
     * @param start of the answer: its body is the first chunk
     * @throws IOException when there was an answer already, this may not be answered, or the client does not take it
     */
    void begin(Answer start) throws IOException {
        if (!answered.compareAndSet(false, true)) {
            throw new IOException("there was an answer already");
        }
        var fitting = guarded(typed(start));
        if (fitting.status() != start.status()) {
            send(fitting);
            throw new IOException("it may not be shown to the client");
        }
        head(fitting);
        streaming = true;
        write(fitting.body());
    }

    /**
     * Begins an answer whose body the caller writes, {@code length} bytes of it.
     *
     * @param start its body is not sent
     * @return false when there was an answer already, or this may not be shown to the client
     */
    boolean begin(Answer start, long length) {
        if (!answered.compareAndSet(false, true)) {
            return false;
        }
        var fitting = guarded(start);
        if (fitting.status() != start.status()) {
            send(fitting);
            return false;
        }
        head(fitting);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, length);
        streaming = true;
        return true;
    }

    /** Sends a part of an answer that was begun. */
    void write(boolean last, ByteBuffer part, Callback sent) {
        response.write(last, part, sent);
    }

    /**
     * Sends a chunk and waits until the client has taken it.
     *
     * @throws IOException when the client is gone, or has not taken it by the deadline
     */
    void write(byte[] chunk) throws IOException {
        connections.clientAwaited(request);
        var done = new CompletableFuture<Void>();
        response.write(
                false, ByteBuffer.wrap(chunk), Callback.from(() -> done.complete(null), done::completeExceptionally));
        try {
            done.get(deadline.leftMillis(), TimeUnit.MILLISECONDS);
            connections.clientDone(request);
        } catch (TimeoutException e) {
            throw new SocketTimeoutException("the client takes its answer too slowly");
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }

    /** The answer that was begun is whole. */
    void end() {
        streaming = false;
        connections.clientAwaited(request);
        if (isDrained()) {
            drainAndEnd();
        } else {
            lastWrite();
        }
    }

    /**
     * Breaks off the answer that was begun, so that the client sees that it is not whole. Where the connection's end is that of
     * the body, as in HTTP/1.0, nothing but a reset tells: TLS says its farewell whenever it is closed.
     */
    void breakOff(Throwable cause) {
        if (streaming) {
            streaming = false;
            var endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
            var transport = endPoint instanceof SslConnection.SslEndPoint secure
                    ? secure.getSslConnection().getEndPoint()
                    : endPoint;
            if (transport instanceof SocketChannelEndPoint socket) {
                try {
                    socket.getChannel().setOption(StandardSocketOptions.SO_LINGER, 0);
                } catch (IOException e) {
                    cause.addSuppressed(e); // it is closed already
                }
            }
            transport.close(cause);
            callback.failed(cause);
        }
    }

    /**
     * Begins an answer that another server gives, and whose head and body are written past this.
     *
     * @return false when there was an answer already
     */
    boolean beginRelayed(int status) {
        if (!answered.compareAndSet(false, true)) {
            return false;
        }
        this.status = status;
        streaming = true;
        return true;
    }

    /** Puts into the head of such an answer what every one of ours has. */
    void headRelayed() {
        common(response.getHeaders());
    }

    private void common(HttpFields.Mutable headers) {
        headers.put("X-Content-Type-Options", "nosniff");
        headers.put(HttpHeader.SERVER, server);
        if (peer.secure()) {
            headers.put("Strict-Transport-Security", "max-age=31536000");
        }
    }

    private void head(Answer answer) {
        status = answer.status();
        response.setStatus(answer.status());
        var headers = response.getHeaders();
        answer.headers().forEach(headers::put);
        if (answer.contentType() != null) {
            headers.put(HttpHeader.CONTENT_TYPE, answer.contentType());
        }
        common(headers);
        if (Answer.HTML.equals(answer.contentType())) {
            headers.put("X-Xss-Protection", "1; mode=block");
            headers.put("X-Frame-Options", "SAMEORIGIN");
        }
        if (mustDrain()) {
            headers.put(HttpHeader.CONNECTION, "close");
        }
    }

    private boolean mustDrain() {
        return !bodyRead && mayHaveBody();
    }

    /** A client that waits to be asked for its body will not send it. */
    private boolean isDrained() {
        return mustDrain() && !request.getHeaders().contains(HttpHeader.EXPECT);
    }

    /** Whether the head announces a body. */
    boolean mayHaveBody() {
        return request.getLength() > 0 || request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING);
    }

    private Answer typed(Answer answer) {
        if (answer.contentType() != null || answer.status() == NOT_MODIFIED) {
            return answer;
        }
        var accept = request.getHeaders().getValuesList(HttpHeader.ACCEPT);
        var type =
                AcceptRule.admitsJson(accept.isEmpty() ? null : String.join(",", accept)) ? Answer.JSON : Answer.HTML;
        return new Answer(answer.status(), type, answer.body(), answer.headers());
    }

    /** JSON is not shown to pages of other sites. */
    private Answer guarded(Answer answer) {
        var foreign = Answer.JSON.equals(answer.contentType())
                && RefererGuard.isForeign(
                        header("Referer"), header("Origin"), header("Host"), header("X-Requested-With"));
        return foreign ? Answer.protocolError(403, "Forbidden") : answer;
    }
}
