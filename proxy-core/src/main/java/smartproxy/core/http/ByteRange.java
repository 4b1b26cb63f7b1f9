package smartproxy.core.http;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The part of a file that a request asks for (RFC 9110 section 14).
 *
 * @param first offset of the first byte
 * @param last offset of the last byte; before the first one when nothing of the file is asked for
 */
record ByteRange(long first, long last) {
    /** A list of one range: blanks and empty elements around it are allowed (RFC 9110 section 5.6.1.2). */
    private static final Pattern ONE = Pattern.compile("bytes=[ \t,]*+(\\d*)-(\\d*)[ \t,]*+");

    /** Digits of a number that fits; no file reaches a longer one. */
    private static final int FITTING = 18;

    /**
     * Reads a {@code Range}. More than one range, another unit and what makes no sense count for nothing, and so does any
     * range of an empty file: the answer is the whole file then.
     *
     * @param header null when there is none
     * @return empty for the whole file
     */
    static Optional<ByteRange> of(@Nullable String header, long size) {
        var match = ONE.matcher(header == null ? "" : header.strip());
        if (size == 0 || !match.matches()) {
            return Optional.empty();
        }
        var first = match.group(1);
        var last = match.group(2);
        if (first.isEmpty()) {
            return last.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new ByteRange(Math.max(0, size - number(last)), size - 1));
        }
        var from = number(first);
        var to = last.isEmpty() ? Long.MAX_VALUE : number(last);
        return to < from ? Optional.empty() : Optional.of(new ByteRange(from, Math.min(to, size - 1)));
    }

    private static long number(String digits) {
        return digits.length() > FITTING ? Long.MAX_VALUE : Long.parseLong(digits);
    }

    /** Whether there is a byte in it. */
    boolean isSatisfiable() {
        return first <= last;
    }

    long length() {
        return last - first + 1;
    }

    /** The value of {@code Content-Range}. */
    String of(long size) {
        return "bytes " + (isSatisfiable() ? first + "-" + last : "*") + "/" + size;
    }
}
