package smartproxy.tftp.bootfiles;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import javax.net.SocketFactory;

/**
 * The sockets of one FTP session: first its control connection, which is bounded in bytes and time, and more so until data follow, then
 * its data connection. A thread that reads can be interrupted.
 */
final class BoundedSockets extends SocketFactory {
    /** Timeout to be set for each socket: so often is looked whether the thread is interrupted. */
    static final int SLICE_MILLIS = 500;

    static final int MAX_CONTROL_BYTES = 64 << 10;

    private final Duration before;
    private final Duration idle;
    private boolean control = true;
    private volatile boolean data;

    /**
     * @param connect longest wait for a connection
     * @param idle longest time without a byte; and, beside {@code connect}, until the data follow
     */
    BoundedSockets(Duration connect, Duration idle) {
        this.before = connect.plus(idle);
        this.idle = idle;
    }

    /** From now on the server may take its time to send. */
    void dataFollows() {
        data = true;
    }

    /** The next socket is a control connection again. */
    void again() {
        control = true;
    }

    @Override
    public Socket createSocket() {
        var socket = new BoundedSocket(control);
        control = false;
        return socket;
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        throw new IOException("sockets are connected to what was checked");
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return createSocket(host, port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return createSocket(host.getHostAddress(), port);
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
            throws IOException {
        return createSocket(address, port);
    }

    private final class BoundedSocket extends Socket {
        private final boolean controls;
        private final long begun = System.nanoTime();

        BoundedSocket(boolean controls) {
            super(Proxy.NO_PROXY);
            this.controls = controls;
        }

        @Override
        public InputStream getInputStream() throws IOException {
            return new Bounded(super.getInputStream(), controls, begun);
        }
    }

    private final class Bounded extends FilterInputStream {
        private final boolean controls;
        private final long begun;
        private long total;

        Bounded(InputStream in, boolean controls, long begun) {
            super(in);
            this.controls = controls;
            this.begun = begun;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            var since = System.nanoTime();
            while (true) {
                if (Thread.interrupted()) {
                    throw new InterruptedIOException("interrupted");
                }
                try {
                    var read = super.read(bytes, offset, length);
                    total += Math.max(0, read);
                    if (controls && total > MAX_CONTROL_BYTES) {
                        throw new IOException("the server's answers are too long");
                    }
                    if (controls) {
                        requireTime(begun, data ? before.plus(Pace.DEFAULT.total()) : before);
                    }
                    return read;
                } catch (SocketTimeoutException e) {
                    requireTime(since, idle);
                }
            }
        }

        private void requireTime(long from, Duration most) throws SocketTimeoutException {
            if (System.nanoTime() - from > most.toNanos()) {
                throw new SocketTimeoutException("no answer in time");
            }
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }
    }
}
