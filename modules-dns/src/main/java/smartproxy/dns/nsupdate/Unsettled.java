package smartproxy.dns.nsupdate;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.HealthSource.Health;
import smartproxy.core.api.ProxyException;
import smartproxy.dns.DnsName;

/**
 * Names of which an update was sent that was not answered, so that it may still be on its way. The next change of such a name
 * waits until that is over: when the signature has expired, or when the server has answered a later message and what it was
 * sent before has had time to be handled. Then the server is asked, and the log says whether the change was made.
 */
final class Unsettled implements AutoCloseable {
    /** Asks the server for the state that a change aims at; throws {@link ProxyException} when it does not answer. */
    @FunctionalInterface
    interface Look {
        Found at(Change change, Deadline deadline);
    }

    static final int MOST = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(Unsettled.class);
    private static final Duration TICK = Duration.ofMillis(500);
    private static final Duration TIME_TO_ANSWER = Duration.ofSeconds(2);

    private static final class Entry {
        final Change change;
        final boolean unknown;
        final @Nullable Long end;
        final CompletableFuture<@Nullable Void> settled = new CompletableFuture<>();
        volatile @Nullable Long answeredAt;

        Entry(Change change, boolean unknown, @Nullable Long end) {
            this.change = change;
            this.unknown = unknown;
            this.end = end;
        }

        boolean expired() {
            return end != null && System.nanoTime() - end >= 0;
        }
    }

    private final Look look;
    private final Duration grace;
    private final Map<String, Entry> entries = new ConcurrentHashMap<>();
    private @Nullable ScheduledThreadPoolExecutor scheduler;

    /** @param grace time that a server which answers needs at most for what it was sent before */
    Unsettled(Look look, Duration grace) {
        this.look = look;
        this.grace = grace;
    }

    void start() {
        var executor = new ScheduledThreadPoolExecutor(1, work -> {
            var thread = new Thread(work, "dns_nsupdate settle");
            thread.setDaemon(true);
            return thread;
        });
        var unused = executor.scheduleWithFixedDelay(
                this::settleAll, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
        scheduler = executor;
    }

    /**
     * An update was sent and not answered, and its caller was told that the outcome is unknown.
     *
     * @param end when it cannot be accepted any more, as {@link System#nanoTime()}; null when it is not signed
     */
    void unknown(Change change, @Nullable Long end) {
        entries.put(change.name().key(), new Entry(change, true, end));
    }

    /** An update was not answered, but a later one was, so that the outcome is known. */
    void overtaken(Change change, @Nullable Long end) {
        var entry = new Entry(change, false, end);
        entry.answeredAt = System.nanoTime();
        entries.put(change.name().key(), entry);
    }

    /**
     * Waits until no earlier update of the name can land any more.
     *
     * @throws BackendException {@code TIMEOUT} and {@code NOT_APPLIED} when that is not so by the deadline
     */
    void await(DnsName name, Deadline deadline) {
        var entry = entries.get(name.key());
        if (entry == null) {
            if (entries.size() >= MOST) {
                throw new BusyException(NsupdateFactory.NAME + ": the outcome of " + MOST
                        + " changes is unknown, as the server does not answer; nothing was changed");
            }
            return;
        }
        try {
            entry.settled.get(waitNanos(entry, deadline), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException e) {
            if (!entry.expired()) {
                throw notSettled(entry, null);
            }
            settle(entry, deadline);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw notSettled(entry, e);
        }
    }

    private static long waitNanos(Entry entry, Deadline deadline) {
        var left = deadline.left().toNanos();
        return entry.end == null ? left : Math.min(left, Math.max(0, entry.end - System.nanoTime()));
    }

    private static BackendException notSettled(Entry entry, @Nullable Throwable cause) {
        return new BackendException(
                BackendException.Kind.TIMEOUT,
                BackendException.Outcome.NOT_APPLIED,
                NsupdateFactory.NAME + ": an earlier change, " + entry.change
                        + ", is not settled: the server has not answered since; nothing was changed by this request",
                cause);
    }

    Health health() {
        var count = unknown();
        return new Health(
                count == 0, count == 0 ? "none" : count + " whose outcome is unknown until the server answers again");
    }

    private long unknown() {
        return entries.values().stream().filter(entry -> entry.unknown).count();
    }

    private void settleAll() {
        try {
            for (var entry : List.copyOf(entries.values())) {
                step(entry);
            }
        } catch (ProxyException e) {
            LOG.debug("{} changes stay unsettled: {}", entries.size(), e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("cannot settle changes: {}", e.toString(), e);
        }
    }

    private void step(Entry entry) {
        var answeredAt = entry.answeredAt;
        if (entry.expired() || (answeredAt != null && System.nanoTime() - answeredAt >= grace.toNanos())) {
            settle(entry, Deadline.in(TIME_TO_ANSWER));
        } else if (answeredAt == null) {
            look.at(entry.change, Deadline.in(TIME_TO_ANSWER));
            entry.answeredAt = System.nanoTime();
        }
    }

    private void settle(Entry entry, Deadline deadline) {
        var applied = entry.unknown && entry.change.isSeenIn(look.at(entry.change, deadline));
        if (entries.remove(entry.change.name().key(), entry)) {
            if (entry.unknown) {
                LOG.info(
                        "{}: {}, whose outcome was unknown, was {}",
                        NsupdateFactory.NAME,
                        entry.change,
                        applied ? "applied" : "not applied");
            }
            entry.settled.complete(null);
        }
    }

    @Override
    public void close() {
        if (scheduler != null) {
            scheduler.shutdownNow();
        }
        if (unknown() > 0) {
            LOG.warn("{}: stopped while the outcome of {} changes is unknown", NsupdateFactory.NAME, unknown());
        }
    }
}
