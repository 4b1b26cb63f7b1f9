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
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.HealthSource.Health;
import smartproxy.core.api.ProxyException;
import smartproxy.core.api.SharedResources;
import smartproxy.core.api.StartException;
import smartproxy.dns.DnsName;

/**
 * Names of which an update was sent that was not answered, so that it may still be on its way. The next change of such a name
 * waits until that is over: when the signature has expired, or when the server has answered a later message and what it was
 * sent before has had time to be handled. Then the server is asked, and the log says whether the change was made; or that this stays
 * unknown, when the server is there and does not show the name, as when its zone is gone.
 *
 * <p>Two generations of the provider that meet in a reload share the names, as long as both send to the same server: what the
 * old one was not answered is settled by the new one, with its own key.
 */
final class Unsettled implements AutoCloseable {
    /**
     * Asks the server for the state that a change aims at; throws {@link ProxyException} when it does not answer, of the kind
     * {@code REJECTED} when it answers with an error.
     */
    @FunctionalInterface
    interface Look {
        Found at(Change change, Deadline deadline);
    }

    static final int MOST = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(Unsettled.class);
    private static final Duration TICK = Duration.ofMillis(500);
    private static final Duration TIME_TO_ANSWER = Duration.ofSeconds(2);

    /** A server that has just been started may refuse to show what it is about to load. */
    private static final Duration TIME_TO_LOAD = Duration.ofSeconds(10);

    private static final class Entry {
        final Change change;
        final boolean unknown;
        final @Nullable Long end;
        final Duration grace;
        final AtomicBoolean told = new AtomicBoolean();
        final CompletableFuture<@Nullable Void> settled = new CompletableFuture<>();
        volatile @Nullable Long answeredAt;
        volatile @Nullable Long refusedAt;

        Entry(Change change, boolean unknown, @Nullable Long end, Duration grace) {
            this.change = change;
            this.unknown = unknown;
            this.end = end;
            this.grace = grace;
        }

        boolean expired() {
            return end != null && System.nanoTime() - end >= 0;
        }

        boolean overtaken() {
            var since = answeredAt;
            return since != null && System.nanoTime() - since >= grace.toNanos();
        }

        /** Notes a refusal; whether there was one long ago already. */
        boolean refusedLongAgo() {
            var now = System.nanoTime();
            var first = refusedAt == null ? Long.valueOf(now) : refusedAt;
            refusedAt = first;
            return now - first >= TIME_TO_LOAD.toNanos();
        }
    }

    /** The names of one server. */
    private static final class Pending implements AutoCloseable {
        final Map<String, Entry> entries = new ConcurrentHashMap<>();

        long unknown() {
            return entries.values().stream().filter(entry -> entry.unknown).count();
        }

        @Override
        public void close() {
            if (unknown() > 0) {
                LOG.warn("{}: stopped while the outcome of {} changes is unknown", NsupdateFactory.NAME, unknown());
            }
        }
    }

    private final Look look;
    private final Duration grace;
    private Pending pending = new Pending();
    private SharedResources.@Nullable Lease<Pending> lease;
    private @Nullable ScheduledThreadPoolExecutor scheduler;

    /** @param grace time that a server which answers needs at most for what it was sent before */
    Unsettled(Look look, Duration grace) {
        this.look = look;
        this.grace = grace;
    }

    /**
     * Begins to settle, also what an earlier generation left.
     *
     * @param server whose names they are
     */
    void start(SharedResources shared, ServerAddress server) throws StartException {
        try {
            var taken = shared.acquire(NsupdateFactory.NAME + " unsettled " + server, Pending.class, Pending::new);
            lease = taken;
            pending = taken.get();
        } catch (Exception e) {
            throw new StartException(NsupdateFactory.NAME + ": cannot start: " + e, e);
        }
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
        pending.entries.put(change.name().key(), new Entry(change, true, end, grace));
    }

    /** An update was not answered, but a later one was, so that the outcome is known. */
    void overtaken(Change change, @Nullable Long end) {
        var entry = new Entry(change, false, end, grace);
        entry.answeredAt = System.nanoTime();
        pending.entries.put(change.name().key(), entry);
    }

    /**
     * Waits until no earlier update of the name can land any more.
     *
     * @throws BackendException {@code TIMEOUT} and {@code NOT_APPLIED} when that is not so by the deadline
     */
    void await(DnsName name, Deadline deadline) {
        var entry = pending.entries.get(name.key());
        if (entry == null) {
            if (pending.entries.size() >= MOST) {
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
            settleForNext(entry, deadline);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw notSettled(entry, e);
        }
    }

    private void settleForNext(Entry entry, Deadline deadline) {
        try {
            settle(entry, deadline, true);
        } catch (BackendException e) {
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
        var count = pending.unknown();
        return new Health(
                count == 0, count == 0 ? "none" : count + " whose outcome is unknown until the server answers again");
    }

    private void settleAll() {
        try {
            for (var entry : List.copyOf(pending.entries.values())) {
                step(entry);
            }
        } catch (ProxyException e) {
            LOG.debug("{} changes stay unsettled: {}", pending.entries.size(), e.getMessage());
        } catch (RuntimeException | OutOfMemoryError e) { // the executor would not call again
            LOG.error("cannot settle changes: {}", e.toString(), e);
        }
    }

    private void step(Entry entry) {
        if (entry.expired() || entry.overtaken()) {
            settle(entry, Deadline.in(TIME_TO_ANSWER), false);
        } else if (entry.answeredAt == null) {
            var unused = outcome(entry.change, Deadline.in(TIME_TO_ANSWER));
            entry.answeredAt = System.nanoTime();
        }
    }

    /**
     * What became of a change.
     *
     * @param known whether the server has told that
     * @param words as the log has them
     */
    private record Fate(boolean known, String words) {}

    private Fate outcome(Change change, Deadline deadline) {
        try {
            return new Fate(true, change.isSeenIn(look.at(change, deadline)) ? "was applied" : "was not applied");
        } catch (BackendException e) {
            if (e.kind() != BackendException.Kind.REJECTED) {
                throw e;
            }
            return new Fate(false, "stays so: " + e.getMessage());
        }
    }

    /** @param next whether a change of the name waits: it need not for what the server does not show */
    private void settle(Entry entry, Deadline deadline, boolean next) {
        var fate = entry.unknown ? outcome(entry.change, deadline) : new Fate(true, "");
        if (!fate.known() && !entry.refusedLongAgo() && !next) {
            return;
        }
        if (entry.told.compareAndSet(false, true)) {
            // said before health counts it no longer: who sees that finds how it ended
            if (entry.unknown) {
                LOG.atLevel(fate.known() ? Level.INFO : Level.WARN)
                        .log("{}: {}, whose outcome was unknown, {}", NsupdateFactory.NAME, entry.change, fate.words());
            }
            pending.entries.remove(entry.change.name().key(), entry);
            entry.settled.complete(null);
        }
    }

    @Override
    public void close() {
        if (scheduler != null) {
            scheduler.shutdownNow();
        }
        if (lease != null) {
            lease.close();
        }
    }
}
