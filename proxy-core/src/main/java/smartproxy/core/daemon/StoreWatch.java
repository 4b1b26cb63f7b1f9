package smartproxy.core.daemon;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.store.LazyStore;

/**
 * Asks the database every few seconds whether it is there and takes changes, so that health knows before a request does, and
 * tells when it is back: modules that could not start without it can then.
 */
final class StoreWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StoreWatch.class);
    private static final Duration INTERVAL = Duration.ofSeconds(5);

    private final LazyStore store;
    private final Runnable back;
    private final CountDownLatch end = new CountDownLatch(1);
    private final Thread thread = new Thread(this::watch, "store-watch");

    /** @param back called when it takes changes for the first time, and for the first time after it was away or read-only */
    StoreWatch(LazyStore store, Runnable back) {
        this.store = store;
        this.back = back;
        thread.setDaemon(true);
    }

    StoreWatch start() {
        thread.start();
        return this;
    }

    private void watch() {
        try {
            var there = false;
            while (!end.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
                var writable = isWritable();
                if (writable && !there) {
                    back.run();
                }
                there = writable;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isWritable() {
        try {
            var before = store.isReadOnly();
            var writable = store.isWritable();
            if (!writable && !before) {
                LOG.warn("The store is read-only: changes are refused until it is not");
            } else if (writable && before) {
                LOG.info("The store takes changes again");
            }
            return writable;
        } catch (SQLException | RuntimeException e) {
            LOG.debug("The store does not answer", e);
            return false;
        }
    }

    @Override
    public void close() {
        end.countDown();
    }
}
