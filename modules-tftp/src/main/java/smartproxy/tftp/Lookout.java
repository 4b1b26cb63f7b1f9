package smartproxy.tftp;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import smartproxy.core.api.HealthSource.Health;

/**
 * Looks at something that may take its time, such as a name or a disk, on a thread of its own: at the start, and again when
 * somebody asks and the last look is some time ago. Who asks gets what was seen last.
 */
final class Lookout {
    private static final Duration STALE = Duration.ofSeconds(30);

    private final Supplier<Health> look;
    private final Duration staleWhenWell;
    private final Executor threads;
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile Health seen = new Health(true, "not looked at yet");
    private volatile long seenAt;
    private volatile boolean looked;

    Lookout(String what, Supplier<Health> look) {
        this(what, look, STALE);
    }

    /** @param staleWhenWell how long something good that was seen is good enough; something bad is looked at sooner */
    Lookout(String what, Supplier<Health> look, Duration staleWhenWell) {
        this(look, staleWhenWell, work -> {
            var thread = new Thread(work, "tftp-" + what);
            thread.setDaemon(true);
            thread.start();
        });
    }

    Lookout(Supplier<Health> look, Duration staleWhenWell, Executor threads) {
        this.look = look;
        this.staleWhenWell = staleWhenWell;
        this.threads = threads;
    }

    Health health() {
        var last = seen;
        if (age().compareTo(last.ok() ? staleWhenWell : STALE) > 0) {
            refresh();
        }
        return last;
    }

    boolean hasLooked() {
        return looked;
    }

    /** How long ago the last look has ended; of no meaning before there was one. */
    Duration age() {
        return Duration.ofNanos(System.nanoTime() - seenAt);
    }

    /** Looks once, unless a look has not ended yet. */
    void refresh() {
        if (looking.compareAndSet(false, true)) {
            try {
                threads.execute(this::run);
            } catch (OutOfMemoryError e) { // no thread to be had: whoever asks next looks
                looking.set(false);
            }
        }
    }

    private void run() {
        try {
            seen = look.get();
        } catch (RuntimeException e) {
            seen = new Health(false, "could not be looked at: " + e);
        } finally {
            seenAt = System.nanoTime();
            looked = true;
            looking.set(false);
        }
    }
}
