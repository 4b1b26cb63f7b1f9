package smartproxy.core.api;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a request: query and form, nested as Rack does, the form before the query. A value is a String, a List, a
 * Map, or {@link Malformed}.
 */
public final class Parameters {
    /** A text whose bytes are not UTF-8. */
    public static final class Malformed {
        private final byte[] octets;

        /** @param octets kept, not copied */
        public Malformed(byte[] octets) {
            this.octets = octets;
        }

        @Override
        public String toString() {
            return "(invalid UTF-8)";
        }
    }

    private static final Parameters NONE = new Parameters(Map.of());

    private final Map<String, @Nullable Object> values;
    private final Set<String> queried;

    /** @param values nested Strings, Lists and Maps; a key without a value maps to null */
    public Parameters(Map<String, @Nullable Object> values) {
        this(values, values.keySet());
    }

    /**
     * @param values nested Strings, Lists and Maps; a key without a value maps to null
     * @param queried those of its keys that the query has
     */
    public Parameters(Map<String, @Nullable Object> values, Set<String> queried) {
        this.values = values;
        this.queried = queried;
    }

    public static Parameters none() {
        return NONE;
    }

    /** Whether the key came with a value, be it empty. */
    public boolean has(String key) {
        return values.get(key) != null;
    }

    /** The value as it came: String, List, Map, {@link Malformed}, or null when absent. */
    public @Nullable Object raw(String key) {
        return values.get(key);
    }

    /**
     * A text.
     *
     * @return null when absent
     * @throws CallerException 400 when it is a list or map, or not UTF-8
     */
    public @Nullable String text(String key) {
        var value = values.get(key);
        if (value == null || value instanceof String) {
            return (String) value;
        }
        if (value instanceof Malformed) {
            throw CallerException.badRequest("invalid byte sequence in UTF-8");
        }
        throw CallerException.badRequest("Parameter '" + key + "' is expected to be a text, not " + inspect(value));
    }

    /**
     * The bytes of a text, UTF-8 or not.
     *
     * @return null when absent
     * @throws CallerException 400 when it is a list or map
     */
    public byte @Nullable [] octets(String key) {
        if (values.get(key) instanceof Malformed malformed) {
            return malformed.octets.clone();
        }
        var text = text(key);
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    /** The keys that the query has, whatever the form has besides. */
    public Set<String> queried() {
        return queried;
    }

    /** All values by key. */
    public Map<String, @Nullable Object> all() {
        return values;
    }

    /** A value as the reference prints it in its messages: {@code {"a"=>"b"}}, {@code ["a"]}. */
    public static String inspect(@Nullable Object value) {
        var text = new StringBuilder();
        inspect(value, text);
        return text.toString();
    }

    private static void inspect(@Nullable Object value, StringBuilder text) {
        if (value instanceof Map<?, ?> map) {
            var separator = "{";
            for (var entry : map.entrySet()) {
                text.append(separator);
                inspect(entry.getKey(), text);
                text.append("=>");
                inspect(entry.getValue(), text);
                separator = ", ";
            }
            text.append(map.isEmpty() ? "{}" : "}");
        } else if (value instanceof List<?> list) {
            var separator = "[";
            for (var element : list) {
                text.append(separator);
                inspect(element, text);
                separator = ", ";
            }
            text.append(list.isEmpty() ? "[]" : "]");
        } else if (value instanceof String string) {
            text.append('"');
            string.chars().forEach(c -> text.append(escaped((char) c)));
            text.append('"');
        } else {
            text.append(value == null ? "nil" : value.toString());
        }
    }

    private static String escaped(char c) {
        return switch (c) {
            case '"', '\\' -> "\\" + c;
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            case '\f' -> "\\f";
            case '\b' -> "\\b";
            case 0x0b -> "\\v";
            case 0x07 -> "\\a";
            case 0x1b -> "\\e";
            case 0x7f -> "\\x7F";
            default -> Character.isISOControl(c) ? String.format("\\u%04X", (int) c) : String.valueOf(c);
        };
    }
}
