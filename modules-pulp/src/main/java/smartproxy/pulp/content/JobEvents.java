package smartproxy.pulp.content;

import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.RequestContext;

/**
 * Changed jobs as a stream of events (HTML Living Standard, section 9.2), read from the rows: whoever comes again with the id of the last one
 * misses nothing.
 */
final class JobEvents {
    static final int MOST = 16;

    /** Each may be a mirror of thousands of repositories. */
    private static final int AT_ONCE = 4;

    private static final Duration HEARTBEAT = Duration.ofSeconds(10);

    /** Left of the deadline for the end of the answer. */
    private static final Duration END = Duration.ofSeconds(1);

    private final JobRows rows;
    private final Semaphore subscribers = new Semaphore(MOST);

    JobEvents(JobRows rows) {
        this.rows = rows;
    }

    /**
     * @param last id of the last event that the client has; null: it wants what comes from now on
     * @throws BusyException when there are too many subscribers
     */
    StreamingOutput stream(@Nullable String last, RequestContext request) {
        var newest = rows.newestEvent();
        // one that is not there yet is of another store
        var from = last == null || last.isBlank() ? newest : Math.min(number(last), newest);
        if (subscribers.availablePermits() == 0) {
            throw busy();
        }
        return out -> {
            if (!subscribers.tryAcquire()) {
                throw busy();
            }
            try {
                send(out, from, request.deadline(), request.ending());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException();
            } finally {
                subscribers.release();
            }
        };
    }

    private static BusyException busy() {
        return new BusyException("There are " + MOST + " subscribers of events already");
    }

    private static long number(String last) {
        if (!last.strip().matches("\\d{1,18}")) {
            throw CallerException.badRequest("Last-Event-ID is expected to be the id of an event");
        }
        return Long.parseLong(last.strip());
    }

    private void send(OutputStream out, long from, Deadline deadline, BooleanSupplier ending)
            throws IOException, InterruptedException {
        write(out, "retry: 1000\n\n");
        var newest = from;
        var said = System.nanoTime();
        while (deadline.left().compareTo(END) > 0 && !ending.getAsBoolean()) {
            var changes = rows.changes();
            var jobs = rows.changedAfter(newest, AT_ONCE);
            for (var job : jobs) {
                newest = job.event();
                write(out, "id: " + newest + "\nevent: job\ndata: " + ContentJson.job(job) + "\n\n");
            }
            if (!jobs.isEmpty()) {
                said = System.nanoTime();
                continue;
            }
            if (System.nanoTime() - said > HEARTBEAT.toNanos()) {
                write(out, ": alive\n\n");
                said = System.nanoTime();
            }
            rows.awaitChange(changes, Math.min(1000, deadline.leftMillis()));
        }
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
