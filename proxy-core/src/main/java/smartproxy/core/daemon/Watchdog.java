package smartproxy.core.daemon;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells systemd again and again that the daemon is alive, for as long as it is. */
public final class Watchdog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);

    private final SystemdNotifier notifier;
    private final BooleanSupplier alive;
    private final Thread thread;

    private Watchdog(SystemdNotifier notifier, BooleanSupplier alive, Duration interval) {
        this.notifier = notifier;
        this.alive = alive;
        this.thread = new Thread(() -> run(interval), "watchdog");
        thread.setDaemon(true);
    }

    /**
     * Starts the thread that asks and tells; none when systemd does not wait for it.
     *
     * @param alive asked every {@link SystemdNotifier#watchdogInterval()}; false, an exception and no answer at all are the
     *     same: systemd is not told, and restarts the daemon when its time is over
     */
    public static Watchdog start(SystemdNotifier notifier, BooleanSupplier alive) {
        var watchdog = new Watchdog(notifier, alive, notifier.watchdogInterval().orElse(Duration.ZERO));
        if (notifier.watchdogInterval().isPresent()) {
            watchdog.thread.start();
        }
        return watchdog;
    }

    private void run(Duration interval) {
        var wasAlive = true;
        try {
            while (!Thread.currentThread().isInterrupted()) {
                var isAlive = isAlive();
                if (isAlive) {
                    notifier.watchdog();
                } else if (wasAlive) {
                    LOG.error("The daemon does not answer itself; systemd will restart it");
                }
                wasAlive = isAlive;
                Thread.sleep(interval.toMillis(), interval.toNanosPart() % 1_000_000);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isAlive() {
        try {
            return alive.getAsBoolean();
        } catch (RuntimeException e) {
            LOG.error("The daemon cannot tell whether it is alive", e);
            return false;
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
