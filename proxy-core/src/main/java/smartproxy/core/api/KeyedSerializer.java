package smartproxy.core.api;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Runs work on the same key one at a time, in the order it came; work on different keys runs side by side. A late create
 * therefore never lands after its rollback.
 *
 * @param <K> a value with {@code equals}: a lower-case DNS name, a MAC
 */
public final class KeyedSerializer<K> {
    private static final class Turn {
        final ReentrantLock lock = new ReentrantLock(true);
        int interested;
    }

    private final Map<K, Turn> turns = new HashMap<>();

    /**
     * @throws BusyException when the work before it has not ended by the deadline; nothing was begun
     */
    public <T> T inOrder(K key, Deadline deadline, Supplier<T> work) {
        var turn = enter(key);
        try {
            if (!turn.lock.tryLock(deadline.left().toNanos(), TimeUnit.NANOSECONDS)) {
                throw new BusyException("an earlier request for " + key + " has not ended; nothing was changed");
            }
            try {
                return work.get();
            } finally {
                turn.lock.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BusyException(
                    "interrupted while waiting for an earlier request for " + key + "; nothing was changed");
        } finally {
            leave(key, turn);
        }
    }

    private synchronized Turn enter(K key) {
        var turn = turns.computeIfAbsent(key, k -> new Turn());
        turn.interested++;
        return turn;
    }

    private synchronized void leave(K key, Turn turn) {
        if (--turn.interested == 0) {
            turns.remove(key);
        }
    }
}
