package smartproxy.core.api;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * The answer of an {@link HttpPeer}, whatever its status.
 *
 * @param headers by name in lower case; of several with one name the first
 * @param body whole; empty when there is none
 */
public record HttpReply(int status, Map<String, String> headers, byte[] body) {
    public HttpReply {
        headers = Map.copyOf(headers);
    }

    /** @param name in lower case */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /** The body as UTF-8; what is none reads as the replacement character. */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }
}
