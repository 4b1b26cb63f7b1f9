package smartproxy.dns.nsupdate;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.Deadline;

/** TCP: each message behind its length (RFC 1035, section 4.2.2), many in flight, answers in any order (RFC 7766). */
final class TcpConnection extends Connection {
    /** Few enough for the send buffer to hold them all, so that writing never waits for the server. */
    private static final int MOST_IN_FLIGHT = 32;

    private final Socket socket;
    private final Object writing = new Object();

    private TcpConnection(InetSocketAddress server, @Nullable TsigSigner signer, Socket socket) {
        super(server, signer, MOST_IN_FLIGHT);
        this.socket = socket;
    }

    /** @throws ConnectException when there is no connection by the deadline */
    static TcpConnection open(InetSocketAddress server, @Nullable TsigSigner signer, Deadline deadline)
            throws IOException {
        var socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.setKeepAlive(true);
            socket.connect(server, (int) Math.max(1, Math.min(deadline.leftMillis(), Integer.MAX_VALUE)));
        } catch (SocketTimeoutException e) {
            socket.close();
            throw new SocketTimeoutException("no connection to " + text(server) + " (TCP) in time");
        } catch (IOException e) {
            socket.close();
            var refusal = new ConnectException("no connection to " + text(server) + " (TCP): " + e.getMessage());
            refusal.initCause(e);
            throw refusal;
        }
        var connection = new TcpConnection(server, signer, socket);
        connection.startReader("tcp");
        return connection;
    }

    @Override
    void read() throws IOException {
        var in = new DataInputStream(socket.getInputStream());
        try {
            while (true) {
                var wire = new byte[in.readUnsignedShort()];
                in.readFully(wire);
                received(wire);
            }
        } catch (EOFException e) {
            throw new IOException(peer() + " closed the connection (TCP)", e);
        }
    }

    @Override
    void write(byte[] wire) throws IOException {
        var framed = ByteBuffer.allocate(2 + wire.length)
                .putShort((short) wire.length)
                .put(wire);
        synchronized (writing) {
            socket.getOutputStream().write(framed.array());
        }
    }

    @Override
    void closeChannel() {
        try {
            socket.close();
        } catch (IOException e) {
            // nothing is left to be done with it
        }
    }
}
