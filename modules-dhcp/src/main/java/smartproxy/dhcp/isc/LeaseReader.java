package smartproxy.dhcp.isc;

/** Reads a {@code lease} declaration, however it is written. */
final class LeaseReader {
    private final LeaseRecord lease;
    private byte[] source = {};

    /** @param lease what is read into */
    LeaseReader(LeaseRecord lease) {
        this.lease = lease;
    }

    /**
     * Reads a whole one.
     *
     * @return false when it does not follow the language
     */
    boolean read(byte[] bytes, int from, int to) {
        source = bytes;
        lease.clear(bytes);
        var lexer = new Lexer(bytes, from, to);
        lexer.next();
        lexer.next();
        var address = Ipv4Bytes.parse(bytes, lexer.start, lexer.end);
        if (address < 0) {
            return false;
        }
        lease.ip = (int) address;
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
            lease.state = word(lexer);
        } else if (lexer.is("next")) {
            lexer.next();
            lexer.next();
            lexer.next();
            lease.nextState = word(lexer);
        } else if (lexer.is("hardware")) {
            lexer.next();
            lease.hardwareType = word(lexer);
            lexer.next();
            lease.macLength = MacBytes.parse(source, lexer.start, lexer.end, lease.mac);
        } else if (lexer.is("uid")) {
            lexer.next();
            var quote = lexer.kind == Lexer.Kind.STRING ? 1 : 0;
            lease.uid(lexer.start - quote, lexer.end + quote);
        } else if (lexer.is("client-hostname")) {
            lexer.next();
            var quote = lexer.kind == Lexer.Kind.STRING ? 1 : 0;
            lease.clientHostname(lexer.start - quote, lexer.end + quote);
        } else if (lexer.is("option") || lexer.is("supersede")) {
            if (!skip(lexer)) {
                return false;
            }
            lease.option(start, lexer.end);
            return true;
        }
        return skip(lexer);
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

    private int word(Lexer lexer) {
        return lexer.kind == Lexer.Kind.WORD ? lease.word(lexer.start, lexer.end) : LeaseRecord.NO_WORD;
    }

    private static int time(Lexer lexer) {
        for (var i = 0; i < LeaseRecord.TIMES.size(); i++) {
            if (lexer.is(LeaseRecord.TIMES.get(i))) {
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
            seconds = LeaseRecord.NEVER;
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
        if (seconds < 0 || seconds > LeaseRecord.LATEST) {
            return false;
        }
        lease.time(index, seconds);
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
        return isDay(year, month, day) ? epochDay(year, month, day) : -1;
    }

    static boolean isDay(long year, long month, long day) {
        return year >= 1970 && year <= 2200 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
    }

    /** Days since 1970 from the civil calendar, years beginning with March. */
    static long epochDay(long year, long month, long day) {
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
        return isTime(hour, minute, seconds) ? hour * 3600 + minute * 60 + seconds : -1;
    }

    static boolean isTime(long hour, long minute, long seconds) {
        return hour >= 0 && hour <= 24 && minute >= 0 && minute <= 59 && seconds >= 0 && seconds <= 60;
    }
}
