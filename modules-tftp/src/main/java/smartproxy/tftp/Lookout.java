package smartproxy.tftp;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import smartproxy.core.api.HealthSource.Health;

/**
 * Looks at something that may take its time, such as a name or a disk, on a thread of its own: at the start, and again when
 * somebody asks and the last look is some time ago. Who asks gets what was seen last.
 */
final class Lookout {
    private static final long STALE_NANOS = Duration.ofSeconds(30).toNanos();

    private final String what;
    private final Supplier<Health> look;
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile Health seen = new Health(true, "not looked at yet");
    private volatile long seenAt;

    Lookout(String what, Supplier<Health> look) {
        this.what = what;
        this.look = look;
    }

    Health health() {
        if (System.nanoTime() - seenAt > STALE_NANOS) {
            refresh();
        }
        return seen;
    }

    /** Looks once, unless a look has not ended yet. */
    void refresh() {
        if (looking.compareAndSet(false, true)) {
            var thread = new Thread(this::run, "tftp-" + what);
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void run() {
        try {
            seen = look.get();
        } catch (RuntimeException e) {
            seen = new Health(false, "could not be looked at: " + e);
        } finally {
            seenAt = System.nanoTime();
            looking.set(false);
        }
    }
}
