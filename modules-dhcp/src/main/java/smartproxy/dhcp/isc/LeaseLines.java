package smartproxy.dhcp.isc;

import java.util.Arrays;

/**
 * Reads a {@code lease} declaration that is written as dhcpd writes it: a statement a line, two blanks before it, one between its
 * words. That is nearly all of a leases file, and reading it so takes less than a quarter of the time. Whatever is different in it is left to
 * {@link LeaseReader}, to which it never gives another answer.
 */
final class LeaseLines {
    /** Where a declaration begins that is read the other way. */
    static final int OTHER = -1;

    private static final byte[] LEASE = bytes("lease ");
    private static final byte[] OPEN = bytes(" {\n");
    private static final byte[] NEVER = bytes("never;\n");
    private static final byte[] BINDING = bytes("binding state ");
    private static final byte[] NEXT = bytes("next binding state ");
    private static final byte[] HARDWARE = bytes("hardware ");
    private static final byte[] UID = bytes("uid \"");
    private static final byte[] HOSTNAME = bytes("client-hostname \"");
    private static final byte[] SET = bytes("set ");
    private static final byte[] REWIND = bytes("rewind binding state ");
    private static final byte[][] TIMES =
            LeaseRecord.TIMES.stream().map(name -> bytes(name + " ")).toArray(byte[][]::new);
    private static final int CLTT = LeaseRecord.TIMES.indexOf("cltt");

    /** {@code 4 2026/01/01 10:00:00;} and the end of the line. */
    private static final int TIME_LENGTH = 23;

    private static final int NONE = -1;

    private final LeaseRecord lease;
    private byte[] bytes = {};
    private int to;
    private final StateLines states = new StateLines();
    private int lastDate;
    private long lastDay;

    /** Where this lease says its first and its second time, which it mostly says twice. */
    private int starts;

    private int ends;

    /** @param lease what is read into */
    LeaseLines(LeaseRecord lease) {
        this.lease = lease;
    }

    private static byte[] bytes(String text) {
        var bytes = new byte[text.length()];
        for (var i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) text.charAt(i);
        }
        return bytes;
    }

    /**
     * Reads the one that begins there.
     *
     * @return where it ends, or {@link #OTHER}: it is written otherwise, or not whole
     */
    int read(byte[] source, int from, int limit) {
        bytes = source;
        to = limit;
        if (!is(LEASE, from)) {
            return OTHER;
        }
        var address = from + LEASE.length;
        var at = address;
        while (at < to && bytes[at] != ' ' && bytes[at] != '\n') {
            at++;
        }
        var ip = Ipv4Bytes.parse(bytes, address, at);
        if (ip < 0 || !is(OPEN, at)) {
            return OTHER;
        }
        lease.clear(bytes);
        lease.ip = (int) ip;
        states.leave();
        starts = NONE;
        ends = NONE;
        at += OPEN.length;
        while (at < to && bytes[at] != '}') {
            if (at + 3 > to || bytes[at] != ' ' || bytes[at + 1] != ' ') {
                return OTHER;
            }
            at = statement(at + 2);
            if (at < 0) {
                return OTHER;
            }
        }
        return at < to ? at + 1 : OTHER;
    }

    private boolean is(byte[] word, int at) {
        if (to - at < word.length) {
            return false;
        }
        var source = bytes;
        for (var i = 0; i < word.length; i++) {
            if (source[at + i] != word[i]) {
                return false;
            }
        }
        return true;
    }

    /** @return the beginning of the next line, or {@link #OTHER} */
    private int statement(int at) {
        return switch (bytes[at]) {
            case 'b' -> states(at);
            case 'n' -> is(NEXT, at) ? nextState(at + NEXT.length) : OTHER;
            case 'r' -> is(REWIND, at) ? rewind(at + REWIND.length) : OTHER;
            case 'h' -> is(HARDWARE, at) ? hardware(at + HARDWARE.length) : OTHER;
            default -> {
                states.leave();
                yield otherStatement(at);
            }
        };
    }

    private int otherStatement(int at) {
        return switch (bytes[at]) {
            case 's' -> is(TIMES[LeaseRecord.STARTS], at) ? time(LeaseRecord.STARTS, at) : set(at);
            case 'e' -> is(TIMES[LeaseRecord.ENDS], at) ? time(LeaseRecord.ENDS, at) : OTHER;
            case 't', 'a' -> laterTime(at);
            case 'c' ->
                is(TIMES[CLTT], at) ? time(CLTT, at) : is(HOSTNAME, at) ? hostname(at + HOSTNAME.length - 1) : OTHER;
            case 'u' -> is(UID, at) ? uid(at + UID.length - 1) : OTHER;
            default -> OTHER;
        };
    }

    private int laterTime(int at) {
        for (var time = LeaseRecord.ENDS + 1; time < CLTT; time++) {
            if (is(TIMES[time], at)) {
                return time(time, at);
            }
        }
        return OTHER;
    }

    /** @param at of its name */
    private int time(int time, int at) {
        var value = at + TIMES[time].length;
        if (is(NEVER, value)) {
            said(time, NONE, LeaseRecord.NEVER);
            return value + NEVER.length;
        }
        var seconds = again(time, value);
        if (seconds < 0) {
            seconds = seconds(value);
        }
        if (seconds < 0 || seconds > LeaseRecord.LATEST) {
            return OTHER;
        }
        said(time, value, seconds);
        return value + TIME_LENGTH;
    }

    private void said(int time, int place, long seconds) {
        if (time == LeaseRecord.STARTS) {
            starts = place;
        } else if (time == LeaseRecord.ENDS) {
            ends = place;
        }
        lease.time(time, seconds);
    }

    /** dhcpd writes {@code tstp} as it wrote {@code ends}, and {@code cltt} as {@code starts}, unless a failover peer lags behind. */
    private long again(int time, int value) {
        var twin = time == CLTT ? LeaseRecord.STARTS : LeaseRecord.ENDS;
        var place = time == CLTT ? starts : ends;
        return place != NONE
                        && to - value >= TIME_LENGTH
                        && Arrays.equals(bytes, place, place + TIME_LENGTH, bytes, value, value + TIME_LENGTH)
                ? lease.time(twin)
                : -1;
    }

    private long seconds(int at) {
        if (to - at < TIME_LENGTH
                || bytes[at] < '0'
                || bytes[at] > '9'
                || bytes[at + 1] != ' '
                || bytes[at + 6] != '/'
                || bytes[at + 9] != '/'
                || bytes[at + 12] != ' '
                || bytes[at + 15] != ':'
                || bytes[at + 18] != ':'
                || bytes[at + 21] != ';'
                || bytes[at + 22] != '\n') {
            return -1;
        }
        var year = digits(at + 2) * 100 + digits(at + 4);
        var month = digits(at + 7);
        var day = digits(at + 10);
        var hour = digits(at + 13);
        var minute = digits(at + 16);
        var second = digits(at + 19);
        if (!LeaseReader.isDay(year, month, day) || !LeaseReader.isTime(hour, minute, second)) {
            return -1;
        }
        var date = (year << 9) | (month << 5) | day;
        if (date != lastDate) {
            lastDate = date;
            lastDay = LeaseReader.epochDay(year, month, day);
        }
        return lastDay * 86_400 + hour * 3600L + minute * 60L + second;
    }

    /** Two of them; below any number of theirs when they are none. */
    private int digits(int at) {
        var tens = bytes[at] - '0';
        var ones = bytes[at + 1] - '0';
        return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? -1_000_000 : tens * 10 + ones;
    }

    private int states(int from) {
        var same = states.again(bytes, from, to, lease);
        if (same >= 0) {
            return mac(same);
        }
        if (!is(BINDING, from)) {
            return OTHER;
        }
        var at = from + BINDING.length;
        var end = wordEnd(at);
        if (!endsLine(end)) {
            return OTHER;
        }
        lease.state = lease.word(at, end);
        states.begin(from, lease.state);
        return end + 2;
    }

    private int nextState(int at) {
        var end = wordEnd(at);
        if (!endsLine(end)) {
            return OTHER;
        }
        lease.nextState = lease.word(at, end);
        states.nextState(lease.nextState);
        return end + 2;
    }

    /** Says nothing that is shown. */
    private int rewind(int at) {
        var end = wordEnd(at);
        return endsLine(end) ? end + 2 : OTHER;
    }

    private int hardware(int at) {
        var type = wordEnd(at);
        if (type == at || type + 1 >= to || bytes[type] != ' ') {
            return OTHER;
        }
        lease.hardwareType = lease.word(at, type);
        states.end(bytes, type + 1, lease.hardwareType);
        return mac(type + 1);
    }

    private int mac(int at) {
        var end = at;
        while (end < to && bytes[end] != ';' && bytes[end] > ' ') {
            end++;
        }
        if (!endsLine(end)) {
            return OTHER;
        }
        var length = MacBytes.parse(bytes, at, end, lease.mac);
        if (length == 0) {
            return OTHER;
        }
        lease.macLength = length;
        return end + 2;
    }

    /** After lower-case letters and hyphens. */
    private int wordEnd(int from) {
        var at = from;
        while (at < to && ((bytes[at] >= 'a' && bytes[at] <= 'z') || bytes[at] == '-')) {
            at++;
        }
        return at;
    }

    private boolean endsLine(int at) {
        return at + 1 < to && bytes[at] == ';' && bytes[at + 1] == '\n';
    }

    private int uid(int quote) {
        var end = stringEnd(quote);
        if (end < 0 || !endsLine(end)) {
            return OTHER;
        }
        lease.uid(quote, end);
        return end + 2;
    }

    private int hostname(int quote) {
        var end = stringEnd(quote);
        if (end < 0 || !endsLine(end)) {
            return OTHER;
        }
        lease.clientHostname(quote, end);
        return end + 2;
    }

    /** After its closing quote, which is on the same line. */
    private int stringEnd(int quote) {
        for (var at = quote + 1; at < to; at++) {
            switch (bytes[at]) {
                case '"' -> {
                    return at + 1;
                }
                case '\n' -> {
                    return OTHER;
                }
                case '\\' -> {
                    if (++at < to && bytes[at] == '\n') {
                        return OTHER;
                    }
                }
                default -> {
                    // part of it
                }
            }
        }
        return OTHER;
    }

    /** {@code set}, which says nothing that is shown. */
    private int set(int from) {
        if (!is(SET, from)) {
            return OTHER;
        }
        for (var at = from; at < to; at++) {
            switch (bytes[at]) {
                case '"' -> {
                    at = stringEnd(at) - 1;
                    if (at < 0) {
                        return OTHER;
                    }
                }
                case ';' -> {
                    return endsLine(at) ? at + 2 : OTHER;
                }
                case '{', '}', '#', '\n' -> {
                    return OTHER;
                }
                default -> {
                    // part of it
                }
            }
        }
        return OTHER;
    }
}
