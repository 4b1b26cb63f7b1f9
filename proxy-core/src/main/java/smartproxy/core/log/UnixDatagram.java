package smartproxy.core.log;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.newsclub.net.unix.AFUNIXDatagramChannel;
import org.newsclub.net.unix.AFUNIXSocketAddress;

/**
 * Sends datagrams to a Unix socket, see unix(7). Nothing is opened, and the native library is not loaded, before the first one or {@link #open()}.
 * The socket stays unconnected, so a receiver that was restarted is found again.
 */
public final class UnixDatagram implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(2);

    private final String address;
    private @Nullable AFUNIXDatagramChannel channel;

    /** @param address a path, or {@code @name} of the abstract namespace */
    public UnixDatagram(String address) {
        this.address = address;
    }

    /**
     * Opens the sending end, whether or not somebody listens.
     *
     * @throws IOException when the native library cannot be used here
     */
    public synchronized void open() throws IOException {
        try {
            channel();
        } catch (LinkageError | RuntimeException e) {
            throw unusable(e);
        }
    }

    /**
     * Sends one datagram, also in an interrupted thread.
     *
     * @param patience the time a receiver that is behind is given
     * @throws SocketTimeoutException when the receiver did not take it in that time
     * @throws IOException when nobody listens there, or it is too large
     */
    public synchronized void send(byte[] datagram, Duration patience) throws IOException {
        // a channel closes itself under an interrupted thread
        boolean interrupted = Thread.interrupted();
        try {
            try {
                attempt(datagram, patience);
            } catch (ClosedChannelException e) {
                interrupted |= Thread.interrupted();
                close();
                attempt(datagram, patience);
            }
        } catch (LinkageError | RuntimeException e) {
            close();
            throw unusable(e);
        } catch (IOException e) {
            if (!(e instanceof SocketTimeoutException)) {
                close();
            }
            throw e;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void attempt(byte[] datagram, Duration patience) throws IOException {
        var open = channel();
        var to = address.startsWith("@")
                ? AFUNIXSocketAddress.inAbstractNamespace(address.substring(1))
                : AFUNIXSocketAddress.of(java.nio.file.Path.of(address));
        long start = System.nanoTime();
        while (open.send(ByteBuffer.wrap(datagram), to) == 0 && datagram.length > 0) {
            if (System.nanoTime() - start >= patience.toNanos()) {
                throw new SocketTimeoutException("the receiver at " + address + " is behind");
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    private AFUNIXDatagramChannel channel() throws IOException {
        var open = channel;
        if (open == null) {
            open = AFUNIXDatagramChannel.open();
            open.configureBlocking(false);
            channel = open;
        }
        return open;
    }

    private static IOException unusable(Throwable cause) {
        return new IOException("the library for Unix sockets cannot be used: " + cause, cause);
    }

    @Override
    public synchronized void close() {
        var open = channel;
        channel = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                // nothing is buffered in it, so nothing is lost
            }
        }
    }
}
