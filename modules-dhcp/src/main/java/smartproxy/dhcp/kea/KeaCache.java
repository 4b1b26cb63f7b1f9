package smartproxy.dhcp.kea;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.Deadline;

/**
 * The last snapshot, read again when it is too old. Own changes are laid on it at once, also on one that is being read while
 * they are made. Thread-safe.
 */
final class KeaCache {
    private final Duration longest;
    private final Function<Deadline, KeaSnapshot> read;
    private final ReentrantLock reading = new ReentrantLock(true);

    /** The next three are guarded by this. */
    private @Nullable KeaSnapshot snapshot;

    private long readAt;
    private List<UnaryOperator<KeaSnapshot>> since = new ArrayList<>();

    /** How often it was invalidated. */
    private long doubts;

    private boolean beingRead;

    /** @param longest how old it may be */
    KeaCache(Duration longest, Function<Deadline, KeaSnapshot> read) {
        this.longest = longest;
        this.read = read;
    }

    /** One that is not too old; several that want one wait for the same. */
    KeaSnapshot get(Deadline deadline) {
        var young = young();
        if (young != null) {
            return young;
        }
        try {
            if (!reading.tryLock(deadline.left().toNanos(), TimeUnit.NANOSECONDS)) {
                throw new BusyException("dhcp_kea: reading from Kea has not ended; nothing was changed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BusyException("dhcp_kea: interrupted while waiting for a read; nothing was changed");
        }
        try {
            young = young();
            return young != null ? young : readNow(deadline);
        } finally {
            reading.unlock();
        }
    }

    private synchronized @Nullable KeaSnapshot young() {
        return System.nanoTime() - readAt < longest.toNanos() ? snapshot : null;
    }

    private KeaSnapshot readNow(Deadline deadline) {
        long doubtsBefore;
        var begun = System.nanoTime();
        synchronized (this) {
            since = new ArrayList<>();
            beingRead = true;
            doubtsBefore = doubts;
        }
        try {
            var fresh = read.apply(deadline);
            synchronized (this) {
                for (var change : since) {
                    fresh = change.apply(fresh);
                }
                readAt = begun;
                snapshot = doubts == doubtsBefore ? fresh : null;
                return fresh;
            }
        } finally {
            synchronized (this) {
                beingRead = false;
                since = List.of();
            }
        }
    }

    /** Lays a change that was made over what is known. */
    synchronized void apply(UnaryOperator<KeaSnapshot> change) {
        if (snapshot != null) {
            snapshot = change.apply(snapshot);
        }
        if (beingRead) {
            since.add(change);
        }
    }

    /** What is known may be wrong: the next reader asks Kea. */
    synchronized void doubt() {
        snapshot = null;
        doubts++;
    }
}
