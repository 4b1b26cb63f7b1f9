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
 *
 * @param <S> the snapshot, immutable
 */
final class KeaCache<S> {
    private final String owner;
    private final Duration longest;
    private final Function<Deadline, S> read;
    private final ReentrantLock reading = new ReentrantLock(true);

    /** The next three are guarded by this. */
    private @Nullable S snapshot;

    private long readAt;
    private List<UnaryOperator<S>> since = new ArrayList<>();

    /** How often it was invalidated. */
    private long doubts;

    private boolean beingRead;

    /**
     * @param owner the provider, for errors
     * @param longest how old it may be
     */
    KeaCache(String owner, Duration longest, Function<Deadline, S> read) {
        this.owner = owner;
        this.longest = longest;
        this.read = read;
    }

    /** One that is not too old; several that want one wait for the same. */
    S get(Deadline deadline) {
        var young = young();
        if (young != null) {
            return young;
        }
        try {
            if (!reading.tryLock(deadline.left().toNanos(), TimeUnit.NANOSECONDS)) {
                throw new BusyException(owner + ": reading from Kea has not ended; nothing was changed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BusyException(owner + ": interrupted while waiting for a read; nothing was changed");
        }
        try {
            young = young();
            return young != null ? young : readNow(deadline);
        } finally {
            reading.unlock();
        }
    }

    private synchronized @Nullable S young() {
        return System.nanoTime() - readAt < longest.toNanos() ? snapshot : null;
    }

    private S readNow(Deadline deadline) {
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
    synchronized void apply(UnaryOperator<S> change) {
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
