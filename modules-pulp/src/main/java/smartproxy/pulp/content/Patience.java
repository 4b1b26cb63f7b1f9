package smartproxy.pulp.content;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.ProxyException;

/** How long one waits for a Pulp that is away, and what one says meanwhile. For one thread. */
final class Patience {
    /** With one that answers and says no, or nonsense: its database may be away for a moment. */
    static final Duration WITH_REFUSALS = Duration.ofSeconds(10);

    private static final long PAUSE_MILLIS = 1_000;

    private final Duration most;
    private String progress = "";
    private long since;

    /** @param most without any progress */
    Patience(Duration most) {
        this.most = most;
    }

    /**
     * Waits a moment after a failure.
     *
     * @param now is another one whenever there was progress
     * @throws ProxyException the failure, when that has lasted for too long
     */
    void after(ProxyException failure, String now, TaskWait.Watch watch) throws InterruptedException {
        if (since == 0 || !now.equals(progress)) {
            since = System.nanoTime();
            progress = now;
        }
        var isRefusal = failure instanceof BackendException backend && backend.kind() == BackendException.Kind.REJECTED;
        var limit = isRefusal && WITH_REFUSALS.compareTo(most) < 0 ? WITH_REFUSALS : most;
        if (System.nanoTime() - since > limit.toNanos()) {
            throw failure;
        }
        watch.check();
        watch.seen(String.valueOf(failure.getMessage()), 0, 0);
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    }
}
