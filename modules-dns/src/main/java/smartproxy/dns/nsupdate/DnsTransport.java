package smartproxy.dns.nsupdate;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Message;
import smartproxy.core.api.Deadline;

/**
 * The way to the server: a kept UDP connection, and a kept TCP connection once one was needed. A connection that failed is made
 * anew by the next message, with the server's name resolved anew; of several addresses the next one is taken when one never answered.
 */
final class DnsTransport implements AutoCloseable {
    enum Protocol {
        UDP,
        TCP
    }

    private final ServerAddress server;
    private final @Nullable TsigSigner signer;
    private final ReentrantLock opening = new ReentrantLock();
    private volatile @Nullable UdpConnection udp;
    private volatile @Nullable TcpConnection tcp;
    private int preferred;
    private boolean closed;

    DnsTransport(ServerAddress server, @Nullable TsigSigner signer) {
        this.server = server;
        this.signer = signer;
    }

    /** A message that was sent, and the connection it went through. */
    record Sent(Exchange exchange, Connection connection) {
        void forget() {
            connection.forget(exchange);
        }
    }

    ServerAddress server() {
        return server;
    }

    /**
     * Sends a message; one too large for UDP goes by TCP.
     *
     * @throws IOException when it was not sent
     */
    Sent send(Message message, Duration fudge, Protocol protocol, BlockingQueue<Exchange> inbox, Deadline deadline)
            throws IOException {
        var connection =
                protocol == Protocol.TCP || size(message) > UdpConnection.MOST_BYTES ? tcp(deadline) : udp(deadline);
        return new Sent(connection.send(message, fudge, inbox, deadline), connection);
    }

    private int size(Message message) {
        return message.toWire().length + (signer == null ? 0 : signer.overhead());
    }

    /** Whether the server answered within that time on a connection that still stands. */
    boolean heardWithin(Duration time) {
        var overUdp = udp;
        var overTcp = tcp;
        return (overUdp != null && overUdp.heardWithin(time)) || (overTcp != null && overTcp.heardWithin(time));
    }

    /** Called after the server was silent: it may have moved to another address. */
    void checkAddress() {
        try {
            var addresses = server.resolve();
            for (var connection : new @Nullable Connection[] {udp, tcp}) {
                if (connection != null
                        && !addresses.contains(connection.server().getAddress())) {
                    connection.fail(new IOException(server + " has another address now"));
                }
            }
        } catch (IOException e) {
            // A resolver that fails now is no reason to leave the server.
        }
    }

    private UdpConnection udp(Deadline deadline) throws IOException {
        var current = udp;
        if (current != null && current.isUsable()) {
            return current;
        }
        lock(deadline);
        try {
            current = udp;
            if (current == null || !current.isUsable()) {
                if (current != null && !current.heardEver()) {
                    preferred++;
                }
                current = UdpConnection.open(address(), signer);
                udp = current;
            }
            return current;
        } finally {
            opening.unlock();
        }
    }

    private TcpConnection tcp(Deadline deadline) throws IOException {
        var current = tcp;
        if (current != null && current.isUsable()) {
            return current;
        }
        lock(deadline);
        try {
            current = tcp;
            if (current == null || !current.isUsable()) {
                current = TcpConnection.open(address(), signer, deadline);
                tcp = current;
            }
            return current;
        } finally {
            opening.unlock();
        }
    }

    private InetSocketAddress address() throws IOException {
        if (closed) {
            throw new IOException("the provider was stopped");
        }
        var addresses = server.resolve();
        return new InetSocketAddress(addresses.get(Math.floorMod(preferred, addresses.size())), server.port());
    }

    private void lock(Deadline deadline) throws IOException {
        try {
            if (!opening.tryLock(deadline.left().toNanos(), TimeUnit.NANOSECONDS)) {
                throw new SocketTimeoutException("no connection to " + server + " in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    @Override
    public void close() {
        opening.lock();
        try {
            closed = true;
            for (var connection : new @Nullable Connection[] {udp, tcp}) {
                if (connection != null) {
                    connection.close();
                }
            }
        } finally {
            opening.unlock();
        }
    }
}
