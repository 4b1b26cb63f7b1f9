package smartproxy.dhcp.isc;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** Times as leases files have them, and as they are shown, made with the library. */
final class LeaseTimes {
    private LeaseTimes() {}

    static String written(long seconds) {
        var time = Instant.ofEpochSecond(seconds).atOffset(ZoneOffset.UTC);
        return time.getDayOfWeek().getValue() % 7 + " "
                + DateTimeFormatter.ofPattern("uuuu/MM/dd HH:mm:ss").format(time);
    }

    static String text(long seconds) {
        return DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss 'UTC'")
                .format(Instant.ofEpochSecond(seconds).atOffset(ZoneOffset.UTC));
    }
}
