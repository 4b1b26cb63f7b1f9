package smartproxy.core.api;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * An HTTP server a provider speaks to, whom it trusts there, and as whom it speaks. Immutable; the methods return changed
 * copies.
 *
 * @param base {@code http} or {@code https}, without user, query and fragment; paths of calls are appended to it
 * @param caFile PEM file of the authorities that may have signed the server's certificate; empty: those of the Java runtime
 * @param caSetting key of the setting that names the file, for errors
 * @param certificate PEM file of the client's certificate and its chain
 * @param privateKey PEM file of its key, not encrypted
 * @param headers sent with each request, by name: {@code Authorization}
 */
public record HttpIdentity(
        URI base,
        Optional<Path> caFile,
        String caSetting,
        Optional<Path> certificate,
        Optional<Path> privateKey,
        Map<String, Secret> headers) {
    private static final String AUTHORIZATION = "Authorization";

    public HttpIdentity {
        headers = Map.copyOf(headers);
    }

    /**
     * Nobody in particular.
     *
     * @param caSetting key of the setting that names a file of authorities, for errors
     */
    public static HttpIdentity of(URI base, String caSetting) {
        return new HttpIdentity(base, Optional.empty(), caSetting, Optional.empty(), Optional.empty(), Map.of());
    }

    /** Trusts the authorities of a PEM file, and no others. */
    public HttpIdentity trusting(Path authorities) {
        return new HttpIdentity(base, Optional.of(authorities), caSetting, certificate, privateKey, headers);
    }

    /** Shows a client certificate. */
    public HttpIdentity presenting(Path chain, Path key) {
        return new HttpIdentity(base, caFile, caSetting, Optional.of(chain), Optional.of(key), headers);
    }

    /** Sends user and password with each request (RFC 7617). */
    public HttpIdentity basic(String user, Secret password) {
        var pair = (user + ":" + password.reveal()).getBytes(StandardCharsets.UTF_8);
        return header(AUTHORIZATION, new Secret("Basic " + Base64.getEncoder().encodeToString(pair)));
    }

    /** Sends a token with each request (RFC 6750). */
    public HttpIdentity bearer(Secret token) {
        return header(AUTHORIZATION, new Secret("Bearer " + token.reveal()));
    }

    /** Sends a header with each request, such as {@code X-API-Key}. */
    public HttpIdentity header(String name, Secret value) {
        var all = new HashMap<>(headers);
        all.put(name, value);
        return new HttpIdentity(base, caFile, caSetting, certificate, privateKey, all);
    }
}
