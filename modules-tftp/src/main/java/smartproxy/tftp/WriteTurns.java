package smartproxy.tftp;

import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.KeyedSerializer;

/**
 * Whose turn it is to write: the changes for one MAC, and those of the defaults, one after the other in the order they came;
 * and not more at once than a hanging disk may hold up. The same for all generations.
 */
final class WriteTurns implements AutoCloseable {
    static final int MAX_WRITERS = 64;

    private final KeyedSerializer<String> keys = new KeyedSerializer<>();
    private final Semaphore writers = new Semaphore(MAX_WRITERS);

    /** @throws BusyException when the work before it does not end in time, or too many write; nothing was begun */
    <T> T inOrder(String key, Deadline deadline, Supplier<T> work) {
        if (!writers.tryAcquire()) {
            throw new BusyException("TFTP: too many files are being written; nothing was changed");
        }
        try {
            return keys.inOrder(key, deadline, work);
        } finally {
            writers.release();
        }
    }

    @Override
    public void close() {
        // nothing is kept
    }
}
