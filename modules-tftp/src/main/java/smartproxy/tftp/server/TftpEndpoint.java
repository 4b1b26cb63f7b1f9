package smartproxy.tftp.server;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.StartException;
import smartproxy.tftp.files.FileStore;

/**
 * One listening address and the thread that serves it. It outlives a reload: the service that came last gets new requests, and
 * the one before gets them back when the last one goes first; transfers go on as they began. A socket that breaks is bound again
 * until it works.
 */
final class TftpEndpoint implements AutoCloseable {
    /**
     * What requests are answered by.
     *
     * @param singlePort whether transfers leave from the port that was asked
     */
    record Service(FileStore files, Bounds bounds, boolean singlePort, Counters counters) {}

    /** The use by one service; ends with {@link #close()}. */
    interface Use extends AutoCloseable {
        @Override
        void close();
    }

    /** Transfers that run at the end may go on so long. */
    static final int DRAIN_SECONDS = 5;

    private static final Logger LOG = LoggerFactory.getLogger(TftpEndpoint.class);
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 10_000;

    private final InetSocketAddress address;
    private final List<Service> services = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;
    private volatile @Nullable Sessions sessions;

    private TftpEndpoint(InetSocketAddress address) throws IOException {
        this.address = address;
        Supplier<@Nullable Service> current = this::service;
        sessions = Sessions.bind(address, current);
        thread = new Thread(this::run, "tftp " + this);
        thread.setDaemon(true);
    }

    /** @throws StartException when the address cannot be bound */
    static TftpEndpoint open(InetSocketAddress address) throws StartException {
        try {
            var endpoint = new TftpEndpoint(address);
            endpoint.thread.start();
            return endpoint;
        } catch (IOException e) {
            throw new StartException(
                    TftpServer.NAME + ": cannot listen on " + Addresses.text(address) + " UDP: " + e.getMessage() + "; "
                            + advice(address, e),
                    e);
        }
    }

    private static String advice(InetSocketAddress address, IOException e) {
        var elsewhere = "change :" + TftpServer.NAME + ": in tftp.yml";
        var message = String.valueOf(e.getMessage());
        if (message.contains("Permission denied")) {
            return "ports below 1024 need the capability CAP_NET_BIND_SERVICE, or " + elsewhere;
        }
        if (e instanceof BindException && message.contains("in use")) {
            return "stop what has the port (ss -lnpu 'sport = " + address.getPort() + "' shows it) or " + elsewhere;
        }
        return "give the host that address or " + elsewhere;
    }

    /** Lets a service have the requests, from the next one on. */
    Use use(Service service) {
        services.add(service);
        return () -> services.remove(service);
    }

    private @Nullable Service service() {
        var current = List.copyOf(services);
        return current.isEmpty() ? null : current.get(current.size() - 1);
    }

    boolean isListening() {
        return sessions != null;
    }

    InetSocketAddress address() {
        return address;
    }

    /** As in the settings, with the port. */
    @Override
    public String toString() {
        return Addresses.text(address);
    }

    private void run() {
        var pause = FIRST_PAUSE_MILLIS;
        while (closed.getCount() > 0) {
            var serving = sessions;
            try {
                if (serving == null) {
                    serving = Sessions.bind(address, this::service);
                    sessions = serving;
                    LOG.info("{}: listening on {} again", TftpServer.NAME, this);
                }
                pause = FIRST_PAUSE_MILLIS;
                serving.serve(closed);
                serving.close("the server is stopping");
            } catch (IOException | RuntimeException | OutOfMemoryError e) {
                LOG.error("{}: {} broke; it is opened again in {} ms", TftpServer.NAME, this, pause, e);
                sessions = null;
                if (serving != null) {
                    serving.close("the server has failed");
                }
                await(pause);
                pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
            }
        }
        sessions = null;
    }

    private void await(long millis) {
        try {
            if (closed.await(millis, TimeUnit.MILLISECONDS)) {
                LOG.debug("{}: {} is not opened again", TftpServer.NAME, this);
            }
        } catch (InterruptedException e) {
            LOG.debug("nobody interrupts this thread", e);
        }
    }

    /** Takes no new request, and lets transfers end within {@link #DRAIN_SECONDS}. */
    @Override
    public void close() {
        closed.countDown();
        var serving = sessions;
        if (serving != null) {
            serving.wakeUp();
        }
        try {
            thread.join(TimeUnit.SECONDS.toMillis(2L * DRAIN_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
