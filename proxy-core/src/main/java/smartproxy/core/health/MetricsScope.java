package smartproxy.core.health;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.DoubleSupplier;
import java.util.regex.Pattern;

/** The gauges of one generation of settings, or of one part of the daemon; closing it takes them out. */
public final class MetricsScope implements AutoCloseable {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]*");

    private final Metrics metrics;
    private final List<Gauge> gauges = new CopyOnWriteArrayList<>();

    MetricsScope(Metrics metrics) {
        this.metrics = metrics;
    }

    /**
     * Shows a value. Where two scopes have a gauge of the same name and tags, the newer scope's is shown.
     *
     * @param name in Prometheus style, with its unit: {@code smart_proxy_connections}; one that ends in {@code _total} is a
     *     counter
     * @param help one line; of gauges that share a name the first one's counts
     * @param tags label names and values, few and bounded; all gauges of a name have the same label names
     * @param value read at each scrape: cheap, no I/O; NaN is not shown
     * @throws IllegalArgumentException when the name or a label name is none of Prometheus'
     */
    public void gauge(String name, String help, Map<String, String> tags, DoubleSupplier value) {
        var sorted = new TreeMap<>(tags);
        check(name);
        sorted.keySet().forEach(MetricsScope::check);
        gauges.add(new Gauge(name, help, List.copyOf(sorted.keySet()), new ArrayList<>(sorted.values()), value));
    }

    private static void check(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("not a name of a metric or label: " + name);
        }
    }

    List<Gauge> gauges() {
        return gauges;
    }

    @Override
    public void close() {
        metrics.remove(this);
    }
}
