package smartproxy.dns.nsupdate;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
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

    /** All addresses the server has now, at least one. */
    @FunctionalInterface
    interface Resolver {
        List<InetAddress> resolve() throws UnknownHostException;
    }

    private final ServerAddress server;
    private final Resolver resolver;
    private final @Nullable TsigSigner signer;
    private final Executor threads;
    private final ReentrantLock opening = new ReentrantLock();
    private final AtomicBoolean checking = new AtomicBoolean();
    private volatile @Nullable UdpConnection udp;
    private volatile @Nullable TcpConnection tcp;
    private int preferred;
    private boolean closed;

    DnsTransport(ServerAddress server, @Nullable TsigSigner signer) {
        this(server, server::resolve, signer);
    }

    DnsTransport(ServerAddress server, Resolver resolver, @Nullable TsigSigner signer) {
        this(server, resolver, signer, DnsTransport::onThreadOfItsOwn);
    }

    /** @param threads where names are resolved, as the system's resolver knows no deadline */
    DnsTransport(ServerAddress server, Resolver resolver, @Nullable TsigSigner signer, Executor threads) {
        this.server = server;
        this.resolver = resolver;
        this.signer = signer;
        this.threads = threads;
    }

    private static void onThreadOfItsOwn(Runnable work) {
        var thread = new Thread(work, "dns_nsupdate resolve");
        thread.setDaemon(true);
        thread.start();
    }

    /** A message that was sent, and the connection it went through. */
    record Sent(Exchange exchange, Connection connection) {
        void giveUp() {
            connection.giveUp(exchange);
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
        return new Sent(connection.send(message, fudge, inbox), connection);
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

    /** Called after the server was silent: it may have moved to another address, or answer at another. Does not wait for that. */
    void checkAddress() {
        if (checking.compareAndSet(false, true)) {
            try {
                threads.execute(this::leaveOldAddress);
            } catch (OutOfMemoryError e) { // no thread to be had: the next one who gets no answer looks
                checking.set(false);
            }
        }
    }

    private void leaveOldAddress() {
        try {
            var addresses = resolver.resolve();
            for (var connection : new @Nullable Connection[] {udp, tcp}) {
                if (connection == null) {
                    continue;
                }
                if (!addresses.contains(connection.server().getAddress())) {
                    connection.fail(new IOException(server + " has another address now"));
                } else if (addresses.size() > 1 && !connection.heardEver()) {
                    connection.fail(new SocketTimeoutException("no answer from " + connection.peer()));
                }
            }
        } catch (UnknownHostException e) {
            // A resolver that fails now is no reason to leave the server.
        } finally {
            checking.set(false);
        }
    }

    private List<InetAddress> resolve(Deadline deadline) throws IOException {
        var task = new FutureTask<>(resolver::resolve);
        threads.execute(task);
        try {
            return task.get(deadline.left().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new SocketTimeoutException("the name of " + server + " was not resolved in time");
        } catch (ExecutionException e) {
            var unknown = new UnknownHostException(server.host());
            unknown.initCause(e);
            throw unknown;
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    private static InterruptedIOException interrupted() {
        Thread.currentThread().interrupt();
        return new InterruptedIOException("interrupted");
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
                current = UdpConnection.open(address(deadline), signer);
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
                current = TcpConnection.open(address(deadline), signer, deadline);
                tcp = current;
            }
            return current;
        } finally {
            opening.unlock();
        }
    }

    private InetSocketAddress address(Deadline deadline) throws IOException {
        if (closed) {
            throw new IOException("the provider was stopped");
        }
        var addresses = resolve(deadline);
        return new InetSocketAddress(addresses.get(Math.floorMod(preferred, addresses.size())), server.port());
    }

    private void lock(Deadline deadline) throws IOException {
        try {
            if (!opening.tryLock(deadline.left().toNanos(), TimeUnit.NANOSECONDS)) {
                throw new SocketTimeoutException("no connection to " + server + " in time");
            }
        } catch (InterruptedException e) {
            throw interrupted();
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
