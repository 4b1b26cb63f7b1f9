package smartproxy.core.http;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds the connections of all listeners. Above {@code max_connections}, or {@code max_connections_per_address} for its
 * client, the connection that has been without a request for the longest time is given up: an unfinished handshake, a silent
 * client, one that withholds a body or does not take its answer, an idle kept-alive one. Above {@code max_connections} it is one of the address that has
 * most, so that a crowd drives out itself and not who comes with one. A newcomer is refused only when all others are busy. A
 * connection that has no whole request for {@code idle_timeout} is closed, however slowly it still sends.
 *
 * <p>Connectors report connections, the handler chain reports requests. Thread-safe.
 */
public final class ConnectionBounds implements Connection.Listener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionBounds.class);
    private static final Duration SWEEP = Duration.ofMillis(500);
    private static final long ENDING_NANOS = Duration.ofMillis(500).toNanos();

    private static final class Tracked {
        private final EndPoint endPoint;
        private final @Nullable InetAddress address;
        private long idleSince;
        private int requests;
        private boolean ending;

        Tracked(EndPoint endPoint, long now) {
            this.endPoint = endPoint;
            this.address =
                    endPoint.getRemoteSocketAddress() instanceof InetSocketAddress remote ? remote.getAddress() : null;
            this.idleSince = now;
        }
    }

    private final Map<EndPoint, Tracked> open = new HashMap<>();
    /** In the order in which they became idle. */
    private final Map<EndPoint, Tracked> idle = new LinkedHashMap<>();

    private final Map<InetAddress, Integer> perAddress = new HashMap<>();
    private final AtomicLong evicted = new AtomicLong();
    private final ScheduledExecutorService sweeper = Executors.newSingleThreadScheduledExecutor(task -> {
        var daemon = new Thread(task, "connection-sweeper");
        daemon.setDaemon(true);
        return daemon;
    });
    private HttpSettings settings;

    /** @param settings {@code maxConnections}, {@code maxConnectionsPerAddress}, {@code idleTimeout} */
    public ConnectionBounds(HttpSettings settings) {
        this.settings = settings;
        var unused =
                sweeper.scheduleWithFixedDelay(this::sweep, SWEEP.toMillis(), SWEEP.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Takes new bounds; smaller ones take effect with the next connection. */
    public synchronized void configure(HttpSettings changed) {
        settings = changed;
    }

    /** Open connections of all listeners. */
    public synchronized int open() {
        return open.size();
    }

    /** Connections given up to make room, or refused, since the start. */
    public long evicted() {
        return evicted.get();
    }

    /**
     * A request has arrived, its header whole.
     *
     * @return false when its connection has just been given up: the request must not be carried out, nobody would have the
     *     answer
     */
    public synchronized boolean requestStarted(Request request) {
        var tracked = open.get(endPoint(request));
        if (tracked == null) {
            return false;
        }
        tracked.requests++;
        idle.remove(tracked.endPoint);
        return true;
    }

    /** The client has to send the body of a started request, or to take its answer: its connection may be given up meanwhile. */
    public synchronized void clientAwaited(Request request) {
        var tracked = open.get(endPoint(request));
        if (tracked != null) {
            idle.put(tracked.endPoint, tracked);
        }
    }

    /**
     * Ends {@link #clientAwaited}; without it the connection may be given up until the answer is out.
     *
     * @return false when the connection was given up: the request must not be carried out
     */
    public synchronized boolean clientDone(Request request) {
        var endPoint = endPoint(request);
        idle.remove(endPoint);
        return open.containsKey(endPoint);
    }

    /** The request of a {@link #requestStarted} that was true is answered whole, or has failed. */
    public synchronized void requestEnded(Request request) {
        var tracked = open.get(endPoint(request));
        if (tracked != null && --tracked.requests == 0) {
            tracked.idleSince = System.nanoTime();
            idle.remove(tracked.endPoint); // from where it was awaited
            idle.put(tracked.endPoint, tracked);
        }
    }

    /**
     * Closes these connections as soon as they have been without a request for a moment, because their listener is closed.
     *
     * @param ending of connections that were reported
     */
    public synchronized void endIdle(Collection<EndPoint> ending) {
        for (var endPoint : ending) {
            var tracked = open.get(endPoint);
            if (tracked != null) {
                tracked.ending = true;
            }
        }
    }

    /** Gives up a connection that has no request yet, because too many wait for their handshake. */
    void refuse(EndPoint endPoint) {
        forget(endPoint);
        evicted.incrementAndGet();
        LOG.debug("Refusing {}: too many handshakes", endPoint);
        endPoint.close();
    }

    @Override
    public void onOpened(Connection connection) {
        // TLS reports twice: for the socket, and for the stream inside.
        if (connection.getEndPoint() instanceof EndPoint.Wrapper) {
            return;
        }
        for (var victim : admit(connection.getEndPoint())) {
            evicted.incrementAndGet();
            LOG.debug("Giving up {}: too many connections", victim);
            victim.close();
        }
    }

    @Override
    public void onClosed(Connection connection) {
        if (!(connection.getEndPoint() instanceof EndPoint.Wrapper)) {
            forget(connection.getEndPoint());
        }
    }

    @Override
    public void close() {
        sweeper.shutdownNow();
    }

    private void sweep() {
        try {
            for (var endPoint : expired()) {
                LOG.debug("Giving up {}: no request in time", endPoint);
                endPoint.close();
            }
        } catch (RuntimeException e) {
            LOG.error("Closing idle connections failed", e);
        }
    }

    private synchronized List<EndPoint> admit(EndPoint endPoint) {
        var newcomer = new Tracked(endPoint, System.nanoTime());
        open.put(endPoint, newcomer);
        idle.put(endPoint, newcomer);
        var victims = new ArrayList<EndPoint>();
        if (newcomer.address != null
                && perAddress.merge(newcomer.address, 1, Integer::sum) > settings.maxConnectionsPerAddress()) {
            oldestIdle(newcomer.address).ifPresent(victims::add);
            victims.forEach(this::forget);
        }
        if (open.size() > settings.maxConnections()) {
            victims.add(dispensable(newcomer));
            victims.forEach(this::forget);
        }
        return victims;
    }

    /** The oldest idle one of the address that has most; the newcomer when all others are busy. */
    private EndPoint dispensable(Tracked newcomer) {
        var found = newcomer;
        var most = 0;
        for (var tracked : idle.values()) {
            var count = tracked.address == null ? 1 : perAddress.getOrDefault(tracked.address, 0);
            if (count > most && tracked != newcomer) {
                most = count;
                found = tracked;
            }
        }
        return found.endPoint;
    }

    private Optional<EndPoint> oldestIdle(InetAddress address) {
        return idle.values().stream()
                .filter(tracked -> address.equals(tracked.address))
                .map(tracked -> tracked.endPoint)
                .findFirst();
    }

    private synchronized List<EndPoint> expired() {
        var now = System.nanoTime();
        var limit = settings.idleTimeout().toNanos();
        var expired = idle.values().stream()
                .filter(tracked -> tracked.requests == 0)
                .filter(tracked -> now - tracked.idleSince >= (tracked.ending ? ENDING_NANOS : limit))
                .map(tracked -> tracked.endPoint)
                .toList();
        expired.forEach(this::forget);
        return expired;
    }

    private synchronized void forget(EndPoint endPoint) {
        var tracked = open.remove(endPoint);
        idle.remove(endPoint);
        if (tracked != null && tracked.address != null) {
            perAddress.computeIfPresent(tracked.address, (address, count) -> count > 1 ? count - 1 : null);
        }
    }

    private static EndPoint endPoint(Request request) {
        var endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
        while (endPoint instanceof EndPoint.Wrapper wrapper) {
            endPoint = wrapper.unwrap();
        }
        return endPoint;
    }
}
