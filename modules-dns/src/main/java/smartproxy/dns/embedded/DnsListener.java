package smartproxy.dns.embedded;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.StartException;

/**
 * The sockets of one address, UDP and TCP. They outlive a reload: the handler that came last gets the queries, and the one
 * before gets them back when the last one goes first. A socket that breaks is bound again until it works.
 */
final class DnsListener implements AutoCloseable {
    /** The use by one handler; ends with {@link #close()}. */
    interface Use extends AutoCloseable {
        @Override
        void close();
    }

    private static final Logger LOG = LoggerFactory.getLogger(DnsListener.class);
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 10_000;

    private final InetSocketAddress address;
    private final List<QueryHandler> handlers = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Guarded udp;
    private final Guarded tcp;

    private DnsListener(InetSocketAddress address, TcpServer.Bounds bounds) throws IOException {
        this.address = address;
        this.udp = new Guarded("UDP", () -> UdpServer.bind(address, this::handle));
        try {
            this.tcp = new Guarded("TCP", () -> TcpServer.bind(address, this::handle, bounds));
        } catch (IOException | RuntimeException e) {
            udp.close();
            throw e;
        }
    }

    /** @throws StartException when the address cannot be bound */
    static DnsListener open(InetSocketAddress address) throws StartException {
        return open(address, TcpServer.Bounds.DEFAULT);
    }

    static DnsListener open(InetSocketAddress address, TcpServer.Bounds bounds) throws StartException {
        try {
            var listener = new DnsListener(address, bounds);
            listener.udp.start();
            listener.tcp.start();
            return listener;
        } catch (IOException e) {
            throw new StartException(
                    EmbeddedFactory.NAME + ": cannot listen on " + Endpoints.text(address) + ": " + e.getMessage()
                            + "; " + advice(address, e),
                    e);
        }
    }

    private static String advice(InetSocketAddress address, IOException e) {
        var elsewhere = "change :listen: in " + EmbeddedFactory.NAME + ".yml";
        var message = String.valueOf(e.getMessage());
        if (message.contains("Permission denied")) {
            return "ports below 1024 need the capability CAP_NET_BIND_SERVICE, or " + elsewhere;
        }
        if (e instanceof BindException && message.contains("in use")) {
            return "stop what has the port (ss -lnptu 'sport = " + address.getPort() + "' shows it) or " + elsewhere;
        }
        return "give the host that address or " + elsewhere;
    }

    /** Lets a handler have the queries, from the next one on. */
    Use use(QueryHandler handler) {
        handlers.add(handler);
        return () -> handlers.remove(handler);
    }

    boolean isListening() {
        return udp.isBound() && tcp.isBound();
    }

    private void handle(byte[] query, QueryHandler.Peer peer, QueryHandler.Reply reply) throws IOException {
        var current = List.copyOf(handlers);
        if (!current.isEmpty()) {
            current.get(current.size() - 1).handle(query, peer, reply);
        }
    }

    @Override
    public void close() {
        closed.countDown();
        udp.close();
        tcp.close();
    }

    /** As in the settings. */
    @Override
    public String toString() {
        return Endpoints.text(address);
    }

    /** A socket and the thread that serves it and mends it. */
    private final class Guarded implements Runnable {
        private final String transport;
        private final SocketServer.Binder binder;
        private volatile @Nullable SocketServer server;

        Guarded(String transport, SocketServer.Binder binder) throws IOException {
            this.transport = transport;
            this.binder = binder;
            this.server = bind();
        }

        private SocketServer bind() throws IOException {
            try {
                return binder.bind();
            } catch (BindException e) {
                var named = new BindException(transport + " " + e.getMessage());
                named.initCause(e);
                throw named;
            }
        }

        void start() {
            var thread = new Thread(this, "dns " + transport.toLowerCase(Locale.ROOT) + " " + DnsListener.this);
            thread.setDaemon(true);
            thread.start();
        }

        boolean isBound() {
            return server != null;
        }

        @Override
        public void run() {
            var pause = FIRST_PAUSE_MILLIS;
            while (!isClosed()) {
                try {
                    var bound = server;
                    if (bound == null) {
                        bound = bind();
                        server = bound;
                        LOG.info("{}: listening on {} {} again", EmbeddedFactory.NAME, DnsListener.this, transport);
                    }
                    if (isClosed()) { // by a close() that came before the bind
                        close();
                    }
                    pause = FIRST_PAUSE_MILLIS;
                    bound.serve();
                } catch (IOException | RuntimeException | OutOfMemoryError e) {
                    close();
                    if (!isClosed()) {
                        LOG.error(
                                "{}: {} {} broke: {}; it is opened again in {} ms",
                                EmbeddedFactory.NAME,
                                DnsListener.this,
                                transport,
                                e.toString(),
                                pause);
                        pause(pause);
                        pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
                    }
                }
            }
        }

        private boolean isClosed() {
            return closed.getCount() == 0;
        }

        private void pause(long millis) {
            try {
                closed.await(millis, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                LOG.debug("nobody interrupts this thread", e);
            }
        }

        void close() {
            var bound = server;
            server = null;
            if (bound != null) {
                try {
                    bound.close();
                } catch (IOException e) {
                    LOG.debug("{}: closing {}: {}", EmbeddedFactory.NAME, DnsListener.this, e.getMessage());
                }
            }
        }
    }
}
