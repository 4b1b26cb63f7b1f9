package smartproxy.pulp.content;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.ProxyException;

/**
 * How long one waits for a Pulp that does not go on, and what one says meanwhile: one clock for all that a part of a job waits for, which
 * stands while Pulp works. For one thread.
 */
final class Patience {
    /** With one that answers and says no, or nonsense: its database may be away for a moment. */
    static final Duration WITH_REFUSALS = Duration.ofSeconds(10);

    private static final long PAUSE_MILLIS = 1_000;
    private static final int MOST_REASONS = 5;
    private static final String OTHER = "other troubles";

    /**
     * Bounds.
     *
     * @param trouble without a break, or a Pulp that does not answer and no progress
     * @param missingWorker of a task while others are online, until it counts as lost
     * @param inAll of all waiting together
     */
    record Limits(Duration trouble, Duration missingWorker, Duration inAll) {}

    /** How time passes. */
    interface Time {
        Time SYSTEM = new Time() {
            @Override
            public long nanoTime() {
                return System.nanoTime();
            }

            @Override
            public void pause(long millis) throws InterruptedException {
                TimeUnit.MILLISECONDS.sleep(millis);
            }
        };

        long nanoTime();

        void pause(long millis) throws InterruptedException;
    }

    private final Limits limits;
    private final Time time;
    private final Map<String, Long> waited = new LinkedHashMap<>();
    private final Stretch failing = new Stretch();
    private final Stretch refusing = new Stretch();
    private String progress = "";
    private boolean waits;
    private long lookedAt;

    Patience(Limits limits, Time time) {
        this.limits = limits;
        this.time = time;
    }

    /** How long something has been so without a break. */
    static final class Stretch {
        private boolean was;
        private long since;

        boolean isLonger(Duration limit, boolean isSo, long now) {
            if (isSo && !was) {
                since = now;
            }
            was = isSo;
            return isSo && now - since > limit.toNanos();
        }

        void end() {
            was = false;
        }
    }

    Limits limits() {
        return limits;
    }

    long now() {
        return time.nanoTime();
    }

    void pause(long millis) throws InterruptedException {
        time.pause(millis);
    }

    /** Pulp works. */
    void goesOn() {
        waits = false;
    }

    /**
     * Pulp does not go on.
     *
     * @return whether that is enough of waiting, {@link #told}
     */
    boolean isEnough(String trouble) {
        var now = now();
        var what = waited.containsKey(trouble) || waited.size() < MOST_REASONS ? trouble : OTHER;
        waited.merge(what, waits ? now - lookedAt : 0, Long::sum);
        waits = true;
        lookedAt = now;
        return waited.values().stream().mapToLong(Long::longValue).sum() > limits.inAll.toNanos();
    }

    /** What was waited for, and how long. */
    String told() {
        return "given up after " + limits.inAll.toSeconds() + " s in all: "
                + waited.entrySet().stream()
                        .map(one -> one.getKey() + " (" + TimeUnit.NANOSECONDS.toSeconds(one.getValue()) + " s)")
                        .collect(Collectors.joining("; "));
    }

    /**
     * Waits a moment after a failure.
     *
     * @param now is another one whenever there was progress
     * @throws ProxyException the failure, when that has lasted for too long, or what was waited for, when that is enough
     */
    void after(ProxyException failure, String now, TaskWait.Watch watch) throws InterruptedException {
        if (!now.equals(progress)) {
            failing.end();
            refusing.end();
            progress = now;
        }
        var isRefusal = failure instanceof BackendException backend && backend.kind() == Kind.REJECTED;
        var trouble = String.valueOf(failure.getMessage());
        var isEnough = isEnough(trouble);
        var failsTooLong = failing.isLonger(limits.trouble, true, now());
        // one that comes back may refuse for a moment, however long it was away
        var refusesTooLong = refusing.isLonger(WITH_REFUSALS, isRefusal, now());
        if (failsTooLong || refusesTooLong) {
            throw failure;
        }
        if (isEnough) {
            throw new BackendException(Kind.UNAVAILABLE, Outcome.UNKNOWN, told(), failure);
        }
        watch.check();
        watch.seen(trouble, 0, 0);
        pause(PAUSE_MILLIS);
    }
}
