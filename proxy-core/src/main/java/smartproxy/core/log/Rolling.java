package smartproxy.core.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * When the daemon itself rolls its log file, and what the rolled ones are called: {@code proxy.20261122-093005.log}.
 *
 * @param maxBytes a file that has reached it is rolled; 0: neither size nor age roll it
 * @param age {@code daily}, {@code weekly} (on Mondays), {@code monthly}, by the local calendar, or a number of seconds
 * @param keep rolled files that stay
 */
record Rolling(long maxBytes, String age, int keep) {
    private static final Pattern SECONDS = Pattern.compile("[1-9][0-9]{0,9}");
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss", Locale.ROOT);

    static final Rolling NEVER = new Rolling(0, "weekly", 0);

    static boolean isAge(String age) {
        return age.equals("daily")
                || age.equals("weekly")
                || age.equals("monthly")
                || SECONDS.matcher(age).matches();
    }

    boolean active() {
        return maxBytes > 0;
    }

    /** The moment from which a file last written at {@code written} is too old. */
    Instant end(Instant written, ZoneId zone) {
        var day = LocalDate.ofInstant(written, zone);
        return switch (age) {
            case "daily" -> day.plusDays(1).atStartOfDay(zone).toInstant();
            case "weekly" ->
                day.with(TemporalAdjusters.next(DayOfWeek.MONDAY))
                        .atStartOfDay(zone)
                        .toInstant();
            case "monthly" ->
                day.with(TemporalAdjusters.firstDayOfNextMonth())
                        .atStartOfDay(zone)
                        .toInstant();
            default -> {
                long seconds = Long.parseLong(age);
                yield Instant.ofEpochSecond((written.getEpochSecond() / seconds + 1) * seconds);
            }
        };
    }

    /** Gives the file its dated name. */
    void rename(Path file, Instant now, ZoneId zone) throws IOException {
        var stamp = STAMP.format(now.atZone(zone));
        var target = file.resolveSibling(name(file, stamp));
        for (int i = 1; Files.exists(target); i++) {
            target = file.resolveSibling(name(file, stamp + "-" + i));
        }
        Files.move(file, target);
    }

    /** Deletes the oldest rolled files beyond those to keep. */
    void prune(Path file) throws IOException {
        var name = file.getFileName().toString();
        var dot = name.lastIndexOf('.');
        var rolled = Pattern.compile(Pattern.quote(dot > 0 ? name.substring(0, dot) : name)
                + "\\.[0-9]{8}-[0-9]{6}(?:-[0-9]+)?"
                + Pattern.quote(dot > 0 ? name.substring(dot) : ""));
        var old = new ArrayList<Path>();
        try (var siblings = Files.newDirectoryStream(
                file.toAbsolutePath().getParent(),
                path -> rolled.matcher(path.getFileName().toString()).matches())) {
            siblings.forEach(old::add);
        }
        var extension = name.length() - (dot > 0 ? dot : name.length());
        old.sort(Comparator.comparing(path -> {
            var dated = path.getFileName().toString();
            return dated.substring(0, dated.length() - extension);
        }));
        for (var path : old.subList(0, Math.max(0, old.size() - keep))) {
            Files.deleteIfExists(path);
        }
    }

    private static String name(Path file, String stamp) {
        var name = file.getFileName().toString();
        var dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) + "." + stamp + name.substring(dot) : name + "." + stamp;
    }
}
