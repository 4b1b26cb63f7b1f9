package smartproxy.core.http;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.Deadline;
import smartproxy.core.auth.Authorizer.Peer;

/** A request on its way and the one answer it gets. */
final class Exchange {
    private final Request request;
    private final Response response;
    private final Callback callback;
    private final String id;
    private final Peer peer;
    private final Deadline deadline;
    private final String server;
    private final AtomicBoolean answered = new AtomicBoolean();
    private volatile boolean bodyRead;
    private volatile int status;

    /** @param server value of the {@code Server} header */
    Exchange(
            Request request,
            Response response,
            Callback callback,
            String id,
            Peer peer,
            Deadline deadline,
            String server) {
        this.request = request;
        this.response = response;
        this.callback = callback;
        this.id = id;
        this.peer = peer;
        this.deadline = deadline;
        this.server = server;
    }

    Request request() {
        return request;
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
        if (!answered.compareAndSet(false, true)) {
            return;
        }
        var fitting = guarded(typed(answer));
        status = fitting.status();
        response.setStatus(fitting.status());
        var headers = response.getHeaders();
        fitting.headers().forEach(headers::put);
        headers.put(HttpHeader.CONTENT_TYPE, String.valueOf(fitting.contentType()));
        headers.put("X-Content-Type-Options", "nosniff");
        if (Answer.HTML.equals(fitting.contentType())) {
            headers.put("X-Xss-Protection", "1; mode=block");
            headers.put("X-Frame-Options", "SAMEORIGIN");
        }
        headers.put(HttpHeader.SERVER, server);
        if (peer.secure()) {
            headers.put("Strict-Transport-Security", "max-age=31536000");
        }
        headers.put(HttpHeader.CONTENT_LENGTH, fitting.body().length);
        send(fitting.body());
    }

    private void send(byte[] body) {
        var drain = !bodyRead && mayHaveBody();
        if (drain) {
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
        }
        var expectsContinue = request.getHeaders().contains(HttpHeader.EXPECT);
        response.write(
                true,
                ByteBuffer.wrap(body),
                drain && !expectsContinue
                        ? Callback.from(() -> new Drain(request, callback).run(), callback::failed)
                        : callback);
    }

    /** Whether the head announces a body. */
    boolean mayHaveBody() {
        return request.getLength() > 0 || request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING);
    }

    private Answer typed(Answer answer) {
        if (answer.contentType() != null) {
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
