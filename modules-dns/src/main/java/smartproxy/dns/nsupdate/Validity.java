package smartproxy.dns.nsupdate;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.Deadline;

/**
 * How long the server may accept the updates of one call: until the call's deadline and a little more, so that none lands after
 * its caller was told that it failed.
 */
final class Validity {
    private static final Duration ROUNDING = Duration.ofSeconds(1);

    private final NsupdateSettings settings;
    private final Deadline deadline;
    private long lastAccepted = System.nanoTime();

    Validity(NsupdateSettings settings, Deadline deadline) {
        this.settings = settings;
        this.deadline = deadline;
    }

    /** The fudge of an update signed now, in whole seconds. */
    Duration fudge() {
        var wanted = deadline.left().plus(settings.fudgeSlack());
        var seconds = Math.max(1, wanted.plusNanos(999_999_999).toSeconds());
        var fudge = Duration.ofSeconds(Math.min(seconds, settings.fudgeMax().toSeconds()));
        // TSIG counts whole seconds, and the server's clock may be late by as much as the slack allows for.
        var end = System.nanoTime()
                + fudge.plus(ROUNDING).plus(settings.fudgeSlack()).toNanos();
        if (end - lastAccepted > 0) {
            lastAccepted = end;
        }
        return fudge;
    }

    /** When the last update that was signed cannot be accepted any more, as {@link System#nanoTime()}; null when unsigned. */
    @Nullable Long end() {
        return settings.key().isPresent() ? lastAccepted : null;
    }
}
