package smartproxy.dhcp.isc;

import java.util.Arrays;

/**
 * Takes the text of a leases file apart into declarations. One that is broken is skipped and counted, and never takes the next one
 * with it: dhcpd begins each {@code lease} and {@code host} at the beginning of a line, and never breaks a line within a string.
 */
final class LeasesText {
    private static final int UNFINISHED = -1;
    private static final int BROKEN = -2;

    private final Records records;
    private final LeaseRecord lease = new LeaseRecord();
    private final LeaseLines lines = new LeaseLines(lease);
    private final LeaseReader reader = new LeaseReader(lease);
    private int end;
    private long now;

    LeasesText(Records records) {
        this.records = records;
    }

    /**
     * Takes all declarations that are whole.
     *
     * @param whole whether nothing follows, so that an unfinished one is broken
     * @return where the first one begins that is not whole yet
     */
    int take(byte[] bytes, int from, int to, boolean whole) {
        var at = from;
        now = records.now();
        while (true) {
            at = skipSpace(bytes, at, to);
            if (at >= to) {
                return to;
            }
            if (bytes[at] == '#') {
                var line = lineEnd(bytes, at, to);
                if (line == to && !whole) {
                    return at;
                }
                at = line;
                continue;
            }
            var lineEnd = lines.read(bytes, at, to);
            if (lineEnd != LeaseLines.OTHER) {
                records.lease(lease, lineEnd - at, now);
                at = lineEnd;
                continue;
            }
            var state = find(bytes, at, to);
            if (state == UNFINISHED) {
                if (!whole && to - at < Arena.LARGEST) {
                    return at;
                }
                state = BROKEN;
                end = at;
            }
            if (state == BROKEN) {
                records.bad();
                at = nextDeclaration(bytes, Math.max(end, at + 1), to);
            } else {
                declaration(bytes, at, end);
                at = end;
            }
        }
    }

    private static int skipSpace(byte[] bytes, int from, int to) {
        var at = from;
        while (at < to && ((bytes[at] >= 0 && bytes[at] <= ' ') || bytes[at] == ';')) {
            at++;
        }
        return at;
    }

    private static int lineEnd(byte[] bytes, int from, int to) {
        var at = from;
        while (at < to && bytes[at] != '\n') {
            at++;
        }
        return at;
    }

    /** Finds the {@link #end} of the declaration, or where it turns out to be broken. */
    private int find(byte[] bytes, int from, int to) {
        var depth = 0;
        for (var at = from; at < to; at++) {
            switch (bytes[at]) {
                case '"' -> {
                    at = stringEnd(bytes, at + 1, to);
                    if (at >= to) {
                        return UNFINISHED;
                    }
                    if (bytes[at] == '\n') {
                        end = at;
                        return BROKEN;
                    }
                }
                case '#' -> {
                    at = lineEnd(bytes, at, to) - 1;
                }
                case '{' -> depth++;
                case '}' -> {
                    if (--depth <= 0) {
                        end = at + 1;
                        return depth == 0 ? 0 : BROKEN;
                    }
                }
                case ';' -> {
                    if (depth == 0) {
                        end = at + 1;
                        return 0;
                    }
                }
                case '\n' -> {
                    if (isStart(bytes, at + 1, to)) {
                        end = at + 1;
                        return BROKEN;
                    }
                }
                default -> {
                    // part of it
                }
            }
        }
        return UNFINISHED;
    }

    /** At its closing quote, or at the end of the line. */
    private static int stringEnd(byte[] bytes, int from, int to) {
        var at = from;
        while (at < to && bytes[at] != '"' && bytes[at] != '\n') {
            at += bytes[at] == '\\' && at + 1 < to && bytes[at + 1] != '\n' ? 2 : 1;
        }
        return at;
    }

    private static boolean isStart(byte[] bytes, int at, int to) {
        return begins(bytes, at, to, "lease ") || begins(bytes, at, to, "host ");
    }

    private static boolean mayStart(byte[] bytes, int at, int to) {
        return begins(bytes, at, to, "lease ".substring(0, Math.min(6, to - at)))
                || begins(bytes, at, to, "host ".substring(0, Math.min(5, to - at)));
    }

    private static boolean begins(byte[] bytes, int at, int to, String word) {
        if (to - at < word.length()) {
            return false;
        }
        for (var i = 0; i < word.length(); i++) {
            if (bytes[at + i] != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static int nextDeclaration(byte[] bytes, int from, int to) {
        var at = from;
        while (at < to) {
            if (at > 0 && bytes[at - 1] == '\n' && isStart(bytes, at, to)) {
                return at;
            }
            var next = lineEnd(bytes, at, to) + 1;
            if (next > to) {
                // its beginning may be all that is there yet
                return at > 0 && bytes[at - 1] == '\n' && mayStart(bytes, at, to) ? at : to;
            }
            // the broken one's own end
            if (bytes[at] == '}' && at > 0 && bytes[at - 1] == '\n') {
                return next;
            }
            at = next;
        }
        return to;
    }

    private void declaration(byte[] bytes, int from, int to) {
        var lexer = new Lexer(bytes, from, to);
        lexer.next();
        if (lexer.is("lease")) {
            if (reader.read(bytes, from, to)) {
                records.lease(lease, to - from, now);
            } else {
                records.bad();
            }
        } else if (lexer.is("host") || lexer.is("group") || lexer.is("shared-network") || lexer.is("subnet")) {
            try {
                for (var host : HostEntry.in(Statement.parse(bytes, from, to))) {
                    records.host(HostEntry.of(host), Arrays.copyOfRange(bytes, host.start(), host.end()));
                }
            } catch (Statement.Malformed e) {
                records.bad();
            }
        }
    }
}
