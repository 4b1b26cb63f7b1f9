package smartproxy.core.http;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Executor;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.util.thread.Invocable;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * A plain connection that the kernel can send files on. Jetty writes buffers alone: in place of a part of a file it is given a
 * buffer of that length, whose bytes never leave. The connection fails should any other buffer come in its place.
 */
final class FileEndPoint extends SocketChannelEndPoint {
    /** Bytes of one part. */
    static final int PART = 1 << 20;

    private static final ByteBuffer PLACE = ByteBuffer.allocateDirect(PART).asReadOnlyBuffer();

    /** A part that is to be sent. */
    private static final class Part {
        final Executor readers;
        final FileChannel file;
        final ByteBuffer place;
        long at;

        Part(Executor readers, FileChannel file, long at, ByteBuffer place) {
            this.readers = readers;
            this.file = file;
            this.at = at;
            this.place = place;
        }
    }

    private volatile @Nullable Part part;

    FileEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler) {
        super(channel, selector, key, scheduler);
    }

    /**
     * What to write, next and alone, so that a part of a file is sent.
     *
     * @param readers may wait for the disk
     * @param length at most {@link #PART}
     */
    ByteBuffer next(Executor readers, FileChannel file, long at, int length) {
        var place = PLACE.duplicate().limit(length);
        part = new Part(readers, file, at, place);
        return place;
    }

    /** What goes on once the client has taken more reads the file too: not on a thread of the connections. */
    @Override
    public @Nullable Runnable onSelected() {
        var sending = part;
        var task = super.onSelected();
        return sending == null || task == null
                ? task
                : Invocable.from(Invocable.InvocationType.NON_BLOCKING, () -> sending.readers.execute(task));
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // an equal buffer would be another one
    public boolean flush(ByteBuffer... buffers) throws IOException {
        var sending = part;
        if (sending == null) {
            return super.flush(buffers);
        }
        for (var buffer : buffers) {
            if (buffer.hasRemaining() && buffer != sending.place) {
                throw new IOException("something else is written while a file is sent");
            }
        }
        var sent = sending.file.transferTo(sending.at, sending.place.remaining(), getChannel());
        if (sent <= 0 && sending.at >= sending.file.size()) {
            throw new EOFException("the file has become shorter");
        }
        if (sent > 0) {
            notIdle();
            sending.at += sent;
            sending.place.position(sending.place.position() + (int) sent);
        }
        if (sending.place.hasRemaining()) {
            return false;
        }
        part = null;
        return true;
    }
}
