package smartproxy.core.http;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.StartException;
import smartproxy.core.client.Clients;
import smartproxy.core.http.ListenerSettings.Served;
import smartproxy.core.tls.TlsContext;
import smartproxy.core.tls.TlsEngines;

/**
 * The sockets of the server: http and https, each on all of {@code bind_host}, and further ones. Started with the server, or at once when it
 * runs already. Thread-safe.
 */
public final class Listeners {
    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

    /** What the handler sees is what was sent: it normalises paths itself. */
    private static final UriCompliance ANY_PATH = UriCompliance.UNSAFE.without(
            "ANY_PATH", UriCompliance.Violation.BAD_PERCENT_ENCODING, UriCompliance.Violation.USER_INFO);

    /** Lenient where the Ruby daemon is and no two readings of a message can follow from it (RFC 9112 section 11.2). */
    private static final HttpCompliance LENIENT = HttpCompliance.RFC9110.with(
            "LENIENT",
            HttpCompliance.Violation.UNSAFE_HOST_HEADER,
            HttpCompliance.Violation.MISMATCHED_AUTHORITY,
            HttpCompliance.Violation.MULTILINE_FIELD_VALUE,
            HttpCompliance.Violation.LF_HEADER_TERMINATION);

    private static final Duration FREEING = Duration.ofSeconds(2);
    private static final Duration RETRY = Duration.ofMillis(10);

    private record Listener(Acceptor connector, InetSocketAddress local) {}

    /**
     * What is behind a socket.
     *
     * @param tls null: plain http
     */
    private record Site(@Nullable TlsContext tls, Served served) {}

    /** The site of a socket, which a reload changes. */
    private static final class Behind {
        private volatile Site site;

        Behind(Site site) {
            this.site = site;
        }
    }

    /** A further listener and its certificates, which are there unless it is plain. */
    public record Further(ListenerSettings settings, Optional<TlsContext> tls) {}

    private final Server server;
    private final ConnectionBounds bounds;
    private final Handshakes handshakes;
    private final HandshakeGate gate;
    private final HttpConfiguration http = configuration();
    private final HttpConfiguration https = configuration();
    private final Map<BindAddress, Listener> listeners = new LinkedHashMap<>();
    private Duration ioTimeout = Duration.ZERO;
    private Duration drainTimeout = Duration.ZERO;

    /**
     * Where a daemon with these settings listens: on all addresses of the host where one is the wildcard.
     *
     * @throws StartException when they ask for what cannot be
     */
    public static List<InetSocketAddress> wanted(HttpSettings settings, boolean https) throws StartException {
        return sockets(BindAddress.wanted(settings, https));
    }

    /**
     * What can be said of settings before a socket is opened.
     *
     * @throws StartException when they ask for what cannot be
     */
    public static void check(HttpSettings settings, boolean https, List<ListenerSettings> further)
            throws StartException {
        var unused = BindAddress.wanted(settings, https, further);
    }

    /** The same of a further listener. */
    public static List<InetSocketAddress> wanted(ListenerSettings settings) throws StartException {
        return sockets(BindAddress.wanted(settings, 1));
    }

    private static List<InetSocketAddress> sockets(Set<BindAddress> addresses) {
        return addresses.stream()
                .map(wanted -> wanted.address()
                        .map(address -> new InetSocketAddress(address, wanted.port()))
                        .orElseGet(() -> new InetSocketAddress(wanted.port())))
                .toList();
    }

    /**
     * @param bounds told of every connection
     * @param handshakes told of every TLS handshake
     */
    public Listeners(Server server, ConnectionBounds bounds, Handshakes handshakes) {
        this(server, bounds, handshakes, Runtime.getRuntime().availableProcessors());
    }

    /** @param atOnce handshakes that compute at once */
    Listeners(Server server, ConnectionBounds bounds, Handshakes handshakes, int atOnce) {
        this.server = server;
        this.bounds = bounds;
        this.handshakes = handshakes;
        gate = new HandshakeGate(atOnce, HandshakeGate.MAX_WAITING, server.getThreadPool());
        // Foreman may call by any name or address: the certificate is the client's to judge.
        https.addCustomizer(new SecureRequestCustomizer(false));
    }

    /**
     * Opens what is wanted and not open, and closes what is open and not wanted; sockets wanted before and after stay open
     * throughout. Connections of a closed socket end after their current request, at most after {@code drain_timeout}.
     *
     * @param newTls empty: no https. Handshakes from now on use it, on the sockets that stay open too
     * @param further listeners besides
     * @throws StartException naming address, port and cause, when one cannot be opened; all is as before then
     */
    public synchronized void apply(HttpSettings settings, Optional<TlsContext> newTls, List<Further> further)
            throws StartException {
        var wanted = sites(settings, newTls, further);
        var missing = new LinkedHashSet<>(wanted.keySet());
        missing.removeAll(listeners.keySet());
        var gone = new LinkedHashSet<>(listeners.keySet());
        gone.removeAll(wanted.keySet());
        var channels = open(missing, gone);

        configure(settings);
        gone.forEach(this::retire);
        listeners.forEach(
                (address, listener) -> listener.connector.behind.site = Objects.requireNonNull(wanted.get(address)));
        for (var channel : channels.entrySet()) {
            listen(channel.getKey(), channel.getValue(), Objects.requireNonNull(wanted.get(channel.getKey())));
        }
    }

    private static Map<BindAddress, Site> sites(HttpSettings settings, Optional<TlsContext> tls, List<Further> further)
            throws StartException {
        var wanted = BindAddress.wanted(
                settings,
                tls.isPresent(),
                further.stream().map(Further::settings).toList());
        var sites = new LinkedHashMap<BindAddress, Site>();
        for (var address : wanted.get(0)) {
            sites.put(address, new Site(address.https() ? tls.orElseThrow() : null, Served.ALL));
        }
        for (var i = 0; i < further.size(); i++) {
            var site = new Site(
                    further.get(i).tls().orElse(null), further.get(i).settings().served());
            wanted.get(i + 1).forEach(address -> sites.put(address, site));
        }
        return sites;
    }

    /** What is listened on, with the true ports. */
    public synchronized Set<InetSocketAddress> addresses() {
        var addresses = addresses(false);
        addresses.addAll(addresses(true));
        return addresses;
    }

    /** What is listened on with https, or with plain http. */
    public synchronized Set<InetSocketAddress> addresses(boolean ofHttps) {
        var addresses = new LinkedHashSet<InetSocketAddress>();
        listeners.forEach((address, listener) -> {
            if (address.https() == ofHttps) {
                addresses.add(listener.local);
            }
        });
        return addresses;
    }

    /** Which routes connections of this connector are served. */
    static Served servedBy(Connector connector) {
        return connector instanceof Acceptor acceptor ? acceptor.behind.site.served : Served.ALL;
    }

    /** Whether connections of this connector are TLS. */
    public boolean isHttps(Connector connector) {
        return connector.getConnectionFactory(SslConnectionFactory.class) != null;
    }

    private Map<BindAddress, ServerSocketChannel> open(Set<BindAddress> missing, Set<BindAddress> gone)
            throws StartException {
        // From * to one address of the same port, say: the old socket must go before the new one can come.
        var inTheWay = gone.stream()
                .filter(old -> old.port() != 0 && missing.stream().anyMatch(one -> one.port() == old.port()))
                .toList();
        var sites = new LinkedHashMap<BindAddress, Site>();
        inTheWay.forEach(old -> sites.put(old, Objects.requireNonNull(listeners.get(old)).connector.behind.site));
        inTheWay.forEach(this::retire);
        var channels = new LinkedHashMap<BindAddress, ServerSocketChannel>();
        try {
            for (var address : missing) {
                channels.put(address, open(address, !inTheWay.isEmpty()));
            }
            return channels;
        } catch (StartException e) {
            channels.values().forEach(Listeners::close);
            for (var address : inTheWay) {
                listen(address, open(address, true), Objects.requireNonNull(sites.get(address)));
            }
            throw e;
        }
    }

    /** @param freed a socket of the same port was just closed; its acceptor may need a moment to let go of it */
    private static ServerSocketChannel open(BindAddress address, boolean freed) throws StartException {
        var giveUp = System.nanoTime() + FREEING.toNanos();
        while (true) {
            try {
                return address.open();
            } catch (StartException e) {
                var inUse = String.valueOf(e.getMessage()).contains("already in use");
                if (!freed || !inUse || System.nanoTime() - giveUp > 0) {
                    throw e;
                }
                LockSupport.parkNanos(RETRY.toNanos());
            }
        }
    }

    private void listen(BindAddress address, ServerSocketChannel channel, Site site) throws StartException {
        var plain = new HttpConnectionFactory(address.https() ? https : http);
        var connector = address.https() ? secure(site, plain) : new Acceptor(new Behind(site), plain);
        connector.setIdleTimeout(ioTimeout.toMillis());
        connector.setShutdownIdleTimeout(ioTimeout.toMillis());
        connector.addBean(bounds, false);
        connector.addBean(handshakes, false);
        if (address.isIpv6Only()) {
            connector.addBean(new Ipv4Refusal());
        }
        try {
            var local = (InetSocketAddress) channel.getLocalAddress();
            connector.open(channel);
            server.addConnector(connector);
            listeners.put(address, new Listener(connector, local));
            if (server.isStarted() && !connector.isStarted()) {
                connector.start();
            }
        } catch (Exception e) {
            listeners.remove(address);
            server.removeConnector(connector);
            close(channel);
            throw new StartException("Unable to listen on " + address + ": " + e.getMessage(), e);
        }
    }

    private void retire(BindAddress address) {
        var listener = listeners.remove(address);
        if (listener == null) {
            return;
        }
        var connector = listener.connector;
        var unused = connector
                .shutdown()
                .orTimeout(drainTimeout.toMillis(), TimeUnit.MILLISECONDS)
                .whenCompleteAsync((done, late) -> remove(connector), server.getThreadPool());
    }

    private void remove(ServerConnector connector) {
        try {
            connector.stop();
        } catch (Exception e) {
            LOG.warn("Closing {} failed", connector, e);
        }
        server.removeConnector(connector);
    }

    private void configure(HttpSettings settings) {
        // Idle connections are closed by the bounds. This one ends a read or write that makes no progress, and must not
        // end
        // a request that waits for a backend.
        ioTimeout = settings.deadline().plus(settings.idleTimeout());
        drainTimeout = settings.drainTimeout();
        bounds.configure(settings);
        for (var configuration : List.of(http, https)) {
            configuration.setRequestHeaderSize(settings.maxHeaderBytes());
        }
        listeners.values().forEach(listener -> {
            listener.connector.setIdleTimeout(ioTimeout.toMillis());
            listener.connector.setShutdownIdleTimeout(ioTimeout.toMillis());
        });
    }

    /** Handshakes use the certificates of the site as it is then. */
    private Acceptor secure(Site site, HttpConnectionFactory plain) {
        var current = new Behind(site);
        var engines = new TlsEngines(() -> Objects.requireNonNull(current.site.tls, "an https listener without TLS"));
        return new Acceptor(current, new GatedTls(engines, plain.getProtocol(), gate, bounds), plain);
    }

    private static HttpConfiguration configuration() {
        var configuration = new HttpConfiguration();
        configuration.setSendServerVersion(false);
        configuration.setSendXPoweredBy(false);
        configuration.setSendDateHeader(true);
        configuration.setUriCompliance(ANY_PATH);
        configuration.setHttpCompliance(LENIENT);
        configuration.setMaxResponseHeaderSize(2 * Clients.MAX_HEADERS); // that of a server behind, and what we add
        return configuration;
    }

    private static void close(ServerSocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("Closing {} failed", channel, e);
        }
    }

    /** One acceptor thread: a selector that accepts would spin when file descriptors run out. */
    private final class Acceptor extends ServerConnector {
        private final Behind behind;

        Acceptor(Behind behind, ConnectionFactory... factories) {
            super(server, 1, -1, factories);
            this.behind = behind;
        }

        @Override
        protected SocketChannelEndPoint newEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key) {
            var endPoint = new FileEndPoint(channel, selector, key, getScheduler());
            endPoint.setIdleTimeout(getIdleTimeout());
            return endPoint;
        }

        @Override
        public CompletableFuture<Void> shutdown() {
            var done = super.shutdown();
            bounds.endIdle(getConnectedEndPoints());
            return done;
        }

        @Override
        protected boolean handleAcceptFailure(Throwable failure) {
            return isOpen() && super.handleAcceptFailure(failure);
        }
    }

    /** Java opens {@code ::} for IPv4 too, which who wrote {@code ::} did not ask for. */
    private static final class Ipv4Refusal implements Connection.Listener {
        @Override
        public void onOpened(Connection connection) {
            if (connection.getEndPoint().getRemoteSocketAddress() instanceof InetSocketAddress remote
                    && remote.getAddress() instanceof Inet4Address) {
                connection.getEndPoint().close();
            }
        }
    }
}
