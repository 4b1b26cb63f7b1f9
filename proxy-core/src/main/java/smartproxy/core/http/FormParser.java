package smartproxy.core.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Parameters;
import smartproxy.core.log.AccessLog;

/**
 * Reads query and form body as Rack 2.2 does: nested by brackets, the form's top-level keys before those of the query. Time and
 * memory are linear in the input.
 */
public final class FormParser {
    private static final int SHOWN = 200;
    private static final Set<String> MULTIPART = Set.of("multipart/form-data", "multipart/mixed", "multipart/related");

    private final Bounds bounds;
    private int count;

    private FormParser(Bounds bounds) {
        this.bounds = bounds;
    }

    /**
     * How much is read.
     *
     * @param maxParameters of query and body together
     * @param maxDepth levels of one key: {@code a[b][c]} has three
     */
    public record Bounds(int maxParameters, int maxDepth) {}

    /**
     * The parameters of a request.
     *
     * @param rawQuery as sent, without the question mark; {@code &} and {@code ;} separate
     * @param contentType of the body; it is read when this is absent, {@code application/x-www-form-urlencoded} (only
     *     {@code &} separates) or {@code multipart/form-data}, {@code mixed} or {@code related} (without a boundary as if
     *     urlencoded), and ignored otherwise
     * @throws BadParametersException bad percent-encoding, a key that is not UTF-8, conflicting types, malformed multipart
     * @throws CallerException 400 when a bound is exceeded
     */
    public static Parameters parse(String rawQuery, @Nullable String contentType, byte[] body, Bounds bounds) {
        var parser = new FormParser(bounds);
        var all = parser.urlEncoded(rawQuery.getBytes(StandardCharsets.UTF_8), true);
        if (body.length > 0) {
            var queried = Set.copyOf(all.keySet());
            all.putAll(parser.form(contentType, body));
            return new Parameters(all, queried);
        }
        return all.isEmpty() ? Parameters.none() : new Parameters(all);
    }

    /**
     * Looks whether a query can be read.
     *
     * @throws BadParametersException as {@link #parse}
     * @throws CallerException as {@link #parse}
     */
    static void check(String rawQuery, Bounds bounds) {
        if (!rawQuery.isEmpty()) {
            var unused = parse(rawQuery, null, new byte[0], bounds);
        }
    }

    private Map<String, @Nullable Object> form(@Nullable String contentType, byte[] body) {
        var type = contentType == null
                ? ""
                : contentType.split("[;,]", 2)[0].strip().toLowerCase(Locale.ROOT);
        var multipart = MULTIPART.contains(type);
        if (contentType != null && multipart && MultipartParser.namesBoundary(contentType)) {
            var nested = new NestedParameters(bounds.maxDepth());
            for (var part : MultipartParser.parse(contentType, body, count, bounds.maxParameters())) {
                nested.put(part.name(), part.value());
            }
            return nested.values();
        }
        return type.isEmpty() || multipart || type.equals("application/x-www-form-urlencoded")
                ? urlEncoded(body, false)
                : new LinkedHashMap<>();
    }

    private Map<String, @Nullable Object> urlEncoded(byte[] text, boolean query) {
        var nested = new NestedParameters(bounds.maxDepth());
        int start = 0;
        while (start < text.length) {
            int end = start;
            int equals = -1;
            while (end < text.length && text[end] != '&' && !(query && text[end] == ';')) {
                if (text[end] == '=' && equals < 0) {
                    equals = end;
                }
                end++;
            }
            if (end > start) {
                if (++count > bounds.maxParameters()) {
                    throw tooMany(bounds.maxParameters());
                }
                var key = decode(text, start, equals < 0 ? end : equals, "");
                var value = equals < 0 ? null : decode(text, equals + 1, end, key.toString());
                nested.put(key, value);
            }
            start = end + 1;
            while (start < text.length && text[start] == ' ') {
                start++;
            }
        }
        return nested.values();
    }

    static CallerException tooMany(int most) {
        return CallerException.badRequest(
                "The request has more than " + most + " parameters, see :max_parameters: in settings.yml");
    }

    /**
     * A decoded text, or {@link Parameters.Malformed}.
     *
     * @param name of the parameter whose value it is: that of a secret is not shown
     */
    private static Object decode(byte[] text, int start, int end, String name) {
        var decoded = new byte[end - start];
        int length = 0;
        for (int i = start; i < end; i++) {
            byte b = text[i];
            if (b == '+') {
                b = ' ';
            } else if (b == '%') {
                int high = i + 2 < end ? Character.digit(text[i + 1], 16) : -1;
                int low = i + 2 < end ? Character.digit(text[i + 2], 16) : -1;
                if (high < 0 || low < 0) {
                    var shown = new String(text, start, Math.min(end - start, SHOWN), StandardCharsets.UTF_8);
                    throw BadParametersException.parameters(
                            "invalid %-encoding (" + (AccessLog.namesSecret(name) ? "***" : shown) + ")");
                }
                b = (byte) (high * 16 + low);
                i += 2;
            }
            decoded[length++] = b;
        }
        return utf8(decoded, 0, length);
    }

    /** The text of UTF-8 bytes, or {@link Parameters.Malformed}. */
    static Object utf8(byte[] bytes, int start, int end) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, start, end - start))
                    .toString();
        } catch (CharacterCodingException e) {
            return new Parameters.Malformed(Arrays.copyOfRange(bytes, start, end));
        }
    }
}
