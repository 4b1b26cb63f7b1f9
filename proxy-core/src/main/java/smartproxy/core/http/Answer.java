package smartproxy.core.http;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.ProxyException;

/**
 * A whole response.
 *
 * @param contentType null for an error whose type follows the request's {@code Accept}
 */
record Answer(int status, @Nullable String contentType, byte[] body, Map<String, String> headers) {
    static final String HTML = "text/html;charset=utf-8";
    static final String JSON = "application/json";
    static final String TEXT = "text/plain";

    /** A handled error: the message is the body. */
    static Answer error(int status, String message) {
        return new Answer(status, null, message.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    /** No route; the same whatever the request accepts. */
    static Answer notFound() {
        return new Answer(
                404, JSON, "Requested url was not found".getBytes(StandardCharsets.UTF_8), Map.of("X-Cascade", "pass"));
    }

    /** Plain text with a fixed type, for errors below the level of routes. */
    static Answer protocolError(int status, String message) {
        return new Answer(status, TEXT, message.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    static Answer of(ProxyException e) {
        return new Answer(e.status(), null, bytes(e), retryAfter(e));
    }

    /** When a 503 is worth another try: a bound has room again soon, a backend that is away is tried every few seconds. */
    static Map<String, String> retryAfter(ProxyException e) {
        if (e.status() != 503) {
            return Map.of();
        }
        return Map.of("Retry-After", e instanceof BusyException ? "1" : "5");
    }

    /** The answer to something unforeseen; the log has the rest under the id. */
    static Answer internalError(String requestId) {
        return protocolError(500, "Internal error, see the log of the proxy for request " + requestId);
    }

    Answer with(String header, String value) {
        var all = new LinkedHashMap<>(headers);
        all.put(header, value);
        return new Answer(status, contentType, body, all);
    }

    private static byte[] bytes(ProxyException e) {
        return String.valueOf(e.getMessage()).getBytes(StandardCharsets.UTF_8);
    }
}
