package smartproxy.core.settings;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import smartproxy.core.api.Secret;

/** Bound values as a settings file would hold them. */
final class PlainValues {
    private static final int MILLIS = 1000;

    private PlainValues() {}

    /** String, Number, Boolean, List or Map; a {@link Secret} stays one. */
    static Object of(Object value) {
        if (value instanceof Boolean || value instanceof Number || value instanceof Secret) {
            return value;
        }
        if (value instanceof Duration duration) {
            return duration.toMillisPart() == 0
                    ? (Object) duration.toSeconds()
                    : (Object) (duration.toMillis() / (double) MILLIS);
        }
        if (value instanceof List<?> list) {
            return list.stream().map(PlainValues::of).toList();
        }
        if (value instanceof Map<?, ?> map) {
            var plain = new LinkedHashMap<String, Object>();
            map.forEach((key, element) -> plain.put(key.toString(), of(element)));
            return plain;
        }
        return value.toString();
    }
}
