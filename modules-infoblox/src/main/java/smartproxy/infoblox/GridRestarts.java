package smartproxy.infoblox;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.HealthSource.Health;
import smartproxy.core.api.ProxyException;

/**
 * Members of a grid serve a change only after their services were restarted. One restart is sent for all changes of a while. It
 * is tried until it succeeds; what is still due at the end is sent then, or, when that fails, after the next start.
 *
 * <p>Shared by the generations of a provider: {@link #attach} says who sends.
 */
public final class GridRestarts implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GridRestarts.class);

    /** For one restart to be accepted. */
    static final Duration LONGEST_SENDING = Duration.ofSeconds(30);

    /** For what is due at the end. */
    static final Duration LONGEST_LAST = Duration.ofSeconds(10);

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);
    private static final int MOST_DOUBLINGS = 10;

    /** Sends a restart. */
    @FunctionalInterface
    public interface Sender {
        /** @throws ProxyException when the grid did not accept it */
        void send(Deadline deadline);
    }

    /** Remembers over the end of the process that a restart is due; failures are its own to tell. */
    public interface Memory {
        boolean isDue();

        void due(boolean due);
    }

    /** Who sends, and how long changes are gathered. */
    public record Rules(Sender sender, Duration window) {}

    private final String owner;
    private final Memory memory;
    private final ScheduledThreadPoolExecutor thread;
    private final List<Rules> attached = new ArrayList<>();

    /** Changes that ended; those of them that a restart was sent for; those that run. */
    private long made;

    private long served;
    private int running;

    private boolean remembered;
    private int failures;
    private long attempts;
    private boolean closed;
    private @Nullable ScheduledFuture<?> next;
    private Optional<String> lastError = Optional.empty();
    private Optional<Instant> lastSent = Optional.empty();

    /** @param owner the provider, for the log */
    public GridRestarts(String owner, Memory memory) {
        this.owner = owner;
        this.memory = memory;
        thread = new ScheduledThreadPoolExecutor(1, work -> {
            var made = new Thread(work, "restart-" + owner);
            made.setDaemon(true);
            return made;
        });
        if (memory.isDue()) {
            remembered = true;
            made = 1;
        }
    }

    /** The newest rules count. What was due at the last end of the process is sent after the first are attached. */
    public synchronized void attach(Rules rules) {
        attached.add(rules);
        if (made > served) {
            schedule(rules.window());
        }
    }

    /** The others go on; the last one's are kept for what is due at the end. */
    public synchronized void detach(Rules rules) {
        if (attached.size() > 1) {
            attached.remove(rules);
        }
    }

    /** Before a change is sent: from now on a crash leaves a restart due. */
    public synchronized void begin() {
        running++;
        if (!remembered) {
            remembered = true;
            memory.due(true);
        }
    }

    /**
     * After it.
     *
     * @param mayBeMade whether there is anything to serve
     * @return its number, for {@link #await}
     */
    public synchronized long end(boolean mayBeMade) {
        running--;
        if (mayBeMade) {
            made++;
            schedule(rules().window());
        } else {
            forget();
        }
        return made;
    }

    /**
     * Waits until a restart was sent for a change, or could not be sent once, or the deadline.
     *
     * @return whether it was sent
     */
    public synchronized boolean await(long change, Deadline deadline) throws InterruptedException {
        var before = attempts;
        while (served < change && !closed && !deadline.expired() && (attempts == before || failures == 0)) {
            wait(Math.max(1, deadline.leftMillis()));
        }
        return served >= change;
    }

    private Rules rules() {
        return attached.get(attached.size() - 1);
    }

    private void schedule(Duration pause) {
        if (next == null && !closed) {
            next = thread.schedule(this::run, pause.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void run() {
        attempt(Deadline.in(LONGEST_SENDING));
        synchronized (this) {
            next = null;
            if (made > served) {
                schedule(failures == 0 ? rules().window() : pause());
            }
        }
    }

    private Duration pause() {
        var longer = rules().window().multipliedBy(1L << Math.min(failures, MOST_DOUBLINGS));
        return longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
    }

    private void attempt(Deadline deadline) {
        Sender sender;
        long covered;
        synchronized (this) {
            sender = rules().sender();
            covered = made;
        }
        try {
            sender.send(deadline);
            succeeded(covered);
        } catch (ProxyException e) {
            failed(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.warn("{}: a restart of the grid's services failed by a bug", owner, e);
            failed(e.toString());
        } catch (OutOfMemoryError e) { // of threads too, which the other work of the daemon gives back
            failed(e.toString());
        }
    }

    private synchronized void succeeded(long covered) {
        if (failures > 0) {
            LOG.info("{}: the grid's services are restarted again, after {} failures", owner, failures);
        }
        served = covered;
        failures = 0;
        attempts++;
        lastSent = Optional.of(Instant.now());
        forget();
        notifyAll();
    }

    private synchronized void failed(String error) {
        failures++;
        attempts++;
        lastError = Optional.of(error);
        if (failures == 1) {
            LOG.warn(
                    "{}: {} changes are in the grid, but its services were not restarted to serve them, which is tried again"
                            + " until it succeeds: {}",
                    owner,
                    made - served,
                    error);
        }
        notifyAll();
    }

    private void forget() {
        if (remembered && running == 0 && made == served) {
            remembered = false;
            memory.due(false);
        }
    }

    /** How it is, for a person. */
    public synchronized Health health() {
        var last = lastSent.map(at -> ", the last one was sent at " + at.truncatedTo(ChronoUnit.SECONDS))
                .orElse("");
        if (failures > 0) {
            return new Health(
                    false,
                    made - served + " changes wait for a restart of the grid's services, which failed " + failures
                            + " times: " + lastError.orElse("") + last);
        }
        var due = made > served ? "a restart of the grid's services is due" : "no restart is due";
        return new Health(true, due + last);
    }

    /** Sends what is due, once. */
    @Override
    public void close() {
        boolean due;
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        thread.shutdownNow();
        try {
            // one that is being sent is interrupted, and sent again below
            if (!thread.awaitTermination(LONGEST_LAST.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("{}: a restart of the grid's services does not end", owner);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            due = made > served && !attached.isEmpty();
        }
        if (!due) {
            return;
        }
        attempt(Deadline.in(LONGEST_LAST));
        synchronized (this) {
            if (made > served) {
                LOG.warn(
                        "{}: {} changes are in the grid, but its services were not restarted to serve them; that is done"
                                + " after the next start: {}",
                        owner,
                        made - served,
                        lastError.orElse(""));
            }
        }
    }
}
