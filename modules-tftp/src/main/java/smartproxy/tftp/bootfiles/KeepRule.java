package smartproxy.tftp.bootfiles;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * How long the administrator keeps files that were fetched.
 *
 * @param unused so long after its last use a file goes; empty: never for that reason
 * @param bytes that they may take together, else those that were used longest ago go; empty: as many as there are
 */
record KeepRule(Optional<Duration> unused, Optional<Long> bytes) {
    static final KeepRule ALL = new KeepRule(Optional.empty(), Optional.empty());

    /** What was used so lately stays in any case: hosts may be loading it. The kernel notes a reading at least once in that time. */
    static final Duration IN_USE = Duration.ofDays(1);

    /**
     * A file that is there.
     *
     * @param used when it was asked for or read last
     */
    record Kept(Fetched file, long length, Instant used) {}

    /** A file that is to go, and what for. */
    record Going(Kept kept, String why) {}

    boolean keepsAll() {
        return unused.isEmpty() && bytes.isEmpty();
    }

    /** Those of these files that are to go, in this order. */
    List<Going> going(List<Kept> all, Instant now) {
        var going = new ArrayList<Going>();
        var left = bytes(all);
        var oldest = all.stream().sorted(Comparator.comparing(Kept::used)).toList();
        for (var kept : oldest) {
            var since = Duration.between(kept.used(), now);
            if (since.compareTo(IN_USE) <= 0) {
                break;
            }
            var tooOld = unused.isPresent() && since.compareTo(unused.get()) > 0;
            if (tooOld || isTooMuch(left)) {
                left -= kept.length();
                var days = since.toDays();
                going.add(new Going(
                        kept,
                        "not used for " + days + (days == 1 ? " day" : " days")
                                + (tooOld
                                        ? ""
                                        : ", and all together take more than :" + BootFileSettings.KEEP_SIZE.key()
                                                + ": allows")));
            }
        }
        return going;
    }

    boolean isTooMuch(long taken) {
        return bytes.isPresent() && taken > bytes.get();
    }

    static long bytes(List<Kept> all) {
        return all.stream().mapToLong(Kept::length).sum();
    }
}
