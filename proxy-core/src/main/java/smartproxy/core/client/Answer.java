package smartproxy.core.client;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import smartproxy.core.api.HttpReply;

/** Collects an answer up to a bound. */
final class Answer implements Response.Listener {
    /** The answer is larger than the bound. */
    static final class TooLarge extends Exception {
        private static final long serialVersionUID = 1L;

        TooLarge(int most) {
            super("its answer is larger than " + (most >> 10) + " KiB");
        }
    }

    private final int most;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final CompletableFuture<HttpReply> future = new CompletableFuture<>();
    private volatile boolean sending;

    Answer(int most) {
        this.most = most;
    }

    CompletableFuture<HttpReply> future() {
        return future;
    }

    /** From now on the server may get the request. */
    void sending() {
        sending = true;
    }

    boolean mayBeSent() {
        return sending;
    }

    @Override
    public void onContent(Response response, ByteBuffer content) {
        if (body.size() + content.remaining() > most) {
            var ignored = response.abort(new TooLarge(most));
            return;
        }
        var bytes = new byte[content.remaining()];
        content.get(bytes);
        body.writeBytes(bytes);
    }

    @Override
    public void onComplete(Result result) {
        var response = result.getResponse();
        if (result.isFailed()) {
            future.completeExceptionally(result.getFailure());
            return;
        }
        var headers = new HashMap<String, String>();
        for (var field : response.getHeaders()) {
            headers.putIfAbsent(field.getName().toLowerCase(Locale.ROOT), String.valueOf(field.getValue()));
        }
        future.complete(new HttpReply(response.getStatus(), headers, body.toByteArray()));
    }
}
