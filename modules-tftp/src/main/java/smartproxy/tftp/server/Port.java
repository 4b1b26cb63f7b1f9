package smartproxy.tftp.server;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bound socket: where requests come in, or our end of one transfer. It is not connected: a packet of a stranger is to be
 * answered (RFC 1350, section 4), and the system would refuse it.
 */
final class Port implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Port.class);
    /** Holds a burst while the thread is not scheduled; the system may allow less. */
    private static final int LARGE_BUFFER = 1 << 20;

    private final DatagramChannel channel;
    private final SelectionKey key;

    private Port(DatagramChannel channel, Selector selector) throws IOException {
        this.channel = channel;
        try {
            key = channel.register(selector, SelectionKey.OP_READ);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Where requests come in. */
    static Port listening(InetSocketAddress address, Selector selector) throws IOException {
        return new Port(bound(address, LARGE_BUFFER), selector);
    }

    /** Our end of one transfer, at a number that the system chooses. */
    static Port ofTransfer(InetAddress address, Selector selector) throws IOException {
        return new Port(bound(new InetSocketAddress(address, 0), 0), selector);
    }

    /** What the selection key has with it. */
    void attach(Object session) {
        key.attach(session);
    }

    private static DatagramChannel bound(InetSocketAddress address, int buffers) throws IOException {
        var six = address.getAddress() instanceof Inet6Address;
        var channel = DatagramChannel.open(six ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET);
        try {
            channel.configureBlocking(false);
            if (buffers > 0) {
                channel.setOption(StandardSocketOptions.SO_RCVBUF, buffers);
                channel.setOption(StandardSocketOptions.SO_SNDBUF, buffers);
            }
            channel.bind(address);
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Reads a packet, as much of it as the buffer takes; null when there is none. */
    @Nullable InetSocketAddress receive(ByteBuffer into) throws IOException {
        into.clear();
        var from = (InetSocketAddress) channel.receive(into);
        into.flip();
        return from;
    }

    /**
     * Sends a packet. One that cannot be sent, to a network that is gone, is lost as packets are.
     *
     * @return false: the system has no room for it now
     */
    boolean send(byte[] packet, InetSocketAddress to) {
        return send(ByteBuffer.wrap(packet), to);
    }

    /** The same. */
    boolean send(ByteBuffer packet, InetSocketAddress to) {
        try {
            return channel.send(packet, to) > 0;
        } catch (IOException e) {
            LOG.debug("{}: nothing sent to {}: {}", TftpServer.NAME, to, e.getMessage());
            return true;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("{}: closing a socket: {}", TftpServer.NAME, e.getMessage());
        }
    }
}
