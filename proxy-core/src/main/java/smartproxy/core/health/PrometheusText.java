package smartproxy.core.health;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Our families and gauges, and the JVM's, as Prometheus reads them. */
final class PrometheusText implements AutoCloseable {
    private static final String COUNTER = "_total";
    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private final List<Family<Histogram>> histograms;
    private final List<Family<LongAdder>> counters;
    private final Supplier<List<Gauge>> gauges;
    private final PrometheusMeterRegistry registry;
    private final JvmGcMetrics gc = new JvmGcMetrics();

    /** @param gauges in order of age; of two with the same name and labels the last is shown */
    PrometheusText(List<Family<Histogram>> histograms, List<Family<LongAdder>> counters, Supplier<List<Gauge>> gauges) {
        this.histograms = histograms;
        this.counters = counters;
        this.gauges = gauges;
        var prometheus = new PrometheusRegistry();
        prometheus.register((MultiCollector) this::collect);
        registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, prometheus, Clock.SYSTEM);
        gc.bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
    }

    String scrape() {
        return registry.scrape(TEXT);
    }

    @Override
    public void close() {
        gc.close();
        registry.close();
    }

    private MetricSnapshots collect() {
        var all = new ArrayList<MetricSnapshot>();
        histograms.forEach(family -> all.add(histogram(family)));
        counters.forEach(family -> all.add(counter(family)));
        var ours = all.stream().map(shown -> shown.getMetadata().getName()).collect(Collectors.toSet());
        all.addAll(gaugeSnapshots(ours));
        return new MetricSnapshots(all);
    }

    private static MetricSnapshot histogram(Family<Histogram> family) {
        var snapshot = HistogramSnapshot.builder().name(family.name()).help(family.help());
        family.series()
                .forEach((values, histogram) -> snapshot.dataPoint(HistogramDataPointSnapshot.builder()
                        .labels(Labels.of(family.labels(), values))
                        .classicHistogramBuckets(ClassicHistogramBuckets.of(Histogram.bounds(), histogram.counts()))
                        .sum(histogram.sumSeconds())
                        .build()));
        return snapshot.build();
    }

    private static MetricSnapshot counter(Family<LongAdder> family) {
        var values = new LinkedHashMap<Labels, Double>();
        family.series()
                .forEach((labels, count) -> values.put(Labels.of(family.labels(), labels), (double) count.sum()));
        return counter(family.name(), family.help(), values);
    }

    private static MetricSnapshot counter(String name, String help, Map<Labels, Double> values) {
        var snapshot = CounterSnapshot.builder().name(base(name)).help(help);
        values.forEach((labels, value) -> snapshot.dataPoint(
                CounterDataPointSnapshot.builder().labels(labels).value(value).build()));
        return snapshot.build();
    }

    private static MetricSnapshot gauge(String name, String help, Map<Labels, Double> values) {
        var snapshot = GaugeSnapshot.builder().name(name).help(help);
        values.forEach((labels, value) -> snapshot.dataPoint(
                GaugeDataPointSnapshot.builder().labels(labels).value(value).build()));
        return snapshot.build();
    }

    /** A counter's name without its end, as the library knows it. */
    private static String base(String name) {
        return name.endsWith(COUNTER) ? name.substring(0, name.length() - COUNTER.length()) : name;
    }

    /** @param ours names that are taken */
    private List<MetricSnapshot> gaugeSnapshots(Set<String> ours) {
        var byName = new LinkedHashMap<String, Map<Labels, Gauge>>();
        for (var gauge : gauges.get()) {
            if (!ours.contains(base(gauge.name()))) {
                byName.computeIfAbsent(gauge.name(), name -> new LinkedHashMap<>())
                        .put(Labels.of(gauge.labels(), gauge.values()), gauge);
            }
        }
        var snapshots = new ArrayList<MetricSnapshot>();
        byName.forEach((name, series) -> {
            var help = series.values().iterator().next().help();
            var values = new LinkedHashMap<Labels, Double>();
            series.forEach((labels, gauge) -> {
                var value = read(gauge);
                if (!Double.isNaN(value)) {
                    values.put(labels, value);
                }
            });
            // beside a gauge of the same base it is one, too: the library would take both for one family
            var counts = name.endsWith(COUNTER) && !byName.containsKey(base(name));
            snapshots.add(counts ? counter(name, help, values) : gauge(name, help, values));
        });
        return snapshots;
    }

    /** One broken gauge must not cost the others. */
    private static double read(Gauge gauge) {
        try {
            return gauge.value().getAsDouble();
        } catch (RuntimeException e) {
            return Double.NaN;
        }
    }
}
