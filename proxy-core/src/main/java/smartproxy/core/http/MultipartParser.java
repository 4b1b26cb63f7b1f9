package smartproxy.core.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads a {@code multipart/form-data} body (RFC 7578). The content of uploaded files is not kept. */
final class MultipartParser {
    private static final String TOO_SHORT = "EOFError"; // the word of the reference
    private static final int MAX_BOUNDARY = 70; // RFC 2046 section 5.1.1
    private static final int MAX_HEAD = 16 << 10;
    private static final byte[] HEAD_END = {'\r', '\n', '\r', '\n'};

    private final byte[] body;
    private final byte[] delimiter;

    private MultipartParser(byte[] body, String boundary) {
        this.body = body;
        this.delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
    }

    /**
     * A field or file.
     *
     * @param name a String, or {@link smartproxy.core.api.Parameters.Malformed}
     * @param value the field's text or Malformed; for a file a map of {@code filename}, {@code type}, {@code name}, {@code head}
     */
    record Part(Object name, Object value) {}

    /**
     * The fields and files of the body, in order; a file field that was left empty is none.
     *
     * @throws BadParametersException when the body is malformed or ends early
     * @param before parameters of the request that were read already
     * @param most parameters of the request, these included
     * @throws smartproxy.core.api.CallerException 400 when there are too many
     */
    static List<Part> parse(String contentType, byte[] body, int before, int most) {
        var parser = new MultipartParser(body, boundary(contentType));
        var parts = new ArrayList<Part>();
        int at = parser.firstDelimiter();
        while (!parser.isLast(at)) {
            if (before + parts.size() >= most) {
                throw FormParser.tooMany(most);
            }
            int head = parser.afterLine(at);
            // of a part without header lines, the blank line is the whole head
            int headEnd = parser.find(HEAD_END, head - 2, TOO_SHORT);
            int content = headEnd + HEAD_END.length;
            if (content - head > MAX_HEAD) {
                throw BadParametersException.multipart("a part's header is too long");
            }
            int end = parser.nextDelimiter(content - 2);
            parser.add(parts, head, headEnd + 2, content, Math.max(content, end));
            at = end + parser.delimiter.length;
        }
        return parts;
    }

    /** Whether a content type says where parts end; what it says may still be unusable. */
    static boolean namesBoundary(String contentType) {
        return boundaryOf(contentType).length() > 0;
    }

    private static String boundary(String contentType) {
        var boundary = boundaryOf(contentType);
        if (boundary.isEmpty() || boundary.length() > MAX_BOUNDARY) {
            throw BadParametersException.multipart("Content-Type names no usable boundary");
        }
        return boundary;
    }

    private static String boundaryOf(String contentType) {
        int start = contentType.toLowerCase(Locale.ROOT).indexOf("boundary=");
        if (start >= 0) {
            start += "boundary=".length();
            if (contentType.startsWith("\"", start)) {
                start++;
            }
            int end = start;
            while (end < contentType.length() && "\";,".indexOf(contentType.charAt(end)) < 0) {
                end++;
            }
            return contentType.substring(start, end);
        }
        return "";
    }

    /** The index after the first delimiter, which may stand at the very start. */
    private int firstDelimiter() {
        boolean atStart = body.length >= delimiter.length - 2;
        for (int i = 2; atStart && i < delimiter.length; i++) {
            atStart = body[i - 2] == delimiter[i];
        }
        return atStart && ends(delimiter.length - 2) ? delimiter.length - 2 : nextDelimiter(0) + delimiter.length;
    }

    private int nextDelimiter(int from) {
        int at = find(delimiter, from, TOO_SHORT);
        while (!ends(at + delimiter.length)) {
            at = find(delimiter, at + 1, TOO_SHORT);
        }
        return at;
    }

    /** Whether a delimiter ends here, rather than being the start of a longer word. */
    private boolean ends(int at) {
        return isLast(at) || (at < body.length && " \t\r".indexOf(body[at]) >= 0);
    }

    private boolean isLast(int at) {
        return at + 1 < body.length && body[at] == '-' && body[at + 1] == '-';
    }

    private int afterLine(int at) {
        int end = at;
        while (end < body.length && (body[end] == ' ' || body[end] == '\t')) {
            end++;
        }
        if (end + 1 >= body.length || body[end] != '\r' || body[end + 1] != '\n') {
            throw BadParametersException.multipart("a boundary is followed by other text");
        }
        return end + 2;
    }

    private int find(byte[] wanted, int from, String otherwise) {
        for (int i = from; i <= body.length - wanted.length; i++) {
            int same = 0;
            while (same < wanted.length && body[i + same] == wanted[same]) {
                same++;
            }
            if (same == wanted.length) {
                return i;
            }
        }
        throw BadParametersException.multipart(otherwise);
    }

    private void add(List<Part> parts, int head, int headEnd, int content, int end) {
        var text = new String(body, head, Math.max(0, headEnd - head), StandardCharsets.ISO_8859_1);
        @Nullable String disposition = null;
        @Nullable String type = null;
        for (var line : text.split("\r\n", -1)) {
            int colon = line.indexOf(':');
            var name = colon < 0 ? "" : line.substring(0, colon).strip().toLowerCase(Locale.ROOT);
            if (name.equals("content-disposition")) {
                disposition = line.substring(colon + 1);
            } else if (name.equals("content-type")) {
                type = line.substring(colon + 1).strip();
            }
        }
        var name = disposition == null ? null : parameter(disposition, "name");
        if (disposition == null || name == null || name.isEmpty()) {
            throw BadParametersException.multipart("a part has no name");
        }
        var filename = parameter(disposition, "filename");
        var decodedName = utf8(name);
        if (filename == null) {
            parts.add(new Part(decodedName, FormParser.utf8(body, content, end)));
        } else if (!filename.isEmpty()) {
            var file = new LinkedHashMap<String, @Nullable Object>();
            file.put("filename", utf8(filename));
            file.put("type", type);
            file.put("name", decodedName);
            file.put("head", utf8(text));
            parts.add(new Part(decodedName, file));
        }
    }

    /** A parameter of a header value, bare or quoted; null when absent. */
    private static @Nullable String parameter(String header, String wanted) {
        int at = header.indexOf(';');
        while (at >= 0 && at < header.length()) {
            int equals = header.indexOf('=', at);
            if (equals < 0) {
                return null;
            }
            var name = header.substring(at + 1, equals).strip();
            var value = new StringBuilder();
            int i = equals + 1;
            if (i < header.length() && header.charAt(i) == '"') {
                for (i++; i < header.length() && header.charAt(i) != '"'; i++) {
                    if (header.charAt(i) == '\\' && i + 1 < header.length()) {
                        i++;
                    }
                    value.append(header.charAt(i));
                }
            } else {
                for (; i < header.length() && header.charAt(i) != ';'; i++) {
                    value.append(header.charAt(i));
                }
            }
            if (name.equalsIgnoreCase(wanted)) {
                return value.toString().strip();
            }
            at = header.indexOf(';', i);
        }
        return null;
    }

    private static Object utf8(String latin1) {
        var bytes = latin1.getBytes(StandardCharsets.ISO_8859_1);
        return FormParser.utf8(bytes, 0, bytes.length);
    }
}
