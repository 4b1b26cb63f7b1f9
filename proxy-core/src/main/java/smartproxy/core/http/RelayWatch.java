package smartproxy.core.http;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/** Ends a relay whose server lets it wait too long. A client that takes its answer slowly is no such wait. */
final class RelayWatch implements Runnable {
    private static final long PERIOD_MILLIS = 500;

    private final Scheduler scheduler;
    private final long firstByte;
    private final long idle;
    private final Runnable end;
    private volatile long since = System.nanoTime();
    private volatile boolean waits = true;
    private volatile boolean begun;
    private volatile boolean answered;
    private boolean ended;
    private Scheduler.@Nullable Task next;

    /** @param end run when the server is too slow; once or more */
    RelayWatch(Scheduler scheduler, Duration firstByte, Duration idle, Runnable end) {
        this.scheduler = scheduler;
        this.firstByte = firstByte.toNanos();
        this.idle = idle.toNanos();
        this.end = end;
    }

    synchronized void start() {
        if (!ended) {
            next = scheduler.schedule(this, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void run() {
        if (answered || (waits && System.nanoTime() - since > (begun ? idle : firstByte))) {
            end.run();
        }
        start();
    }

    /** The answer begins. */
    void begun() {
        begun = true;
        since = System.nanoTime();
    }

    /** A part has come and is on its way to the client. */
    void arrived() {
        waits = false;
    }

    /** The client has taken it, the next is waited for. */
    void waits() {
        since = System.nanoTime();
        waits = true;
    }

    /** The whole answer came; the server is not waited for much longer, whatever of the request it did not take. */
    void answered() {
        answered = true;
    }

    synchronized void end() {
        ended = true;
        if (next != null) {
            next.cancel(); // it holds the request
        }
    }
}
