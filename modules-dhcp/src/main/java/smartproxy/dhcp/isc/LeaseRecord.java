package smartproxy.dhcp.isc;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.Lease;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.Subnet;

/**
 * A lease of the leases file, as it is being read; used again for the next one. {@link #content} makes it short, {@link #lease} makes a
 * lease of that again.
 */
final class LeaseRecord {
    /** Seconds since 1970 of {@code never}, as the reference shows it. */
    private static final long NEVER = Integer.MAX_VALUE;

    private static final long LATEST = 0xffff_ffffL;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss 'UTC'").withZone(ZoneOffset.UTC);

    /** Times in the order in which they are shown. */
    private static final List<String> TIMES = List.of("starts", "ends", "tstp", "tsfp", "atsfp", "cltt");

    private static final int STARTS = 0;
    private static final int ENDS = 1;
    private static final int SHOWN_LATER = 2;

    /** Words that are kept as one byte. */
    private static final List<String> WORDS = List.of(
            "",
            "free",
            "active",
            "expired",
            "released",
            "abandoned",
            "reset",
            "backup",
            "ethernet",
            "token-ring",
            "fddi",
            "infiniband");

    private static final int OTHER_WORD = 255;
    private static final int LONGEST_WORD = 255;

    int ip;
    final byte[] mac = new byte[20];
    int macLength;
    String state = "";
    String nextState = "";
    private String hardwareType = "";
    private final long[] times = new long[TIMES.size()];
    private int hasTimes;
    private byte[] source = {};
    private int uidStart;
    private int uidEnd;
    private int nameStart;
    private int nameEnd;
    private final ByteArrayOutputStream options = new ByteArrayOutputStream();

    /** {@code ends} in seconds since 1970; {@link Long#MAX_VALUE} when there is none. */
    long ends() {
        return (hasTimes & (1 << ENDS)) == 0 ? Long.MAX_VALUE : times[ENDS];
    }

    /**
     * Reads a whole {@code lease} declaration.
     *
     * @return false when it does not follow the language
     */
    boolean read(byte[] bytes, int from, int to) {
        source = bytes;
        macLength = 0;
        state = "";
        nextState = "";
        hardwareType = "";
        hasTimes = 0;
        uidStart = uidEnd = nameStart = nameEnd = 0;
        options.reset();
        var lexer = new Lexer(bytes, from, to);
        lexer.next();
        lexer.next();
        var address = Ipv4Bytes.parse(bytes, lexer.start, lexer.end);
        if (address < 0) {
            return false;
        }
        ip = (int) address;
        if (lexer.next() != Lexer.Kind.OPEN) {
            return false;
        }
        while (lexer.next() != Lexer.Kind.CLOSE) {
            if (!statement(lexer)) {
                return false;
            }
        }
        return lexer.next() == Lexer.Kind.END;
    }

    private boolean statement(Lexer lexer) {
        if (lexer.kind == Lexer.Kind.SEMICOLON) {
            return true;
        }
        if (lexer.kind != Lexer.Kind.WORD) {
            return false;
        }
        var start = lexer.start;
        var time = time(lexer);
        if (time >= 0) {
            return readTime(lexer, time);
        }
        if (lexer.is("binding")) {
            lexer.next();
            lexer.next();
            state = word(lexer);
        } else if (lexer.is("next")) {
            lexer.next();
            lexer.next();
            lexer.next();
            nextState = word(lexer);
        } else if (lexer.is("hardware")) {
            lexer.next();
            hardwareType = word(lexer);
            lexer.next();
            macLength = MacBytes.parse(source, lexer.start, lexer.end, mac);
        } else if (lexer.is("uid")) {
            lexer.next();
            var quote = lexer.kind == Lexer.Kind.STRING ? 1 : 0;
            uidStart = lexer.start - quote;
            uidEnd = lexer.end + quote;
        } else if (lexer.is("client-hostname")) {
            lexer.next();
            var quote = lexer.kind == Lexer.Kind.STRING ? 1 : 0;
            nameStart = lexer.start - quote;
            nameEnd = lexer.end + quote;
        } else if (lexer.is("option") || lexer.is("supersede")) {
            return skip(lexer) && keep(start, lexer.end);
        }
        return skip(lexer);
    }

    private boolean keep(int start, int end) {
        options.write(source, start, end - start);
        return true;
    }

    /** To the semicolon, or over the block. */
    private static boolean skip(Lexer lexer) {
        var depth = 0;
        while (true) {
            switch (lexer.kind) {
                case END, BROKEN -> {
                    return false;
                }
                case OPEN -> depth++;
                case CLOSE -> {
                    if (--depth < 0) {
                        return false;
                    }
                    if (depth == 0) {
                        return true;
                    }
                }
                case SEMICOLON -> {
                    if (depth == 0) {
                        return true;
                    }
                }
                default -> {
                    // part of it
                }
            }
            lexer.next();
        }
    }

    private String word(Lexer lexer) {
        if (lexer.kind != Lexer.Kind.WORD) {
            return "";
        }
        for (var word : WORDS) {
            if (Lexer.matches(source, lexer.start, lexer.end, word)) {
                return word;
            }
        }
        return new String(
                source, lexer.start, Math.min(lexer.end - lexer.start, LONGEST_WORD), StandardCharsets.ISO_8859_1);
    }

    private static int time(Lexer lexer) {
        for (var i = 0; i < TIMES.size(); i++) {
            if (lexer.is(TIMES.get(i))) {
                return i;
            }
        }
        return -1;
    }

    /** {@code 4 2026/01/01 10:00:00}, {@code epoch 1767261600} or {@code never}. */
    private boolean readTime(Lexer lexer, int index) {
        lexer.next();
        long seconds;
        if (lexer.is("never")) {
            seconds = NEVER;
        } else if (lexer.is("epoch")) {
            lexer.next();
            seconds = number(lexer.start, lexer.end);
        } else {
            lexer.next();
            var day = day(lexer.start, lexer.end);
            lexer.next();
            var time = timeOfDay(lexer.start, lexer.end);
            seconds = day < 0 || time < 0 ? -1 : day * 86_400 + time;
        }
        if (seconds < 0 || seconds > LATEST) {
            return false;
        }
        times[index] = seconds;
        hasTimes |= 1 << index;
        lexer.next();
        return skip(lexer);
    }

    private long number(int start, int end) {
        if (end <= start || end - start > 10) {
            return -1;
        }
        var number = 0L;
        for (var i = start; i < end; i++) {
            if (source[i] < '0' || source[i] > '9') {
                return -1;
            }
            number = number * 10 + source[i] - '0';
        }
        return number;
    }

    private int next(int start, int end, char mark) {
        for (var i = start; i < end; i++) {
            if (source[i] == mark) {
                return i;
            }
        }
        return end;
    }

    private long day(int start, int end) {
        var first = next(start, end, '/');
        var second = next(Math.min(first + 1, end), end, '/');
        var year = number(start, first);
        var month = number(Math.min(first + 1, end), second);
        var day = number(Math.min(second + 1, end), end);
        if (year < 1970 || year > 2200 || month < 1 || month > 12 || day < 1 || day > 31) {
            return -1;
        }
        // days from the civil calendar, years beginning with March
        var y = month <= 2 ? year - 1 : year;
        var yearOfEra = y % 400;
        var dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        return y / 400 * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468;
    }

    private long timeOfDay(int start, int end) {
        var first = next(start, end, ':');
        var second = next(Math.min(first + 1, end), end, ':');
        var hour = number(start, first);
        var minute = number(Math.min(first + 1, end), second);
        var seconds = number(Math.min(second + 1, end), end);
        return hour < 0 || hour > 24 || minute < 0 || minute > 59 || seconds < 0 || seconds > 60
                ? -1
                : hour * 3600 + minute * 60 + seconds;
    }

    /**
     * What there is besides address and MAC.
     *
     * @param into large enough: as large as the declaration that was read, and 64 bytes
     * @return its length
     */
    int content(byte[] into) {
        var out = ByteBuffer.wrap(into);
        out.put((byte) hasTimes);
        for (var i = 0; i < times.length; i++) {
            if ((hasTimes & (1 << i)) != 0) {
                out.putInt((int) times[i]);
            }
        }
        putWord(out, state);
        putWord(out, nextState);
        putWord(out, hardwareType);
        putBytes(out, source, uidStart, uidEnd);
        putBytes(out, source, nameStart, nameEnd);
        out.put(options.toByteArray());
        return out.position();
    }

    private static void putWord(ByteBuffer out, String word) {
        var index = WORDS.indexOf(word);
        if (index >= 0) {
            out.put((byte) index);
            return;
        }
        var bytes = word.getBytes(StandardCharsets.ISO_8859_1);
        out.put((byte) OTHER_WORD).put((byte) bytes.length).put(bytes);
    }

    private static String word(ByteBuffer in) {
        var index = in.get() & 255;
        if (index != OTHER_WORD) {
            return WORDS.get(index);
        }
        var bytes = new byte[in.get() & 255];
        in.get(bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** One byte for the length where that is enough. */
    private static void putBytes(ByteBuffer out, byte[] bytes, int start, int end) {
        var length = end - start;
        if (length < 255) {
            out.put((byte) length);
        } else {
            out.put((byte) 255).putInt(length);
        }
        out.put(bytes, start, length);
    }

    private static String bytes(ByteBuffer in) {
        var length = in.get() & 255;
        var bytes = new byte[length < 255 ? length : in.getInt()];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** The lease that {@link #content} was made of. */
    static Lease lease(Subnet subnet, int ip, byte[] mac, byte[] content) {
        var in = ByteBuffer.wrap(content);
        var has = in.get();
        var times = new String[TIMES.size()];
        for (var i = 0; i < times.length; i++) {
            times[i] = (has & (1 << i)) == 0 ? "" : TIME.format(Instant.ofEpochSecond(in.getInt() & LATEST));
        }
        var state = word(in);
        var nextState = word(in);
        var hardwareType = word(in);
        var uid = bytes(in);
        var name = bytes(in);
        var options = new LinkedHashMap<String, Object>();
        for (var i = SHOWN_LATER; i < times.length; i++) {
            put(options, TIMES.get(i), times[i]);
        }
        put(options, "next_state", nextState);
        put(options, "hardware_type", hardwareType);
        put(options, "uid", uid);
        put(options, "client_hostname", name);
        if (in.hasRemaining()) {
            try {
                for (var statement : Statement.parse(content, in.position(), content.length)) {
                    Options.of(statement).ifPresent(option -> options.put(option.key(), option.value()));
                }
            } catch (Statement.Malformed e) {
                // braces where no option has them: it is not shown
            }
        }
        var address = MacAddress.of(mac);
        return new Lease(
                subnet, Lease.nameFor(address), new Ipv4(ip), address, times[STARTS], times[ENDS], state, options);
    }

    private static void put(Map<String, Object> options, String key, String value) {
        if (!value.isEmpty()) {
            options.put(key, value);
        }
    }
}
