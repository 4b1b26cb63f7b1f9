package smartproxy.core.api;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * A request to an {@link HttpPeer}. Immutable; the methods return changed copies.
 *
 * @param method as on the wire: {@code GET}
 * @param path below the peer's base, escaped, without a slash at its start: {@code record:a}
 * @param query escaped; empty for none. Never part of an error text
 * @param contentType of the body; empty for none
 * @param body sent with its length
 * @param headers of this request besides those of the {@link HttpIdentity}, by name: {@code Content-Range}
 * @param isQuestion whether it changes nothing, whatever its method
 * @param most bytes that the body may have, and the answer
 */
public record HttpCall(
        String method,
        String path,
        String query,
        String contentType,
        byte[] body,
        Map<String, String> headers,
        boolean isQuestion,
        int most) {
    private static final byte[] NOTHING = {};
    private static final int MOST = 1 << 20;

    public HttpCall {
        headers = Map.copyOf(headers);
    }

    private static HttpCall of(String method, String path) {
        return new HttpCall(method, path, "", "", NOTHING, Map.of(), false, MOST);
    }

    public static HttpCall get(String path) {
        return of("GET", path);
    }

    public static HttpCall delete(String path) {
        return of("DELETE", path);
    }

    public static HttpCall post(String path) {
        return of("POST", path);
    }

    public static HttpCall put(String path) {
        return of("PUT", path);
    }

    public static HttpCall patch(String path) {
        return of("PATCH", path);
    }

    /** With one more parameter in the query, escaped here. */
    public HttpCall with(String name, String value) {
        var parameter = escaped(name) + "=" + escaped(value);
        return new HttpCall(
                method,
                path,
                query.isEmpty() ? parameter : query + "&" + parameter,
                contentType,
                body,
                headers,
                isQuestion,
                most);
    }

    /** With a JSON text as body. */
    public HttpCall json(String text) {
        return body("application/json", text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * With a body.
     *
     * @param octets kept, not copied
     */
    public HttpCall body(String type, byte[] octets) {
        return new HttpCall(method, path, query, type, octets, headers, isQuestion, most);
    }

    /** With a header that is no secret. */
    public HttpCall header(String name, String value) {
        var all = new HashMap<>(headers);
        all.put(name, value);
        return new HttpCall(method, path, query, contentType, body, all, isQuestion, most);
    }

    /** The same, as a question: a search that is a {@code POST}, for instance. */
    public HttpCall asking() {
        return new HttpCall(method, path, query, contentType, body, headers, true, most);
    }

    /** With another bound than 1 MiB for body and answer, each of which is held in memory as a whole. */
    public HttpCall upTo(int bytes) {
        return new HttpCall(method, path, query, contentType, body, headers, isQuestion, bytes);
    }

    /** Whether it changes nothing at the server, so that no answer means no change (RFC 9110, section 9.2.1). */
    public boolean isSafe() {
        return isQuestion || method.equals("GET") || method.equals("HEAD");
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
