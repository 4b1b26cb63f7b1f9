package smartproxy.tftp.server;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.Finding;
import smartproxy.core.api.HealthSource.Health;
import smartproxy.core.api.LiveCheck;
import smartproxy.core.api.ModuleContext;
import smartproxy.core.api.StartException;
import smartproxy.tftp.files.FileStore;

/**
 * The TFTP server of the module {@code tftp}: reads below its root, for anybody who can send it a packet. It writes nothing.
 * Sockets and transfers stay over a reload that leaves its addresses as they are.
 */
public final class TftpServer implements AutoCloseable {
    /** Of the setting, and at the beginning of what it logs. */
    public static final String NAME = "tftp_server";

    private static final Logger LOG = LoggerFactory.getLogger(TftpServer.class);

    /** Closes something; the last opened goes first. */
    @FunctionalInterface
    private interface Closing extends AutoCloseable {
        @Override
        void close();
    }

    private final TftpServerSettings settings;
    private final FileStore files;
    private final ModuleContext context;
    private final Deque<Closing> opened = new ArrayDeque<>();
    private volatile @Nullable Counters counters;
    private volatile List<TftpEndpoint> endpoints = List.of();

    /** Opens nothing; shows health and metrics of itself. */
    public TftpServer(TftpServerSettings settings, FileStore files, ModuleContext context) {
        this.settings = settings;
        this.files = files;
        this.context = context;
        context.health("tftp server", this::health);
        metric("smart_proxy_tftp_sessions", "Transfers that run", Map.of(), c -> c.running.get());
        var transfers = "smart_proxy_tftp_transfers_total";
        var ended = "Transfers that have ended";
        metric(transfers, ended, Map.of("result", "complete"), c -> c.complete.sum());
        metric(transfers, ended, Map.of("result", "aborted"), c -> c.aborted.sum());
        metric(transfers, ended, Map.of("result", "failed"), c -> c.failed.sum());
        metric("smart_proxy_tftp_bytes_total", "Bytes of files that arrived", Map.of(), c -> c.bytes.sum());
        metric(
                "smart_proxy_tftp_retransmissions_total",
                "Packets that were sent once more",
                Map.of(),
                c -> c.retransmissions.sum());
        var errors = "smart_proxy_tftp_errors_total";
        var refused = "Requests that were refused or left unanswered, and packets of no transfer";
        metric(errors, refused, Map.of("reason", "not_found"), c -> c.notFound.sum());
        metric(errors, refused, Map.of("reason", "refused"), c -> c.refused.sum());
        metric(errors, refused, Map.of("reason", "over_limit"), c -> c.overLimit.sum());
        metric(errors, refused, Map.of("reason", "stray"), c -> c.strays.sum());
    }

    private void metric(String name, String help, Map<String, String> labels, ToDoubleFunction<Counters> value) {
        context.metric(name, help, labels, () -> {
            var current = counters;
            return current == null ? Double.NaN : value.applyAsDouble(current);
        });
    }

    /** Opens the sockets, or takes over those that are open. {@link #close()} also after a failure. */
    public void start() throws StartException {
        try {
            var counts = context.shared().acquire(NAME + " counters", Counters.class, Counters::new);
            opened.push(counts::close);
            counters = counts.get();
            var open = new ArrayList<TftpEndpoint>();
            for (var address : settings.listen()) {
                var lease = context.shared()
                        .acquire(
                                NAME + " " + Addresses.text(address),
                                TftpEndpoint.class,
                                () -> TftpEndpoint.open(address));
                opened.push(lease::close);
                open.add(lease.get());
            }
            var service = new TftpEndpoint.Service(files, settings.bounds(), settings.singlePort(), counts.get());
            for (var endpoint : open) {
                var use = endpoint.use(service);
                opened.push(use::close);
            }
            endpoints = List.copyOf(open);
            LOG.info("{}: listening on {}", NAME, text(open));
        } catch (StartException e) {
            throw e;
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw new StartException(NAME + ": cannot start: " + e, e);
        }
    }

    /** For a sentence about it: {@code listens on 192.0.2.1:69}, or {@code is to listen on} it while it does not. */
    public String whereabouts() {
        var open = endpoints;
        var listening = !open.isEmpty() && open.stream().allMatch(TftpEndpoint::isListening);
        return (listening ? "listens on " : "is to listen on ")
                + settings.listen().stream().map(Addresses::text).collect(Collectors.joining(", "));
    }

    /** Whether the ports are free, or the daemon's; for {@code check --live}. */
    public List<Finding> probe(LiveCheck.Host host) {
        return settings.listen().stream()
                .map(address -> host.port(NAME, false, address))
                .toList();
    }

    private Health health() {
        var current = counters;
        var broken =
                endpoints.stream().filter(endpoint -> !endpoint.isListening()).toList();
        if (current == null || endpoints.isEmpty() || !broken.isEmpty()) {
            return new Health(false, broken.isEmpty() ? "not started" : "not listening on " + text(broken));
        }
        return new Health(true, "listening on " + text(endpoints) + "; " + current.running + " transfers");
    }

    private static String text(List<TftpEndpoint> endpoints) {
        return endpoints.stream().map(TftpEndpoint::toString).collect(Collectors.joining(", "));
    }

    /** New requests go to who else uses the sockets; when that is nobody, running transfers get some seconds to end. */
    @Override
    public void close() {
        endpoints = List.of();
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (RuntimeException e) { // the other sockets are closed all the same
                LOG.error("{}: closing failed", NAME, e);
            }
        }
        counters = null;
    }
}
