package smartproxy.dhcp;

import java.nio.charset.StandardCharsets;
import java.time.LocalDate;

/** Times of leases as the reference shows them. */
public final class TimeText {
    private static final int DAY = 24 * 60 * 60;

    /** The last second of the year 9999. */
    private static final long LATEST = 253_402_300_799L;

    private static final byte[] FORM = "0000-00-00 00:00:00 UTC".getBytes(StandardCharsets.ISO_8859_1);

    private TimeText() {}

    /**
     * {@code 2026-01-01 10:00:00 UTC}. A subnet has four of them for each of its leases, and a formatter of java.time takes many times as
     * long.
     *
     * @param seconds since 1970; what is earlier, or later than the year 9999, is shown as the first or last second between
     */
    public static String of(long seconds) {
        var shown = Math.max(0, Math.min(seconds, LATEST));
        var date = LocalDate.ofEpochDay(shown / DAY);
        var time = (int) (shown % DAY);
        var text = FORM.clone();
        put(text, 0, date.getYear() / 100);
        put(text, 2, date.getYear() % 100);
        put(text, 5, date.getMonthValue());
        put(text, 8, date.getDayOfMonth());
        put(text, 11, time / 3600);
        put(text, 14, time / 60 % 60);
        put(text, 17, time % 60);
        return new String(text, StandardCharsets.ISO_8859_1);
    }

    private static void put(byte[] text, int at, int number) {
        text[at] = (byte) ('0' + number / 10);
        text[at + 1] = (byte) ('0' + number % 10);
    }
}
