package smartproxy.core.http;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IteratingCallback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.FileSource.ServedFile;

/**
 * Sends a part of a file. On a plain connection the kernel does. For TLS a thread of {@link FileTransfers} reads what fits into
 * a buffer outside of the heap; none is held while the client takes it.
 */
final class FileTransfer extends IteratingCallback {
    static final int BUFFER = 64 << 10;

    /** After so much in one go, others have their turn. */
    private static final long TURN = 4 << 20;

    /** A client slower than this, on average after a start, is cut off. */
    private static final long LEAST_BYTES_PER_SECOND = 8 << 10;

    private static final long GRACE_SECONDS = 60;

    /** What is asked of clients; one that takes less is looked for every {@code grace}, also in the midst of a part. */
    record Pace(long leastBytesPerSecond, Duration grace) {
        static final Pace USUAL = new Pace(LEAST_BYTES_PER_SECOND, Duration.ofSeconds(GRACE_SECONDS));
    }

    private final FileTransfers threads;
    private final Exchange exchange;
    private final ServedFile file;
    private final Consumer<@Nullable Throwable> end;
    private final long started = System.nanoTime();
    private final @Nullable FileEndPoint plain;
    private final Taken taken = new Taken();
    private @Nullable ByteBuffer buffer;
    private boolean headSent;
    private long at;
    private long left;
    private final AtomicLong sent = new AtomicLong();
    private long turn;
    private volatile @Nullable Thread worker;
    private volatile @Nullable IOException cut;
    private Scheduler.@Nullable Task look;
    private boolean ended;

    /** @param end called once, with the cause when it was broken off */
    FileTransfer(
            FileTransfers threads,
            Exchange exchange,
            ServedFile file,
            FileHead head,
            Consumer<@Nullable Throwable> end) {
        this.threads = threads;
        this.exchange = exchange;
        this.file = file;
        this.end = end;
        this.at = head.first();
        this.left = head.length();
        this.plain =
                exchange.request().getConnectionMetaData().getConnection().getEndPoint() instanceof FileEndPoint socket
                        ? socket
                        : null;
    }

    /** Begins, and looks after the client from now on. */
    void start() {
        awaitProgress();
        iterate();
    }

    @Override
    protected Action process() throws IOException {
        if (left == 0) {
            return Action.SUCCEEDED;
        }
        worker = Thread.currentThread();
        if (plain != null && !headSent) {
            headSent = true;
            exchange.write(false, ByteBuffer.allocate(0), taken);
            return Action.SCHEDULED;
        }
        var part = part();
        var length = part.remaining();
        at += length;
        left -= length;
        sent.addAndGet(length);
        turn += length;
        exchange.write(left == 0, part, taken);
        return Action.SCHEDULED;
    }

    /** The next part, or what stands for it where the kernel sends it. */
    private ByteBuffer part() throws IOException {
        if (plain != null) {
            return plain.next(threads, file.channel(), at, (int) Math.min(FileEndPoint.PART, left));
        }
        if (buffer == null) {
            buffer = ByteBuffer.allocateDirect((int) Math.min(BUFFER, left));
        }
        buffer.clear().limit((int) Math.min(buffer.capacity(), left));
        if (file.channel().read(buffer, at) <= 0) {
            throw new EOFException("the file has become shorter");
        }
        return buffer.flip();
    }

    private synchronized void awaitProgress() {
        if (!ended) {
            look = exchange.request()
                    .getComponents()
                    .getScheduler()
                    .schedule(this::requireProgress, threads.pace().grace().toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void requireProgress() {
        var seconds = (double) (System.nanoTime() - started) / TimeUnit.SECONDS.toNanos(1);
        if (sent.get() / seconds < threads.pace().leastBytesPerSecond()) {
            var tooSlow = new SocketTimeoutException("the client takes the file too slowly");
            cut = tooSlow;
            exchange.breakOff(tooSlow); // what is being written fails with it
        } else {
            awaitProgress();
        }
    }

    private synchronized void endLooks() {
        ended = true;
        if (look != null) {
            look.cancel(); // it holds the request
        }
    }

    @Override
    protected void onCompleteSuccess() {
        endLooks();
        end.accept(null);
    }

    @Override
    protected void onCompleteFailure(Throwable cause) {
        endLooks();
        var known = cut;
        end.accept(known == null ? cause : known);
    }

    /** Goes on where files are read, not on a thread of the connections. */
    private final class Taken implements Callback {
        @Override
        public void succeeded() {
            if (worker == Thread.currentThread() && turn < TURN) {
                FileTransfer.this.succeeded();
            } else {
                worker = null;
                turn = 0;
                threads.execute(FileTransfer.this::succeeded);
            }
        }

        @Override
        public void failed(Throwable cause) {
            FileTransfer.this.failed(cause);
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }
    }
}
