package smartproxy.core.api;

import java.time.Duration;

/** The moment by which a piece of work must have ended. Handed down from the request to every call it makes. */
public final class Deadline {
    private final long nanoTime;

    private Deadline(long nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** A deadline {@code time} from now. */
    public static Deadline in(Duration time) {
        return new Deadline(System.nanoTime() + time.toNanos());
    }

    /** What is left, never negative. */
    public Duration left() {
        return Duration.ofNanos(Math.max(0, nanoTime - System.nanoTime()));
    }

    /** What is left in milliseconds, rounded up, so that zero means expired. */
    public long leftMillis() {
        return (left().toNanos() + 999_999) / 1_000_000;
    }

    public boolean expired() {
        return nanoTime - System.nanoTime() <= 0;
    }

    /** This deadline or one {@code time} from now, whichever comes first. */
    public Deadline within(Duration time) {
        var other = in(time);
        return other.nanoTime - nanoTime < 0 ? other : this;
    }

    /** This deadline moved {@code time} towards now, to keep time for an answer. */
    public Deadline minus(Duration time) {
        return new Deadline(nanoTime - time.toNanos());
    }

    @Override
    public String toString() {
        return left().toMillis() + " ms left";
    }
}
