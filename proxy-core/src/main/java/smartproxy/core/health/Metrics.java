package smartproxy.core.health;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The metrics of the daemon. Counting is plain adding; Micrometer and the Prometheus client are loaded by the first scrape, so
 * that neither the start nor a request pays for them.
 */
public final class Metrics implements AutoCloseable {
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT");

    private final Family<Histogram> requests = new Family<>(
            "smart_proxy_requests_seconds",
            "Time from the request line to the end of the answer",
            List.of("mount", "method", "status", "status_class"),
            Histogram::new);
    private final Family<Histogram> backendCalls = new Family<>(
            "smart_proxy_backend_seconds",
            "Time of one attempt at a backend",
            List.of("backend", "operation", "result"),
            Histogram::new);
    private final Family<LongAdder> backendErrors = new Family<>(
            "smart_proxy_backend_errors_total",
            "Attempts at a backend that failed or were refused by it",
            List.of("backend", "operation", "error"),
            LongAdder::new);
    private final Family<LongAdder> backendRefusals = new Family<>(
            "smart_proxy_backend_refused_total",
            "Calls that were answered without trying the backend",
            List.of("backend", "reason"),
            LongAdder::new);
    private final Family<LongAdder> relayed = new Family<>(
            "smart_proxy_relayed_bytes_total",
            "Bytes of bodies passed on: to a server, or back to a client",
            List.of("mount", "direction"),
            LongAdder::new);
    private final Family<LongAdder> handshakes =
            new Family<>("smart_proxy_handshakes_total", "TLS handshakes that succeeded", List.of(), LongAdder::new);
    private final Family<LongAdder> handshakeFailures = new Family<>(
            "smart_proxy_handshake_failures_total", "TLS handshakes that failed", List.of("reason"), LongAdder::new);

    private final List<MetricsScope> scopes = new CopyOnWriteArrayList<>();
    private @Nullable PrometheusText prometheus;

    /**
     * @param mount the path of the mount, not of the request: {@code /dns}; a constant for requests outside of all
     * @param status of the answer
     * @param nanos from the request line to the end of the answer
     */
    public void requestFinished(String mount, String method, int status, long nanos) {
        requests.of(mount, METHODS.contains(method) ? method : "other", Integer.toString(status), status / 100 + "xx")
                .record(nanos);
    }

    /**
     * Counts bytes of bodies that are passed on.
     *
     * @param mount the path of the mount
     * @param direction {@code in} to a server, {@code out} to a client
     */
    public LongAdder relayedBytes(String mount, String direction) {
        return relayed.of(mount, direction);
    }

    /** @param reason one of few constant words: {@code unknown_ca}, {@code expired} */
    public void handshakeFailed(String reason) {
        handshakeFailures.of(reason).increment();
    }

    public void handshakeDone() {
        handshakes.of().increment();
    }

    /**
     * One attempt.
     *
     * @param operation the name of the operation
     * @param result {@code ok}, or the kind of error, which is then counted as one
     */
    public void backendCall(String backend, String operation, String result, long nanos) {
        backendCalls.of(backend, operation, result).record(nanos);
        if (!result.equals("ok")) {
            backendErrors.of(backend, operation, result).increment();
        }
    }

    /** @param reason why it was not tried: {@code no_permit}, {@code circuit_open}, {@code deadline} */
    public void backendRefused(String backend, String reason) {
        backendRefusals.of(backend, reason).increment();
    }

    /** A place for gauges that come and go together. */
    public MetricsScope scope() {
        var scope = new MetricsScope(this);
        scopes.add(scope);
        return scope;
    }

    void remove(MetricsScope scope) {
        scopes.remove(scope);
    }

    /** All metrics in the Prometheus text format 0.0.4. */
    public synchronized String scrape() {
        if (prometheus == null) {
            prometheus = new PrometheusText(
                    List.of(requests, backendCalls),
                    List.of(backendErrors, backendRefusals, relayed, handshakes, handshakeFailures),
                    () -> scopes.stream()
                            .flatMap(scope -> scope.gauges().stream())
                            .toList());
        }
        return prometheus.scrape();
    }

    /** Ends what watches the JVM. */
    @Override
    public synchronized void close() {
        if (prometheus != null) {
            prometheus.close();
            prometheus = null;
        }
    }
}
