package smartproxy.dns.nsupdate;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** UDP through a connected socket: it takes datagrams of the server only, and is told when the server's port is closed. */
final class UdpConnection extends Connection {
    /** Largest message sent without EDNS (RFC 1035, section 4.2.1). */
    static final int MOST_BYTES = 512;

    private static final int MOST_IN_FLIGHT = 1024;

    private final DatagramChannel channel;

    private UdpConnection(InetSocketAddress server, @Nullable TsigSigner signer, DatagramChannel channel) {
        super(server, signer, MOST_IN_FLIGHT);
        this.channel = channel;
    }

    static UdpConnection open(InetSocketAddress server, @Nullable TsigSigner signer) throws IOException {
        var channel = DatagramChannel.open();
        try {
            channel.connect(server);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        var connection = new UdpConnection(server, signer, channel);
        connection.startReader("udp");
        return connection;
    }

    @Override
    void read() throws IOException {
        var buffer = ByteBuffer.allocate(65_535);
        while (true) {
            buffer.clear();
            try {
                channel.read(buffer);
            } catch (PortUnreachableException e) {
                throw refused(e);
            }
            received(Arrays.copyOf(buffer.array(), buffer.position()));
        }
    }

    @Override
    void write(byte[] wire) throws IOException {
        try {
            channel.write(ByteBuffer.wrap(wire));
        } catch (PortUnreachableException e) {
            throw refused(e);
        }
    }

    /** Which message was refused is not told. With one in flight it is that one, which therefore has not reached the server. */
    private IOException refused(PortUnreachableException e) {
        var text = "connection refused by " + peer() + " (UDP)";
        var refusal = inFlight() <= 1 ? new ConnectException(text) : new PortUnreachableException(text);
        refusal.initCause(e);
        return refusal;
    }

    @Override
    void closeChannel() {
        try {
            channel.close();
        } catch (IOException e) {
            // nothing is left to be done with it
        }
    }
}
