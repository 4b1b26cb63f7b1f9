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
    private ByteArrayOutputStream body = new ByteArrayOutputStream();
    private long taken;
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
        var result = keep(chunk);
        chunk.release();
        if (result != null) {
            end(result);
        }
    }

    /** @return how it ends; null: it goes on, or has ended meanwhile */
    private synchronized @Nullable Result keep(Content.Chunk chunk) {
        var size = chunk.remaining();
        if (ended.get()) {
            return null;
        }
        if (body.size() + size > maxBytes) {
            return new Result.TooLarge();
        }
        if (!budget.take(size)) {
            return new Result.NoRoom();
        }
        taken += size;
        body.writeBytes(BufferUtil.toArray(chunk.getByteBuffer()));
        return chunk.isLast() ? new Result.Whole(body.toByteArray()) : null;
    }

    private void end(Result result) {
        synchronized (this) {
            if (!ended.compareAndSet(false, true)) {
                return;
            }
            body = new ByteArrayOutputStream(0); // what was kept is free now, however long the request still lasts
        }
        if (timeout != null) {
            timeout.cancel();
        }
        try {
            then.accept(result);
        } finally {
            budget.giveBack(taken);
        }
    }
}
