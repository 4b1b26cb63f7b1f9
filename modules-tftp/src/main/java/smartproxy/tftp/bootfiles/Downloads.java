package smartproxy.tftp.bootfiles;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.BusyException;
import smartproxy.tftp.files.FileRefused;

/**
 * All downloads below a root, one at most for each destination. The same for all generations of the module: what runs goes on
 * during a reload, and the next try is made by the newer settings.
 */
public final class Downloads implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Downloads.class);

    static final int MAX_AT_ONCE = 4;

    private static final Duration RECOVERY_PAUSE = Duration.ofSeconds(30);

    /** Between two looks whether files are to be removed. */
    private static final Duration LOOK_PAUSE = Duration.ofHours(1);

    /** After a file has come: what comes with it is looked at together. */
    private static final Duration LOOK_DELAY = Duration.ofSeconds(1);

    static final List<Duration> PAUSES = List.of(Duration.ofSeconds(2), Duration.ofSeconds(10), Duration.ofSeconds(30));

    /** What does the work: that of the newest generation. */
    record Means(Fetcher fetcher, BootFileRows rows, List<Duration> pauses, Keeper keeper) {}

    private final Duration recoveryPause;
    private final ScheduledThreadPoolExecutor threads;
    private final DownloadList list = new DownloadList();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder complete = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder removed = new LongAdder();
    private final LongAdder removedBytes = new LongAdder();
    private final AtomicBoolean lookIsDue = new AtomicBoolean();
    private final Lock looking = new ReentrantLock();
    private volatile Keeper.@Nullable Result kept;
    private volatile boolean recovered;
    /** Of the generations that use it, the newest last; the last one's are kept. */
    private final List<Means> used = new ArrayList<>();

    private volatile boolean closed;

    /** Costs no thread until something is to be done. */
    public Downloads() {
        this(RECOVERY_PAUSE);
    }

    /** @param recoveryPause between two tries to learn what an earlier process has left */
    Downloads(Duration recoveryPause) {
        this.recoveryPause = recoveryPause;
        var number = new AtomicInteger();
        threads = new ScheduledThreadPoolExecutor(MAX_AT_ONCE, work -> {
            var thread = new Thread(work, "tftp-fetch-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        threads.setRemoveOnCancelPolicy(true);
    }

    /** Removes what an earlier process has left unfinished. */
    interface Cleaning {
        /** @param spared names of what can be gone on with */
        void run(Set<String> spared);
    }

    /** The use by one generation; ends with {@link #close()}. */
    interface Use extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * From now on the work is done like this, until a newer use comes; when that ends first, as after a reload that was not taken
     * over, like this again. Files are removed only by who is alone here. The first call takes up what an earlier process has left.
     */
    synchronized Use use(Means newer, Cleaning cleaning) {
        used.add(newer);
        if (used.size() == 1) {
            threads.execute(() -> recover(cleaning));
        }
        return () -> end(newer);
    }

    private synchronized void end(Means ended) {
        if (used.size() > 1) {
            used.remove(ended);
            kept = null;
            if (recovered) {
                lookSoon();
            }
        }
    }

    /** Whose rule says now which files are removed. */
    private synchronized Optional<Keeper> keeper() {
        return used.size() == 1 ? Optional.of(used.get(0).keeper()) : Optional.empty();
    }

    private synchronized Means means() {
        return used.get(used.size() - 1);
    }

    private void recover(Cleaning cleaning) {
        try {
            var parts = means().rows().parts();
            beginAll(means().rows().wanted());
            cleaning.run(parts);
            recovered = true;
            var ignored = threads.scheduleWithFixedDelay(this::look, 0, LOOK_PAUSE.toSeconds(), TimeUnit.SECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("The daemon ends");
        } catch (SQLException | RuntimeException e) {
            LOG.warn(
                    "TFTP: which boot files are to be fetched is not known, tried again in {} s: {}",
                    recoveryPause.toSeconds(),
                    e.getMessage());
            var ignored = threads.schedule(() -> recover(cleaning), recoveryPause.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void beginAll(List<BootFile> files) {
        for (var file : files) {
            try {
                var joined = list.join(file);
                if (joined.isNew()) {
                    schedule(joined.download(), Duration.ZERO);
                }
            } catch (BusyException e) {
                LOG.warn("TFTP: not fetched now: {}", e.getMessage());
            }
        }
    }

    /**
     * Has a file fetched, or joins those who wait for it already. It is in the store when this returns.
     *
     * @throws BusyException when another file is on its way to the same destination, or too many are on their way
     * @throws BackendException when the store cannot be used; nothing was begun
     */
    Download want(BootFile file) {
        var joined = list.join(file);
        var download = joined.download();
        if (!joined.isNew()) {
            return download;
        }
        try {
            means().rows().want(file);
        } catch (SQLException e) {
            download.fail(String.valueOf(e.getMessage()), false);
            throw new BackendException(
                    Kind.UNAVAILABLE,
                    Outcome.NOT_APPLIED,
                    "TFTP: Failed to fetch boot file: it cannot be noted: " + e.getMessage(),
                    e);
        }
        schedule(download, Duration.ZERO);
        return download;
    }

    private void schedule(Download download, Duration pause) {
        try {
            var ignored = threads.schedule(() -> run(download), pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug(
                    "The daemon ends: {} is fetched by the next one",
                    download.file().shown());
        }
    }

    private void run(Download download) {
        var file = download.file();
        var how = means();
        if (!list.awaitRemoval(file.destination())) {
            download.retryAfter("the daemon ends", false);
            return;
        }
        var number = download.begin();
        LOG.info("TFTP: fetching {} to {}", file.shown(), file.destination());
        var known = known(how, file);
        try {
            var have = how.fetcher().fetch(file, known, progress(how, download));
            complete.increment();
            var again = download.isAskedSince();
            note(file, () -> how.rows().done(file, have, again));
            LOG.info(
                    "TFTP: {} is complete, {} bytes, {} of them came now",
                    file.destination(),
                    have.length(),
                    download.came());
            if (!download.complete()) {
                lookAgain(how, download, again);
            }
            lookSoon();
        } catch (FetchFailed e) {
            LOG.debug("The failure", e);
            failed(how, download, number, e);
        } catch (InterruptedException e) {
            download.retryAfter("the daemon ends", false);
        } catch (OutOfMemoryError e) { // of threads too, which the other work of the daemon gives back
            LOG.error("TFTP: fetching {} failed", file.shown(), e);
            failed(how, download, number, FetchFailed.forNow(file.shown() + ": " + e.getMessage(), e));
        } catch (RuntimeException e) {
            LOG.error("TFTP: fetching {} failed", file.shown(), e);
            failed(how, download, number, FetchFailed.forGood("a fault of this program: " + e));
        }
    }

    /** For who has asked while the file came: whether it is still that of the server. One question, when nothing has changed. */
    private void lookAgain(Means how, Download download, boolean noted) {
        if (!noted) {
            note(download.file(), () -> how.rows().want(download.file()));
        }
        schedule(download, Duration.ZERO);
    }

    private static Known known(Means how, BootFile file) {
        try {
            return how.rows().known(file.destination());
        } catch (SQLException e) {
            LOG.warn("TFTP: what {} is now is not known: {}", file.destination(), e.getMessage());
            return Known.NOTHING;
        }
    }

    private Progress progress(Means how, Download download) {
        return new Progress() {
            @Override
            public void begin(long length, long have) {
                download.begin(length, have);
            }

            @Override
            public void more(int more) {
                download.more(more);
                bytes.add(more);
            }

            @Override
            public boolean note(Partial partial) {
                try {
                    how.rows().note(download.file(), partial);
                    return true;
                } catch (SQLException e) {
                    LOG.debug("A part cannot be noted", e);
                    return false;
                }
            }
        };
    }

    private void failed(Means how, Download download, int number, FetchFailed failure) {
        var file = download.file();
        if (closed) {
            download.retryAfter("the daemon ends", false);
            return;
        }
        var known = known(how, file);
        var older = how.fetcher().hasOlder(file, known.last());
        if (failure.mayPass() && number <= how.pauses().size()) {
            var pause = how.pauses().get(number - 1);
            LOG.warn("TFTP: {}; tried again in {} s", failure.reason(), pause.toSeconds());
            download.retryAfter(failure.reason(), older);
            schedule(download, pause);
            return;
        }
        failed.increment();
        known.partial().ifPresent(partial -> drop(how, file, partial));
        note(file, () -> how.rows().giveUp(file));
        LOG.warn("TFTP: {}; {}", failure.reason(), older ? "the older file stays" : "given up");
        download.fail(failure.reason(), older);
    }

    private static void drop(Means how, BootFile file, Partial partial) {
        try {
            how.fetcher().drop(file, partial);
        } catch (IOException | FileRefused e) {
            LOG.warn("TFTP: a part of {} may be left: {}", file.destination(), e.getMessage());
        }
    }

    private void lookSoon() {
        if (!means().keeper().keepsAll() && lookIsDue.compareAndSet(false, true)) {
            try {
                var ignored = threads.schedule(this::look, LOOK_DELAY.toMillis(), TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                LOG.debug("The daemon ends: the next one looks which files are to be removed");
            }
        }
    }

    /** Has files removed that the administrator does not keep. */
    private void look() {
        looking.lock();
        try {
            lookIsDue.set(false);
            var keeper = keeper().filter(rule -> !rule.keepsAll());
            if (keeper.isEmpty()) {
                return;
            }
            var result = keeper.get().run(Instant.now(), this::alone);
            kept = result;
            result.gone().forEach(this::noteRemoval);
        } catch (SQLException | RuntimeException e) {
            LOG.warn(
                    "TFTP: which boot files are to be removed is not known, looked at again within {} min: {}",
                    LOOK_PAUSE.toMinutes(),
                    e.getMessage());
        } finally {
            looking.unlock();
        }
    }

    private void alone(String destination, Runnable work) {
        if (!closed) {
            list.alone(destination, work);
        }
    }

    private void noteRemoval(Fetched file) {
        removed.increment();
        removedBytes.add(file.have().length());
        list.addRemoved(new BootFile(
                file.have().source(), file.destination(), file.have().checksum()));
    }

    private interface Note {
        void write() throws SQLException;
    }

    private static void note(BootFile file, Note note) {
        try {
            note.write();
        } catch (SQLException e) {
            LOG.warn(
                    "TFTP: the end of {} cannot be noted, the next start looks at it again: {}",
                    file.destination(),
                    e.getMessage());
        }
    }

    /** All that are known of. */
    DownloadList list() {
        return list;
    }

    long bytes() {
        return bytes.sum();
    }

    long completed() {
        return complete.sum();
    }

    long failures() {
        return failed.sum();
    }

    long removed() {
        return removed.sum();
    }

    long removedBytes() {
        return removedBytes.sum();
    }

    /** What the last look at the files that were fetched has found; empty when there was none, or all are kept. */
    Optional<Keeper.Result> kept() {
        return Optional.ofNullable(kept);
    }

    /** Ends what runs; the next process goes on. */
    @Override
    public void close() {
        closed = true;
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(5, TimeUnit.SECONDS)) {
                LOG.warn("TFTP: a download does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
