package smartproxy.core.http;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Callback;

/**
 * Reads and drops what a client still sends after its request was answered, within bounds, before the connection is closed:
 * closing at once would reset it and the client might never see the answer.
 */
final class Drain implements Runnable {
    private static final long MAX_BYTES = 64L << 20;
    private static final long MAX_SECONDS = 10;

    private final Request request;
    private final Callback callback;
    private final AtomicBoolean ended = new AtomicBoolean();
    private long bytes;
    private boolean scheduled;

    Drain(Request request, Callback callback) {
        this.request = request;
        this.callback = callback;
    }

    @Override
    public void run() {
        if (!scheduled) {
            scheduled = true;
            var unused = request.getComponents().getScheduler().schedule(this::end, MAX_SECONDS, TimeUnit.SECONDS);
        }
        while (!ended.get()) {
            var chunk = request.read();
            if (chunk == null) {
                request.demand(this);
                return;
            }
            bytes += chunk.remaining();
            var over = chunk.isLast() || org.eclipse.jetty.io.Content.Chunk.isFailure(chunk) || bytes > MAX_BYTES;
            chunk.release();
            if (over) {
                end();
            }
        }
    }

    private void end() {
        if (ended.compareAndSet(false, true)) {
            callback.succeeded();
        }
    }
}
