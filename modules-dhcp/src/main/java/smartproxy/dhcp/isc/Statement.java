package smartproxy.dhcp.isc;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A statement of dhcpd's language as it was read: words up to a semicolon or a block.
 *
 * @param line where it begins
 * @param body empty when there is no block
 * @param start of its text in what was read
 * @param end after it
 */
record Statement(int line, List<Word> words, List<Statement> body, boolean hasBody, int start, int end) {
    /** Deeper blocks than anybody writes. */
    private static final int DEEPEST = 64;

    private static final List<String> OPTIONS =
            List.of("option", "supersede", "default", "append", "prepend", "send", "set");

    /** @param kind {@code WORD}, {@code STRING} or a mark; a string's text has its escapes still */
    record Word(String text, Lexer.Kind kind) {
        boolean isString() {
            return kind == Lexer.Kind.STRING;
        }
    }

    /** What does not follow the language. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;
        final int line;

        Malformed(int line, String message) {
            super(message, null, false, false);
            this.line = line;
        }
    }

    /** All statements of a text. */
    static List<Statement> parse(byte[] bytes, int from, int to) throws Malformed {
        return list(new Lexer(bytes, from, to), 0, 1);
    }

    private static List<Statement> list(Lexer lexer, int depth, int openedAt) throws Malformed {
        if (depth > DEEPEST) {
            throw new Malformed(openedAt, "more than " + DEEPEST + " blocks in each other");
        }
        var statements = new ArrayList<Statement>();
        while (true) {
            lexer.next();
            switch (lexer.kind) {
                case END -> {
                    if (depth > 0) {
                        throw new Malformed(openedAt, "the block that begins here does not end");
                    }
                    return statements;
                }
                case CLOSE -> {
                    if (depth == 0) {
                        throw new Malformed(lexer.line(), "a '}' that closes nothing");
                    }
                    return statements;
                }
                case SEMICOLON -> {
                    // an empty statement
                }
                default -> statements.add(one(lexer, depth));
            }
        }
    }

    private static Statement one(Lexer lexer, int depth) throws Malformed {
        var line = lexer.line();
        var start = lexer.kind == Lexer.Kind.STRING ? lexer.start - 1 : lexer.start;
        var isOption =
                lexer.kind == Lexer.Kind.WORD && OPTIONS.contains(lexer.text().toLowerCase(Locale.ROOT));
        var words = new ArrayList<Word>();
        var braces = 0;
        while (true) {
            switch (lexer.kind) {
                case END -> throw new Malformed(line, "the statement that begins here does not end; is a ';' missing?");
                case BROKEN -> throw new Malformed(line, "a string that does not end");
                case SEMICOLON -> {
                    if (braces == 0) {
                        return new Statement(line, words, List.of(), false, start, lexer.end);
                    }
                    words.add(new Word(";", lexer.kind));
                }
                case OPEN -> {
                    if (!isOption) {
                        var body = list(lexer, depth + 1, lexer.line());
                        return new Statement(line, words, body, true, start, lexer.end);
                    }
                    braces++;
                }
                case CLOSE -> {
                    if (braces == 0) {
                        throw new Malformed(lexer.line(), "a '}' in a statement; is a ';' missing before it?");
                    }
                    braces--;
                }
                default -> words.add(new Word(lexer.text(), lexer.kind));
            }
            lexer.next();
        }
    }

    /** The word at that place in lower case; empty when there is none, or a string. */
    String word(int index) {
        return index < words.size() && words.get(index).kind() == Lexer.Kind.WORD
                ? words.get(index).text().toLowerCase(Locale.ROOT)
                : "";
    }

    /** The word or string at that place; empty when there is none. */
    String text(int index) {
        return index < words.size() ? words.get(index).text() : "";
    }

    boolean is(String first) {
        return word(0).equals(first);
    }
}
