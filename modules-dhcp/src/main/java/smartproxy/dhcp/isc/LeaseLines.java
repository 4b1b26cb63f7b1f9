package smartproxy.dhcp.isc;

/**
 * Reads a {@code lease} declaration that is written as dhcpd writes it: a statement a line, two blanks before it, one between its
 * words. That is nearly all of a leases file, and reading it so takes a quarter of the time. Whatever is different in it is left to
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

    private final LeaseRecord lease;
    private byte[] bytes = {};
    private int to;
    private int lastDate;
    private long lastDay;

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
        for (var i = 0; i < word.length; i++) {
            if (bytes[at + i] != word[i]) {
                return false;
            }
        }
        return true;
    }

    /** @return the beginning of the next line, or {@link #OTHER} */
    private int statement(int at) {
        return switch (bytes[at]) {
            case 's' -> is(TIMES[LeaseRecord.STARTS], at) ? time(LeaseRecord.STARTS, at) : set(at);
            case 'e' -> is(TIMES[LeaseRecord.ENDS], at) ? time(LeaseRecord.ENDS, at) : OTHER;
            case 't', 'a' -> laterTime(at);
            case 'c' ->
                is(TIMES[CLTT], at) ? time(CLTT, at) : is(HOSTNAME, at) ? hostname(at + HOSTNAME.length - 1) : OTHER;
            case 'b' -> is(BINDING, at) ? state(at + BINDING.length) : OTHER;
            case 'n' -> is(NEXT, at) ? nextState(at + NEXT.length) : OTHER;
            case 'h' -> is(HARDWARE, at) ? hardware(at + HARDWARE.length) : OTHER;
            case 'u' -> is(UID, at) ? uid(at + UID.length - 1) : OTHER;
            case 'r' -> is(REWIND, at) ? rewind(at + REWIND.length) : OTHER;
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
            lease.time(time, LeaseRecord.NEVER);
            return value + NEVER.length;
        }
        var seconds = seconds(value);
        if (seconds < 0 || seconds > LeaseRecord.LATEST) {
            return OTHER;
        }
        lease.time(time, seconds);
        return value + TIME_LENGTH;
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

    private int state(int at) {
        var end = wordEnd(at);
        if (!endsLine(end)) {
            return OTHER;
        }
        lease.state = lease.word(at, end);
        return end + 2;
    }

    private int nextState(int at) {
        var end = wordEnd(at);
        if (!endsLine(end)) {
            return OTHER;
        }
        lease.nextState = lease.word(at, end);
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
        var end = type + 1;
        while (end < to && bytes[end] != ';' && bytes[end] > ' ') {
            end++;
        }
        if (!endsLine(end)) {
            return OTHER;
        }
        var length = MacBytes.parse(bytes, type + 1, end, lease.mac);
        if (length == 0) {
            return OTHER;
        }
        lease.hardwareType = lease.word(at, type);
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
