package smartproxy.core.log;

/** Makes foreign text harmless: bounded, well-formed UTF-16, and, for lines, free of anything that could end or hide one. */
final class LogText {
    /** Most characters of a message; what is beyond is cut. */
    static final int MAX_MESSAGE = 16 * 1024;

    /** Most characters of a datagram, so that it fits into the default send buffer of a socket however it is encoded. */
    static final int MAX_DATAGRAM = 32 * 1024;

    private LogText() {}

    /** At most {@code max} characters and a mark that tells of the rest; surrogates without their other half become {@code ?}. */
    static String bounded(String text, int max) {
        if (text.length() <= max) {
            return wellFormed(text);
        }
        return wellFormed(text.substring(0, max)) + " [cut, " + text.length() + " characters in all]";
    }

    /** The text with each lone surrogate replaced by {@code ?}, so that every encoder takes it. */
    static String wellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return replaceLoneSurrogates(text);
            }
        }
        return text;
    }

    private static String replaceLoneSurrogates(String text) {
        var clean = new StringBuilder(text.length());
        text.codePoints().forEach(c -> clean.appendCodePoint(c <= 0xffff && Character.isSurrogate((char) c) ? '?' : c));
        return clean.toString();
    }

    /**
     * The text on one line. Control characters, separators of lines and paragraphs, and characters that reorder what is shown
     * are written as escapes: a line break is the two characters {@code \n}.
     */
    static String oneLine(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (escapes(text.charAt(i))) {
                return escape(text);
            }
        }
        return text;
    }

    private static String escape(String text) {
        var line = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!escapes(c)) {
                line.append(c);
                continue;
            }
            switch (c) {
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                case '\t' -> line.append("\\t");
                default ->
                    line.append("\\u")
                            .append(Character.forDigit(c >> 12, 16))
                            .append(Character.forDigit((c >> 8) & 15, 16))
                            .append(Character.forDigit((c >> 4) & 15, 16))
                            .append(Character.forDigit(c & 15, 16));
            }
        }
        return line.toString();
    }

    private static boolean escapes(char c) {
        return c < 0x20
                || (c >= 0x7f && c < 0xa0)
                || (c >= '\u2028' && c <= '\u202e')
                || (c >= '\u2066' && c <= '\u2069')
                || c == '\ufeff';
    }
}
