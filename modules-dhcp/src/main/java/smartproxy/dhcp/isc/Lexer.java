package smartproxy.dhcp.isc;

import java.nio.charset.StandardCharsets;

/**
 * Takes dhcpd's language apart: words, strings, and the marks <code>; , = { }</code>. White space separates, <code>#</code> starts a
 * comment that ends with its line. It makes no object per token.
 */
final class Lexer {
    /** What a token is. */
    enum Kind {
        END,
        WORD,
        /** A string; {@link #start} and {@link #end} leave its quotes out. */
        STRING,
        SEMICOLON,
        COMMA,
        EQUALS,
        OPEN,
        CLOSE,
        /** A string that does not end. */
        BROKEN
    }

    private final byte[] bytes;
    private final int limit;
    private int at;
    private int line = 1;

    /** Of the token that {@link #next} found. */
    int start;

    /** After it. */
    int end;

    Kind kind = Kind.END;

    /** @param limit where to end, not included */
    Lexer(byte[] bytes, int from, int limit) {
        this.bytes = bytes;
        this.at = from;
        this.limit = limit;
    }

    /** Of the token that was found last, from 1. */
    int line() {
        return line;
    }

    Kind next() {
        kind = find();
        return kind;
    }

    private Kind find() {
        skipSpace();
        start = at;
        if (at >= limit) {
            end = at;
            return Kind.END;
        }
        var c = bytes[at];
        if (c == '"') {
            return string();
        }
        var mark = mark(c);
        if (mark != Kind.WORD) {
            end = ++at;
            return mark;
        }
        while (at < limit && (bytes[at] > ' ' || bytes[at] < 0) && bytes[at] != '"' && mark(bytes[at]) == Kind.WORD) {
            at++;
        }
        end = at;
        return Kind.WORD;
    }

    private void skipSpace() {
        while (at < limit) {
            var c = bytes[at];
            if (c == '#') {
                while (at < limit && bytes[at] != '\n') {
                    at++;
                }
            } else if (c == '\n') {
                line++;
                at++;
            } else if (c >= 0 && c <= ' ') {
                at++;
            } else {
                return;
            }
        }
    }

    private Kind string() {
        start = ++at;
        while (at < limit) {
            var c = bytes[at];
            if (c == '"') {
                end = at++;
                return Kind.STRING;
            }
            if (c == '\n') {
                line++;
            }
            at += c == '\\' ? 2 : 1;
        }
        at = limit;
        end = limit;
        return Kind.BROKEN;
    }

    private static Kind mark(byte c) {
        return switch (c) {
            case ';' -> Kind.SEMICOLON;
            case ',' -> Kind.COMMA;
            case '=' -> Kind.EQUALS;
            case '{' -> Kind.OPEN;
            case '}' -> Kind.CLOSE;
            default -> Kind.WORD;
        };
    }

    /** Whether the token is that word, in whatever case. */
    boolean is(String word) {
        return kind == Kind.WORD && matches(bytes, start, end, word);
    }

    /** @param word in lower case */
    static boolean matches(byte[] bytes, int start, int end, String word) {
        if (end - start != word.length()) {
            return false;
        }
        for (var i = 0; i < word.length(); i++) {
            var c = bytes[start + i];
            if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** The token as it stands there, without the quotes of a string. */
    String text() {
        return new String(bytes, start, end - start, StandardCharsets.UTF_8);
    }
}
