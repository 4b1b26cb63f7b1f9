package smartproxy.tftp.bootfiles;

import java.time.Duration;

/**
 * How slow a file may be.
 *
 * @param total for one try
 * @param grace after which it must have come at the least rate on average
 * @param leastBytesPerSecond that rate
 */
record Pace(Duration total, Duration grace, long leastBytesPerSecond) {
    static final Pace DEFAULT = new Pace(Duration.ofHours(1), Duration.ofSeconds(60), 1024);

    void check(long begun, long bytes) throws FetchFailed {
        var took = Duration.ofNanos(System.nanoTime() - begun);
        if (took.compareTo(total) > 0) {
            throw FetchFailed.forNow("not whole within " + total.toSeconds() + " s, " + bytes + " bytes have come");
        }
        if (took.compareTo(grace) > 0 && bytes < took.toSeconds() * leastBytesPerSecond) {
            throw FetchFailed.forNow("slower than " + leastBytesPerSecond + " bytes a second: " + bytes + " in "
                    + took.toSeconds() + " s");
        }
    }
}
