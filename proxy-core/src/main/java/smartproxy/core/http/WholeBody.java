package smartproxy.core.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.Relay.Spool;

/**
 * Collects a request body, in memory while it is small and in a file without a name when it is large, without holding a thread
 * or anything of the server behind while it arrives.
 */
final class WholeBody implements Runnable, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WholeBody.class);
    private static final int IN_MEMORY = 4 << 20;

    /** A body that takes longer to arrive is given up. */
    static final Duration LONGEST = Duration.ofMinutes(10);

    /** What became of the body. */
    enum Result {
        WHOLE,
        TOO_SLOW,
        /** The spool directory is at its bound, or full. */
        NO_ROOM,
        /** The client broke off or sent nonsense. */
        BROKEN
    }

    private final Request request;
    private final Spool spool;
    private final BodyBudget memory;
    private final BodyBudget disk;
    private final Duration longest;
    private final Consumer<Result> then;
    private final AtomicBoolean ended = new AtomicBoolean();
    private ByteArrayOutputStream small = new ByteArrayOutputStream();
    private Scheduler.@Nullable Task timeout;
    private @Nullable SeekableByteChannel file;
    private long length;
    private long inMemory;
    private long onDisk;
    private boolean closed;

    /**
     * @param longest it may take to arrive
     * @param then called once, on any thread
     */
    WholeBody(
            Request request, Spool spool, BodyBudget memory, BodyBudget disk, Duration longest, Consumer<Result> then) {
        this.request = request;
        this.spool = spool;
        this.memory = memory;
        this.disk = disk;
        this.longest = longest;
        this.then = then;
    }

    void start() {
        if (request.getLength() > spool.bytes()) {
            end(Result.NO_ROOM);
            return;
        }
        timeout = request.getComponents()
                .getScheduler()
                .schedule(() -> end(Result.TOO_SLOW), longest.toMillis(), TimeUnit.MILLISECONDS);
        run();
    }

    @Override
    public void run() {
        while (!ended.get()) {
            var chunk = request.read();
            if (chunk == null) {
                request.demand(this);
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                end(Result.BROKEN);
                return;
            }
            var last = chunk.isLast();
            var kept = keep(chunk);
            chunk.release();
            if (!kept) {
                end(Result.NO_ROOM);
            } else if (last) {
                end(Result.WHOLE);
            }
        }
    }

    private synchronized boolean keep(Content.Chunk chunk) {
        var bytes = chunk.getByteBuffer();
        var size = bytes.remaining();
        length += size;
        if (closed) {
            return true;
        }
        if (file == null && length <= IN_MEMORY && memory.take(size)) {
            inMemory += size;
            var part = new byte[size];
            bytes.get(part);
            small.writeBytes(part);
            return true;
        }
        try {
            return spill(bytes);
        } catch (IOException e) {
            LOG.error("The spool directory {} takes no body: {}", spool.directory(), String.valueOf(e));
            return false;
        }
    }

    private boolean spill(ByteBuffer bytes) throws IOException {
        if (file == null) {
            if (!disk.take(small.size())) {
                return false;
            }
            onDisk = small.size();
            file = nameless();
            write(file, ByteBuffer.wrap(small.toByteArray()));
            small = new ByteArrayOutputStream(0); // reset would keep what the budget is given back
            memory.giveBack(inMemory);
            inMemory = 0;
        }
        if (!disk.take(bytes.remaining())) {
            return false;
        }
        onDisk += bytes.remaining();
        write(file, bytes);
        return true;
    }

    /** A file that is gone with the process, however that ends. */
    private SeekableByteChannel nameless() throws IOException {
        Files.createDirectories(spool.directory());
        var path = Files.createTempFile(spool.directory(), "body", "");
        var channel = Files.newByteChannel(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        Files.delete(path);
        return channel;
    }

    private static void write(SeekableByteChannel file, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
    }

    private void end(Result result) {
        if (ended.compareAndSet(false, true)) {
            if (timeout != null) {
                timeout.cancel(); // it holds this body
            }
            then.accept(result);
        }
    }

    /** Bytes of the body. */
    long length() {
        return length;
    }

    /** The body, from its begin. */
    synchronized Content.Source content(ByteBufferPool pool) {
        if (file == null) {
            return Content.Source.from(ByteBuffer.wrap(small.toByteArray()));
        }
        try {
            file.position(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Content.Source.from(new ByteBufferPool.Sized(pool), file, 0, length);
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        memory.giveBack(inMemory);
        disk.giveBack(onDisk);
        small = new ByteArrayOutputStream(0); // reset would keep what the budget is given back
        if (file != null) {
            try {
                file.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
