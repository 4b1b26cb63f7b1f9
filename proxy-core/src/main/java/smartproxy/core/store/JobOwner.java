package smartproxy.core.store;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.regex.Pattern;

/** Who works on a job: the name of a daemon that says which process of its host that is. */
final class JobOwner {
    private static final Pattern NAME = Pattern.compile("(\\d{1,9})@(\\d{1,15}) .*");

    /** The start of a process is told by the clock, which may be set meanwhile. */
    private static final Duration TOLERANCE = Duration.ofSeconds(5);

    private JobOwner() {}

    static String ofThisProcess() {
        var self = ProcessHandle.current();
        return self.pid() + "@" + start(self).toEpochMilli() + " " + UUID.randomUUID();
    }

    private static Instant start(ProcessHandle process) {
        return process.info().startInstant().orElse(Instant.EPOCH);
    }

    /** Whether it may still work on something; of a name that does not say so, that is not known. */
    static boolean isAlive(String name) {
        var told = NAME.matcher(name);
        if (!told.matches()) {
            return true;
        }
        var started = Instant.ofEpochMilli(Long.parseLong(told.group(2)));
        return ProcessHandle.of(Long.parseLong(told.group(1)))
                .filter(ProcessHandle::isAlive)
                .filter(process ->
                        Duration.between(start(process), started).abs().compareTo(TOLERANCE) < 0)
                .isPresent();
    }
}
