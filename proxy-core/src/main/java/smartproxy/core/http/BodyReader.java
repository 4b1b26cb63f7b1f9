package smartproxy.core.http;

import java.io.ByteArrayOutputStream;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/** Collects a request body without holding a thread while it arrives; size, time and the sum of all bodies are bounded. */
final class BodyReader implements Runnable {
    /** What became of the body. */
    sealed interface Result {
        record Whole(byte[] body) implements Result {}

        record TooLarge() implements Result {}

        record TooSlow() implements Result {}

        /** The sum of all bodies is at its bound. */
        record NoRoom() implements Result {}

        /** The client broke off or sent nonsense. */
        record Broken(Throwable cause) implements Result {}
    }

    private final Request request;
    private final int maxBytes;
    private final BodyBudget budget;
    private final Consumer<Result> then;
    private final AtomicBoolean ended = new AtomicBoolean();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private long timeoutMillis;
    private Scheduler.@Nullable Task timeout;

    BodyReader(Request request, int maxBytes, BodyBudget budget, Consumer<Result> then) {
        this.request = request;
        this.maxBytes = maxBytes;
        this.budget = budget;
        this.then = then;
    }

    /** Begins; {@code then} is called once, on any thread. */
    void start(long timeoutMillis) {
        if (request.getLength() > maxBytes) {
            end(new Result.TooLarge());
            return;
        }
        this.timeoutMillis = timeoutMillis;
        run();
    }

    @Override
    public void run() {
        while (!ended.get()) {
            var chunk = request.read();
            if (chunk == null) {
                awaitMore();
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                end(new Result.Broken(chunk.getFailure()));
                return;
            }
            take(chunk);
        }
    }

    /** Only what is not there yet needs a timer: most bodies come with their head. */
    private void awaitMore() {
        if (timeout == null) {
            timeout = request.getComponents()
                    .getScheduler()
                    .schedule(() -> end(new Result.TooSlow()), timeoutMillis, TimeUnit.MILLISECONDS);
        }
        request.demand(this);
    }

    private void take(Content.Chunk chunk) {
        var size = chunk.remaining();
        var last = chunk.isLast();
        if (body.size() + size > maxBytes) {
            chunk.release();
            end(new Result.TooLarge());
            return;
        }
        if (!budget.take(size)) {
            chunk.release();
            end(new Result.NoRoom());
            return;
        }
        body.writeBytes(BufferUtil.toArray(chunk.getByteBuffer()));
        chunk.release();
        if (last) {
            end(new Result.Whole(body.toByteArray()));
        }
    }

    private void end(Result result) {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        if (timeout != null) {
            timeout.cancel();
        }
        try {
            then.accept(result);
        } finally {
            budget.giveBack(body.size());
        }
    }
}
