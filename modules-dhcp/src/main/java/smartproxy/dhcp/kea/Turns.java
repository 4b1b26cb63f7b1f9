package smartproxy.dhcp.kea;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.ProxyException;

/**
 * One writer at a time: whoever has the turn makes all changes that wait, together, on its own thread. Outlives a reload, so
 * that two generations do not write at once.
 */
final class Turns implements AutoCloseable {
    private static final int TOGETHER = 100;

    private final String owner;
    private final ReentrantLock turn = new ReentrantLock(true);
    private final Deque<Change> waiting = new ArrayDeque<>();
    private final List<ChangeListener> listeners = new CopyOnWriteArrayList<>();

    /** What each generation knows of Kea, to be told of every change. */
    interface ChangeListener {
        /** It is so now, whoever did it. */
        void made(Change change);

        /** Something may be otherwise than it was. */
        void doubt();
    }

    /** @param owner the provider, for errors */
    Turns(String owner) {
        this.owner = owner;
    }

    /** Those of all generations. */
    List<ChangeListener> listeners() {
        return listeners;
    }

    /**
     * Makes a change, perhaps together with others.
     *
     * @param work makes changes and ends each, by the deadline; what it throws is what those failed with that it did not end
     */
    Change.Result make(Change change, BiConsumer<List<Change>, Deadline> work) {
        synchronized (waiting) {
            waiting.add(change);
        }
        if (!acquired(change)) {
            if (withdrawn(change)) {
                throw new BusyException(
                        owner + ": earlier changes of Kea's configuration have not ended; nothing was changed");
            }
            return change.result()
                    .orElseThrow(() -> new BackendException(
                            Kind.TIMEOUT,
                            Outcome.UNKNOWN,
                            owner + ": no answer in time; whether " + change.target + " was changed is unknown",
                            null));
        }
        try {
            var ended = change.result();
            return ended.isPresent() ? ended.get() : make(change, next(change), work);
        } finally {
            turn.unlock();
        }
    }

    /** Makes a change that needs no turn. */
    static Change.Result makeAlone(Change change, BiConsumer<List<Change>, Deadline> work) {
        return make(change, List.of(change), work);
    }

    private static Change.Result make(Change change, List<Change> changes, BiConsumer<List<Change>, Deadline> work) {
        RuntimeException failure = null;
        try {
            work.accept(changes, earliest(changes));
        } catch (RuntimeException e) {
            failure = e;
        }
        for (var other : changes) {
            if (!other.hasEnded()) {
                other.failed(reason(failure));
            }
        }
        return change.result().orElseThrow();
    }

    /** After it nothing is sent any more: whoever was told by then that it is not known can undo it. */
    private static Deadline earliest(List<Change> changes) {
        var earliest = changes.get(0).deadline;
        for (var change : changes) {
            earliest = earliest.within(change.deadline.left());
        }
        return earliest;
    }

    private static ProxyException reason(@Nullable RuntimeException failure) {
        return failure instanceof ProxyException known
                ? known
                : new BackendException(
                        Kind.REJECTED,
                        Outcome.UNKNOWN,
                        "dhcp_kea: the change ended unexpectedly; whether it was made is unknown",
                        failure);
    }

    private boolean acquired(Change change) {
        try {
            return turn.tryLock(change.deadline.left().toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** How many changes wait. */
    int waiting() {
        synchronized (waiting) {
            return waiting.size();
        }
    }

    private boolean withdrawn(Change change) {
        synchronized (waiting) {
            return waiting.remove(change);
        }
    }

    /** The change and those that wait with it; those with much more or less time stay and take a turn of their own. */
    private List<Change> next(Change first) {
        synchronized (waiting) {
            var together = new ArrayList<Change>();
            waiting.remove(first);
            together.add(first);
            for (var each = waiting.iterator(); each.hasNext() && together.size() < TOGETHER; ) {
                var change = each.next();
                if (areAlike(first.deadline.leftMillis(), change.deadline.leftMillis())) {
                    each.remove();
                    together.add(change);
                }
            }
            return together;
        }
    }

    private static boolean areAlike(long one, long other) {
        return one < 2 * other && other < 2 * one;
    }

    @Override
    public void close() {
        // nothing to give back
    }
}
