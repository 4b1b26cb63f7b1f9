package smartproxy.dhcp.isc;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.HealthSource.Health;

/**
 * Follows dhcpd's files. The leases file is looked at for each request: what was appended is read from where reading stopped, and
 * a file that took its place is read anew, with the configuration. A request reads a little itself; for more there is one thread, and
 * requests take the last view, which is complete and does not change, and wait for a newer one only as long as reading a little takes.
 *
 * <p>While the leases file is missing, or what is there cannot be dhcpd's whole file, the last view serves and {@link #health} says
 * so.
 */
final class DhcpdFiles implements AutoCloseable {
    /** How long a request waits for what was just written. */
    private static final Duration PATIENCE = Duration.ofMillis(20);

    /** A file of more bytes is not read in that time. */
    static final int READ_WITHIN_PATIENCE = 1 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(DhcpdFiles.class);
    private static final Duration TICK = Duration.ofSeconds(1);

    /** A file that was made shorter in place is taken when it did not change for so many ticks. */
    static final int STEADY_TICKS = 5;

    private final String name;
    private final Path conf;
    private final Path leases;
    private final boolean mounted;
    private final LongSupplier now;
    private final Duration tick;
    private final int ticksToBeSteady;
    private final byte[] buffer = new byte[OpenLeases.BUFFER];
    private final ScheduledThreadPoolExecutor reader;

    /** Held while the files are read; by the reading thread, or a request that reads what little was appended. */
    private final ReentrantLock reading = new ReentrantLock();

    private @Nullable OpenLeases open;
    private int steadyTicks;
    private @Nullable FileStat steady;
    private @Nullable Future<?> pending;

    private volatile @Nullable IscView view;
    private volatile @Nullable FileStat seen;
    private volatile String stale = "";
    private volatile long bad;

    /** What is strange in a file that was read all the same, as there was none before it. */
    private volatile String strange = "";

    private volatile long lookedAt = System.nanoTime();

    /**
     * @param name of the provider
     * @param mounted whether the files lie on a mount that may hang, so that no request looks at them itself
     * @param now seconds since 1970
     */
    DhcpdFiles(String name, Path conf, Path leases, boolean mounted, LongSupplier now) {
        this(name, conf, leases, mounted, now, TICK, STEADY_TICKS);
    }

    /**
     * @param tick the files are looked at so often without a request
     * @param ticksToBeSteady that a file made shorter in place has to stay as it is before it is taken
     */
    DhcpdFiles(
            String name,
            Path conf,
            Path leases,
            boolean mounted,
            LongSupplier now,
            Duration tick,
            int ticksToBeSteady) {
        this.tick = tick;
        this.ticksToBeSteady = ticksToBeSteady;
        this.name = name;
        this.conf = conf;
        this.leases = leases;
        this.mounted = mounted;
        this.now = now;
        reader = new ScheduledThreadPoolExecutor(1, work -> {
            var thread = new Thread(work, name + " files");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** @throws DhcpdConf.Unusable when they cannot be read */
    void start() throws DhcpdConf.Unusable {
        try {
            load(FileStat.of(leases));
        } catch (AccessDeniedException e) {
            throw new DhcpdConf.Unusable(
                    leases.toString(), "permission denied; the daemon's user needs to read the leases file");
        } catch (NoSuchFileException e) {
            throw new DhcpdConf.Unusable(
                    leases.toString(), "there is no such leases file; dhcpd makes it when it starts");
        } catch (IOException e) {
            throw new DhcpdConf.Unusable(leases.toString(), "the leases file cannot be read: " + e.getMessage());
        }
        var unused = reader.scheduleWithFixedDelay(
                () -> refresh(true), tick.toMillis(), tick.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Called at each tick on the reading thread. */
    void eachTick(Runnable work) {
        var unused = reader.scheduleWithFixedDelay(work, tick.toMillis(), tick.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The newest view; waits a little where the file has changed, unless reading it takes longer. */
    IscView view() {
        if (mounted || !isSeen()) {
            awaitReading();
        }
        var current = view;
        if (current == null) {
            throw new IllegalStateException(name + " was not started");
        }
        return current;
    }

    private void awaitReading() {
        try {
            request().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException | ExecutionException | RejectedExecutionException e) {
            LOG.trace("the last view serves", e);
        }
    }

    /**
     * Whether the view has all that is there, or will not have it within the time a request waits. A little that was appended is read
     * sooner than the reading thread wakes up.
     */
    private boolean isSeen() {
        FileStat stat;
        try {
            stat = FileStat.of(leases);
        } catch (IOException e) {
            return !stale.isEmpty();
        }
        return stat.equals(seen) || readsAppended(stat) || takesLong(stat);
    }

    /** Has much read, by the reading thread. */
    private boolean takesLong(FileStat stat) {
        var last = seen;
        var known = last != null && last.inode().equals(stat.inode()) ? last.size() : 0;
        if (stat.size() - known <= READ_WITHIN_PATIENCE) {
            return false;
        }
        try {
            var unused = request();
        } catch (RejectedExecutionException e) {
            LOG.trace("the last view serves", e);
        }
        return true;
    }

    private boolean readsAppended(FileStat looked) {
        if (!reading.tryLock()) {
            return false;
        }
        try {
            var current = open;
            if (current == null) {
                return false;
            }
            // another request may have read on meanwhile
            var stat = looked.size() < current.offset() ? FileStat.of(leases) : looked;
            if (!current.inode.equals(stat.inode())
                    || stat.size() < current.offset()
                    || stat.size() - current.offset() > Arena.LARGEST
                    || !readOn(current, stat)) {
                return false;
            }
            seen = stat;
            return true;
        } catch (IOException | RuntimeException e) {
            LOG.debug("{}: the reading thread tries again and tells", name, e);
            return false;
        } finally {
            reading.unlock();
        }
    }

    /** One that has not begun yet will see what the caller saw. */
    private synchronized Future<?> request() {
        var waiting = pending;
        if (waiting == null) {
            waiting = reader.submit(() -> {
                synchronized (this) {
                    pending = null;
                }
                refresh(false);
            });
            pending = waiting;
        }
        return waiting;
    }

    private void refresh(boolean tick) {
        reading.lock();
        try {
            var stat = FileStat.of(leases);
            if (!stat.equals(seen) || (tick && !stale.isEmpty())) {
                step(stat, tick);
            }
            seen = stat;
        } catch (NoSuchFileException e) {
            isStale("the leases file " + leases + " is missing");
        } catch (DhcpdConf.Unusable e) {
            isStale(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            isStale("the leases file " + leases + " cannot be read: " + e);
        } catch (RuntimeException | OutOfMemoryError e) {
            LOG.error("{}: cannot read {}", name, leases, e);
            isStale("the leases file " + leases + " cannot be read: " + e);
        } finally {
            lookedAt = System.nanoTime();
            reading.unlock();
        }
    }

    private void step(FileStat stat, boolean tick) throws IOException, DhcpdConf.Unusable {
        var current = open;
        if (current == null || !current.inode.equals(stat.inode())) {
            load(stat);
        } else if (stat.size() < current.offset()) {
            isStale("the leases file " + leases + " became shorter, and no new file took its place");
            steadyTicks = !stat.equals(steady) ? 0 : tick ? steadyTicks + 1 : steadyTicks;
            steady = stat;
            if (steadyTicks >= ticksToBeSteady) {
                load(stat);
            }
        } else if (!readOn(current, stat)) {
            load(stat);
        }
    }

    /** @return false when it is not the file that was read */
    private boolean readOn(OpenLeases current, FileStat stat) throws IOException {
        var found = current.readOn(buffer, stat.size());
        if (found == OpenLeases.Found.ANOTHER) {
            return false;
        }
        if (found == OpenLeases.Found.MORE) {
            publish(current);
        }
        isFresh();
        return true;
    }

    /** Reads everything anew. What is there before stays until that is done. */
    private void load(FileStat stat) throws IOException, DhcpdConf.Unusable {
        var channel = FileChannel.open(leases, StandardOpenOption.READ);
        var done = false;
        try {
            var before = open;
            var headed = OpenLeases.isHeaded(channel);
            if (before != null && (stat.size() == 0 || (before.isHeaded() && !headed))) {
                isStale("the leases file " + leases
                        + (stat.size() == 0 ? " is empty" : " does not begin as dhcpd's files do"));
                return;
            }
            var configuration = DhcpdConf.read(conf);
            var records = new Records(configuration.subnets(), now);
            configuration.hosts().forEach(host -> records.host(host.entry(), host.declaration()));
            // by the time it is open, another may have taken the place of the one that was looked at
            var next = new OpenLeases(channel, stat.equals(FileStat.of(leases)) ? stat.inode() : "", headed, records);
            if (next.readOn(buffer, stat.size()) == OpenLeases.Found.ANOTHER) {
                throw new IOException("it changed while it was read");
            }
            open = next;
            done = true;
            publish(next);
            isFresh();
            if (before != null) {
                before.close();
            }
        } finally {
            if (!done) {
                channel.close();
            }
        }
    }

    private void publish(OpenLeases current) {
        bad = current.records.badCount();
        isStrange(current);
        // last: who sees it finds everything else
        view = current.records.view();
    }

    private void isStrange(OpenLeases current) {
        var why = current.isHeaded()
                ? ""
                : "the leases file " + leases
                        + (current.offset() == 0
                                ? " is empty; look whether dhcpd runs and writes there"
                                : " does not begin as dhcpd's files do; look whether it is the one that dhcpd writes");
        if (!why.isEmpty() && !why.equals(strange)) {
            LOG.warn("{}: {}", name, why);
        }
        strange = why;
    }

    private void isStale(String why) {
        if (!why.equals(stale)) {
            LOG.warn("{}: {}; what was read before serves until that changes", name, why);
            stale = why;
        }
    }

    private void isFresh() {
        if (!stale.isEmpty()) {
            LOG.info("{}: {} is read again", name, leases);
            stale = "";
        }
    }

    /** How current the view is. */
    Health health() {
        var why = stale;
        var silent = Duration.ofNanos(System.nanoTime() - lookedAt);
        if (why.isEmpty() && silent.compareTo(tick.multipliedBy(10)) > 0) {
            why = leases + " is being read since " + silent.toSeconds() + " s";
        }
        if (why.isEmpty() && !strange.isEmpty()) {
            return new Health(false, strange + " (" + counts() + ")");
        }
        return new Health(why.isEmpty(), why.isEmpty() ? counts() : "stale: " + why + " (" + counts() + ")");
    }

    private String counts() {
        var current = view;
        return current == null
                ? ""
                : current.hosts() + " hosts, " + current.leases() + " leases"
                        + (bad == 0 ? "" : "; " + bad + " records of " + leases + " could not be read");
    }

    @Override
    public void close() {
        reader.shutdownNow();
        try {
            if (reader.awaitTermination(1, TimeUnit.SECONDS) && open != null) {
                open.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
