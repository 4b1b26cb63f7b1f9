package smartproxy.core.log;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How a record becomes a line, in the directives of the Ruby gem <i>logging</i>: {@code %c} logger, {@code %d} local date and
 * time, {@code %l} level, {@code %m} message, {@code %n} line break, {@code %p} process id, {@code %t} and {@code %T} thread,
 * {@code %x} nothing (there is no nested context), {@code %X{key}} diagnostic context ({@code request}, {@code session},
 * {@code remote_ip}), {@code %%} a percent sign. Between the sign and the letter may stand a minimal width, negative to pad on
 * the right, and a point with a maximal length: {@code %-5.5l}. Anything else is written as it stands.
 *
 * <p>No value can end the line: control characters are escaped.
 */
public final class Pattern {
    private static final java.util.regex.Pattern DIRECTIVE = java.util.regex.Pattern.compile(
            "%(?:(-?)(\\d{0,3})(?:\\.(\\d{1,3}))?(?:X\\{([^}]{1,64})}|([cdlmnptTx%])))?");
    private static final int MAX_CONTEXT = 256;

    @FunctionalInterface
    private interface Part {
        void append(StringBuilder line, LogRecord record);
    }

    private final List<Part> parts = new ArrayList<>();
    private final DateTimeFormatter date =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss", Locale.ROOT).withZone(ZoneId.systemDefault());
    private volatile Second last = new Second(Long.MIN_VALUE, "");
    private final String pid = Long.toString(ProcessHandle.current().pid());

    private Pattern(String text) {
        var matcher = DIRECTIVE.matcher(text);
        int end = 0;
        while (matcher.find()) {
            literal(text.substring(end, matcher.start()));
            end = matcher.end();
            var key = matcher.group(4);
            var letter = matcher.group(5);
            if (key == null && letter == null) {
                literal(matcher.group());
            } else {
                var width = matcher.group(2).isEmpty() ? 0 : Integer.parseInt(matcher.group(2));
                var most = matcher.group(3) == null ? Integer.MAX_VALUE : Integer.parseInt(matcher.group(3));
                parts.add(padded(value(key, letter), matcher.group(1).isEmpty(), width, most));
            }
        }
        literal(text.substring(end));
    }

    public static Pattern of(String text) {
        return new Pattern(text);
    }

    /**
     * The directives in a pattern that {@link #of} does not know and writes as they stand.
     *
     * @return from the percent sign to the letter, in the order they come
     */
    public static List<String> unknownDirectives(String text) {
        var unknown = new ArrayList<String>();
        var matcher = DIRECTIVE.matcher(text);
        while (matcher.find()) {
            if (matcher.group(4) == null && matcher.group(5) == null) {
                int end = matcher.end();
                while (end < text.length() && "-.0123456789".indexOf(text.charAt(end)) >= 0) {
                    end++;
                }
                unknown.add(text.substring(matcher.start(), Math.min(end + 1, text.length())));
            }
        }
        return unknown;
    }

    /** The record as one line, without its end and without the stack. */
    String line(LogRecord record) {
        var line = new StringBuilder(160);
        for (var part : parts) {
            part.append(line, record);
        }
        int length = line.length();
        while (length > 0 && line.charAt(length - 1) == '\n') {
            length--;
        }
        line.setLength(length);
        return line.toString();
    }

    /** The line, the indented lines of the stack if there is one, and the end of the last line. */
    String lines(LogRecord record) {
        var text = new StringBuilder(line(record)).append('\n');
        for (var line : record.stackLines()) {
            text.append(line).append('\n');
        }
        return text.toString();
    }

    private void literal(String text) {
        if (!text.isEmpty()) {
            parts.add((line, record) -> line.append(text));
        }
    }

    @FunctionalInterface
    private interface Value {
        String of(LogRecord record);
    }

    private Value value(@Nullable String key, @Nullable String letter) {
        if (key != null) {
            return record -> LogText.oneLine(LogText.bounded(record.context().getOrDefault(key, ""), MAX_CONTEXT));
        }
        return switch (letter == null ? "" : letter) {
            case "c" -> record -> LogText.oneLine(record.logger());
            case "d" -> record -> dateOf(record.time());
            case "l" -> record -> record.severity().name();
            case "m" -> record -> LogText.oneLine(record.message());
            case "n" -> record -> "\n";
            case "p" -> record -> pid;
            case "t", "T" -> record -> LogText.oneLine(record.thread());
            case "%" -> record -> "%";
            default -> record -> "";
        };
    }

    /** Many records come within one second. */
    private String dateOf(Instant time) {
        var second = last;
        if (second.epoch != time.getEpochSecond()) {
            second = new Second(time.getEpochSecond(), date.format(time));
            last = second;
        }
        return second.text;
    }

    private record Second(long epoch, String text) {}

    private static Part padded(Value value, boolean left, int width, int most) {
        return (line, record) -> {
            var text = value.of(record);
            var shown = text.length() > most ? LogText.wellFormed(text.substring(0, most)) : text;
            var blanks = " ".repeat(Math.max(0, width - shown.length()));
            line.append(left ? blanks : "").append(shown).append(left ? "" : blanks);
        };
    }
}
