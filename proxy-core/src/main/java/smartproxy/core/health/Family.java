package smartproxy.core.health;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * A metric and its series, one for each combination of label values. Bounded: what comes above the bound is counted in one
 * series whose labels are all {@code other}.
 */
final class Family<S> {
    static final int MOST_SERIES = 500;

    private final String name;
    private final String help;
    private final List<String> labels;
    private final Supplier<S> make;
    private final Map<List<String>, S> series = new ConcurrentHashMap<>();

    Family(String name, String help, List<String> labels, Supplier<S> make) {
        this.name = name;
        this.help = help;
        this.labels = labels;
        this.make = make;
    }

    S of(String... values) {
        var key = List.of(values);
        var known = series.get(key);
        if (known != null) {
            return known;
        }
        var bounded = series.size() < MOST_SERIES ? key : Collections.nCopies(values.length, "other");
        return series.computeIfAbsent(bounded, k -> make.get());
    }

    String name() {
        return name;
    }

    String help() {
        return help;
    }

    List<String> labels() {
        return labels;
    }

    Map<List<String>, S> series() {
        return series;
    }
}
