package smartproxy.dns.embedded;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads datagrams and answers each before it reads the next: an answer is made from memory and waits for nothing. */
final class UdpServer implements SocketServer {
    private static final Logger LOG = LoggerFactory.getLogger(UdpServer.class);
    private static final int LARGEST_QUERY = 4096;
    /** Holds a burst while a thread is not scheduled. */
    private static final int RECEIVE_BUFFER = 1 << 20;

    private final DatagramChannel channel;
    private final QueryHandler handler;

    private UdpServer(DatagramChannel channel, QueryHandler handler) {
        this.channel = channel;
        this.handler = handler;
    }

    static UdpServer bind(InetSocketAddress address, QueryHandler handler) throws IOException {
        var six = address.getAddress() instanceof Inet6Address;
        var channel = DatagramChannel.open(six ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET);
        try {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER);
            channel.bind(address);
            return new UdpServer(channel, handler);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public void serve() throws IOException {
        var buffer = ByteBuffer.allocate(LARGEST_QUERY);
        while (true) {
            buffer.clear();
            var from = (InetSocketAddress) channel.receive(buffer);
            buffer.flip();
            var query = new byte[buffer.remaining()];
            buffer.get(query);
            handler.handle(query, new QueryHandler.Peer(from, false), answer -> send(answer, from));
        }
    }

    /** An answer that cannot be sent, to a network that is gone, is lost as datagrams are. */
    private void send(byte[] answer, InetSocketAddress to) throws IOException {
        try {
            channel.send(ByteBuffer.wrap(answer), to);
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            LOG.debug("{}: no answer to {}: {}", EmbeddedFactory.NAME, to, e.getMessage());
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
