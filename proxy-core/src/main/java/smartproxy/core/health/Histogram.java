package smartproxy.core.health;

import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;

/** Times in fixed buckets. */
final class Histogram {
    /** Upper bounds in seconds: from a cached answer to a request that used its whole deadline. */
    private static final double[] BOUNDS = {
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, Double.POSITIVE_INFINITY
    };

    private static final double NANOS = 1e9;

    private final LongAdder[] counts = new LongAdder[BOUNDS.length];
    private final LongAdder nanos = new LongAdder();

    Histogram() {
        Arrays.setAll(counts, i -> new LongAdder());
    }

    void record(long time) {
        var bucket = Arrays.binarySearch(BOUNDS, time / NANOS);
        counts[bucket < 0 ? -bucket - 1 : bucket].increment();
        nanos.add(time);
    }

    static double[] bounds() {
        return BOUNDS.clone();
    }

    /** How many times fell into each bucket alone. */
    long[] counts() {
        return Arrays.stream(counts).mapToLong(LongAdder::sum).toArray();
    }

    double sumSeconds() {
        return nanos.sum() / NANOS;
    }
}
