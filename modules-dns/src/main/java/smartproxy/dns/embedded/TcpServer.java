package smartproxy.dns.embedded;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * DNS over TCP (RFC 7766): messages behind two bytes of length, answered in order, each connection by a thread of its own. A
 * connection that neither sends a whole message nor takes one for a while is closed; above a bound the one that was quiet the
 * longest is, never a newcomer.
 */
final class TcpServer implements SocketServer {
    /**
     * What is kept within limits.
     *
     * @param idle a whole message comes or goes within this time
     */
    record Bounds(int connections, int connectionsPerAddress, Duration idle) {
        static final Bounds DEFAULT = new Bounds(128, 32, Duration.ofSeconds(15));
    }

    private static final Logger LOG = LoggerFactory.getLogger(TcpServer.class);
    private static final int HEADER = 12;
    private static final int BACKLOG = 128;
    private static final int SWEEP_MILLIS = 500;

    private final ServerSocketChannel channel;
    private final QueryHandler handler;
    private final Bounds bounds;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads;

    private TcpServer(ServerSocketChannel channel, QueryHandler handler, Bounds bounds, String name) {
        this.channel = channel;
        this.handler = handler;
        this.bounds = bounds;
        this.threads = Executors.newCachedThreadPool(task -> {
            var thread = new Thread(task, name + " connection");
            thread.setDaemon(true);
            return thread;
        });
    }

    static TcpServer bind(InetSocketAddress address, QueryHandler handler, Bounds bounds) throws IOException {
        var six = address.getAddress() instanceof Inet6Address;
        var channel = ServerSocketChannel.open(six ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET);
        try {
            channel.bind(address, BACKLOG);
            channel.socket().setSoTimeout(SWEEP_MILLIS);
            return new TcpServer(channel, handler, bounds, "dns tcp " + Endpoints.text(address));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public void serve() throws IOException {
        while (true) {
            try {
                var socket = channel.socket().accept();
                begin(socket);
            } catch (SocketTimeoutException e) {
                // time to look for quiet ones
            }
            connections.stream()
                    .filter(connection -> connection.quietFor().compareTo(bounds.idle()) > 0)
                    .forEach(Connection::end);
        }
    }

    private void begin(Socket socket) {
        var connection = new Connection(socket);
        makeRoomFor(connection);
        connections.add(connection);
        try {
            threads.execute(connection);
        } catch (RuntimeException
                | OutOfMemoryError e) { // no thread to be had: one connection is lost, not the listener
            connection.end();
            LOG.error("{}: no thread for a connection from {}", EmbeddedFactory.NAME, connection.from, e);
        }
    }

    private void makeRoomFor(Connection newcomer) {
        var quietest = Comparator.comparing(Connection::quietFor);
        var neighbours = connections.stream()
                .filter(other -> other.from.equals(newcomer.from))
                .toList();
        if (neighbours.size() >= bounds.connectionsPerAddress()) {
            neighbours.stream().max(quietest).ifPresent(Connection::end);
        } else if (connections.size() >= bounds.connections()) {
            connections.stream().max(quietest).ifPresent(Connection::end);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            // in this order: one that is being begun gets no thread, or is among those that are ended
            threads.shutdown();
            connections.forEach(Connection::end);
        }
    }

    private final class Connection implements Runnable {
        private final Socket socket;
        private final InetAddress from;
        private volatile long lastMessage = System.nanoTime();

        Connection(Socket socket) {
            this.socket = socket;
            this.from = socket.getInetAddress();
        }

        Duration quietFor() {
            return Duration.ofNanos(System.nanoTime() - lastMessage);
        }

        @Override
        public void run() {
            try {
                socket.setTcpNoDelay(true);
                var in = new DataInputStream(socket.getInputStream());
                var out = socket.getOutputStream();
                var peer = new QueryHandler.Peer((InetSocketAddress) socket.getRemoteSocketAddress(), true);
                for (var length = in.readUnsignedShort(); length >= HEADER; length = in.readUnsignedShort()) {
                    var query = new byte[length];
                    in.readFully(query);
                    lastMessage = System.nanoTime();
                    handler.handle(query, peer, answer -> send(out, answer));
                }
            } catch (IOException e) {
                LOG.debug("{}: connection from {} ended: {}", EmbeddedFactory.NAME, from, e.getMessage());
            } finally {
                end();
            }
        }

        /** In one write, so that it leaves in one segment where it fits. */
        private void send(OutputStream out, byte[] answer) throws IOException {
            var framed = new byte[answer.length + 2];
            framed[0] = (byte) (answer.length >> 8);
            framed[1] = (byte) answer.length;
            System.arraycopy(answer, 0, framed, 2, answer.length);
            lastMessage = System.nanoTime(); // who has the answer is younger than who had one before
            out.write(framed);
        }

        void end() {
            connections.remove(this);
            try {
                socket.close();
            } catch (IOException e) {
                LOG.debug("{}: closing a connection: {}", EmbeddedFactory.NAME, e.getMessage());
            }
        }
    }
}
