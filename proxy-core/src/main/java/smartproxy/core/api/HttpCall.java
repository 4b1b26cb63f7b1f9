package smartproxy.core.api;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * A request to an {@link HttpPeer}. Immutable; the methods return changed copies.
 *
 * @param method as on the wire: {@code GET}
 * @param path below the peer's base, escaped, without a slash at its start: {@code record:a}
 * @param query escaped; empty for none. Never part of an error text
 * @param contentType of the body; empty for none
 * @param body sent with its length
 */
public record HttpCall(String method, String path, String query, String contentType, byte[] body) {
    private static final byte[] NOTHING = {};

    public static HttpCall get(String path) {
        return new HttpCall("GET", path, "", "", NOTHING);
    }

    public static HttpCall delete(String path) {
        return new HttpCall("DELETE", path, "", "", NOTHING);
    }

    public static HttpCall post(String path) {
        return new HttpCall("POST", path, "", "", NOTHING);
    }

    public static HttpCall put(String path) {
        return new HttpCall("PUT", path, "", "", NOTHING);
    }

    public static HttpCall patch(String path) {
        return new HttpCall("PATCH", path, "", "", NOTHING);
    }

    /** With one more parameter in the query, escaped here. */
    public HttpCall with(String name, String value) {
        var parameter = escaped(name) + "=" + escaped(value);
        return new HttpCall(method, path, query.isEmpty() ? parameter : query + "&" + parameter, contentType, body);
    }

    /** With a JSON text as body. */
    public HttpCall json(String text) {
        return new HttpCall(method, path, query, "application/json", text.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether it changes nothing at the server, so that no answer means no change (RFC 9110, section 9.2.1). */
    public boolean isSafe() {
        return method.equals("GET") || method.equals("HEAD");
    }

    private static String escaped(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%7E", "~");
    }

    /** Without query and body, which may hold what is nobody's business. */
    @Override
    public String toString() {
        return method + " " + path;
    }
}
