package smartproxy.dhcp.isc;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.Lease;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.Subnet;
import smartproxy.dhcp.TimeText;

/**
 * A lease of the leases file, as it is being read; used again for the next one. {@link #content} makes it short, {@link #lease} makes a
 * lease of that again.
 */
final class LeaseRecord {
    /** Seconds since 1970 of {@code never}, as the reference shows it. */
    static final long NEVER = Integer.MAX_VALUE;

    /** The last second that is carried. */
    static final long LATEST = 0xffff_ffffL;

    /** Times in the order in which they are shown. */
    static final List<String> TIMES = List.of("starts", "ends", "tstp", "tsfp", "atsfp", "cltt");

    static final int STARTS = 0;
    static final int ENDS = 1;
    private static final int SHOWN_LATER = 2;

    /** Words that are kept as one byte. */
    private static final String[] WORDS = {
        "",
        "free",
        "active",
        "ethernet",
        "expired",
        "released",
        "abandoned",
        "reset",
        "backup",
        "token-ring",
        "fddi",
        "infiniband"
    };

    /** The word {@code free}. */
    static final int FREE = List.of(WORDS).indexOf("free");

    /** No word, which is that of a lease without that statement. */
    static final int NO_WORD = 0;

    private static final int OTHER_WORD = 255;
    private static final int LONGEST_WORD = 255;

    int ip;
    final byte[] mac = new byte[20];
    int macLength;
    int state;
    int nextState;
    int hardwareType;
    private final List<byte[]> otherWords = new ArrayList<>();
    private final long[] times = new long[TIMES.size()];
    private int hasTimes;
    private byte[] source = {};
    private int uidStart;
    private int uidEnd;
    private int nameStart;
    private int nameEnd;
    private boolean hasOptions;
    private final ByteArrayOutputStream options = new ByteArrayOutputStream();

    /**
     * Begins the next one.
     *
     * @param bytes what it is read from, until {@link #content} was called
     */
    void clear(byte[] bytes) {
        source = bytes;
        macLength = 0;
        state = NO_WORD;
        nextState = NO_WORD;
        hardwareType = NO_WORD;
        if (!otherWords.isEmpty()) {
            otherWords.clear();
        }
        hasTimes = 0;
        uidStart = uidEnd = nameStart = nameEnd = 0;
        if (hasOptions) {
            options.reset();
            hasOptions = false;
        }
    }

    /** @param time its place in {@link #TIMES} */
    void time(int time, long seconds) {
        times[time] = seconds;
        hasTimes |= 1 << time;
    }

    /** With its quotes. */
    void uid(int start, int end) {
        uidStart = start;
        uidEnd = end;
    }

    /** With its quotes. */
    void clientHostname(int start, int end) {
        nameStart = start;
        nameEnd = end;
    }

    /** A statement that is kept as it is, with its semicolon. */
    void option(int start, int end) {
        options.write(source, start, end - start);
        hasOptions = true;
    }

    /** The word at that place, as a number that is good for this lease. */
    int word(int start, int end) {
        for (var i = 0; i < WORDS.length; i++) {
            if (Lexer.matches(source, start, end, WORDS[i])) {
                return i;
            }
        }
        otherWords.add(Arrays.copyOfRange(source, start, start + Math.min(end - start, LONGEST_WORD)));
        return WORDS.length + otherWords.size() - 1;
    }

    /** Whether a word means the same in any lease. */
    static boolean isCommon(int word) {
        return word < WORDS.length;
    }

    /** The seconds of a time that was read. */
    long time(int time) {
        return times[time];
    }

    /** {@code ends} in seconds since 1970; {@link Long#MAX_VALUE} when there is none. */
    long ends() {
        return (hasTimes & (1 << ENDS)) == 0 ? Long.MAX_VALUE : times[ENDS];
    }

    /**
     * What there is besides address and MAC.
     *
     * @param into large enough: as large as the declaration that was read, and 64 bytes
     * @return its length
     */
    int content(byte[] into) {
        var at = 0;
        into[at++] = (byte) hasTimes;
        for (var i = 0; i < times.length; i++) {
            if ((hasTimes & (1 << i)) != 0) {
                at = putInt(into, at, (int) times[i]);
            }
        }
        at = putWord(into, at, state);
        at = putWord(into, at, nextState);
        at = putWord(into, at, hardwareType);
        at = putBytes(into, at, uidStart, uidEnd);
        at = putBytes(into, at, nameStart, nameEnd);
        if (!hasOptions) {
            return at;
        }
        var kept = options.toByteArray();
        System.arraycopy(kept, 0, into, at, kept.length);
        return at + kept.length;
    }

    private static int putInt(byte[] into, int at, int number) {
        into[at] = (byte) (number >>> 24);
        into[at + 1] = (byte) (number >>> 16);
        into[at + 2] = (byte) (number >>> 8);
        into[at + 3] = (byte) number;
        return at + Integer.BYTES;
    }

    private int putWord(byte[] into, int at, int word) {
        if (isCommon(word)) {
            into[at] = (byte) word;
            return at + 1;
        }
        var bytes = otherWords.get(word - WORDS.length);
        into[at] = (byte) OTHER_WORD;
        into[at + 1] = (byte) bytes.length;
        System.arraycopy(bytes, 0, into, at + 2, bytes.length);
        return at + 2 + bytes.length;
    }

    private static String word(ByteBuffer in) {
        var index = in.get() & 255;
        if (index != OTHER_WORD) {
            return WORDS[index];
        }
        var bytes = new byte[in.get() & 255];
        in.get(bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** One byte for the length where that is enough. */
    private int putBytes(byte[] into, int at, int start, int end) {
        var length = end - start;
        var to = at;
        if (length < 255) {
            into[to++] = (byte) length;
        } else {
            into[to++] = (byte) 255;
            to = putInt(into, to, length);
        }
        System.arraycopy(source, start, into, to, length);
        return to + length;
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
            times[i] = (has & (1 << i)) == 0 ? "" : TimeText.of(in.getInt() & LATEST);
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
