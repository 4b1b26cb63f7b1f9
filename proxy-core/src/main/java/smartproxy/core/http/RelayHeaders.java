package smartproxy.core.http;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HostPortHttpField;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.Relay;
import smartproxy.core.tls.CertificateMemo;

/**
 * The header of a request that is passed on: that of the client, without what it says of who it is, and with what we know of
 * that. Servers behind WSGI and CGI take underscores for hyphens, so no name with one passes, as with Apache and nginx.
 */
final class RelayHeaders {
    /**
     * Other credentials than {@code Authorization}, what would be a word of ours to the server, and what some servers take for
     * another method or target.
     */
    private static final Set<String> OURS = Set.of(
            "client-cert",
            "client-cert-chain",
            "connection",
            "cookie",
            "expect",
            "forwarded",
            "remote-addr",
            "remote-user",
            "via",
            "x-client-cert",
            "x-correlation-id",
            "x-http-method",
            "x-http-method-override",
            "x-method-override",
            "x-original-url",
            "x-real-ip",
            "x-request-id",
            "x-rewrite-url",
            "x-session-id");

    private static final List<String> OUR_KINDS =
            List.of("proxy-", "remote-user-", "ssl-", "x-client-", "x-forwarded-", "x-remote-", "x-rhsm-", "x-ssl-");

    private static final String CORRELATION = "Correlation-ID";

    private RelayHeaders() {}

    /** @param certificates fields that tell a client's certificate, as {@link #certificate} makes them */
    static HttpFields of(Exchange exchange, Relay relay, CertificateMemo<HttpField> certificates) {
        var given = exchange.request().getHeaders();
        var hop = ofThisHop(given);
        var passed = HttpFields.build();
        var authorizations = new ArrayList<HttpField>(1);
        var correlations = 0;
        for (var field : given) {
            var name = field.getLowerCaseName();
            if (hop.contains(name)) {
                continue;
            }
            if (name.equals("authorization")) {
                authorizations.add(field);
            } else if (name.indexOf('_') < 0 && !isOurs(name)) {
                passed.add(field);
                correlations += field.is(CORRELATION) ? 1 : 0;
            }
        }
        if (authorizations.size() == 1 && isOfScheme(authorizations.get(0).getValue(), relay.schemes())) {
            passed.add(authorizations.get(0));
        }
        if (correlations != 1) {
            passed.put(CORRELATION, exchange.id());
        }
        var asked = exchange.request().getHttpURI();
        if (passed.getField(HttpHeader.HOST) instanceof HostPortHttpField host
                && asked.getHost() != null
                && !asked.getHost().equalsIgnoreCase(host.getHost())) {
            passed.put(HttpHeader.HOST, asked.getAuthority()); // the target counts (RFC 9112, section 3.2.2)
        }
        passed.put("X-Forwarded-Proto", exchange.peer().secure() ? "https" : "http");
        passed.put("X-Forwarded-For", exchange.peer().address().getHostAddress());
        relay.upstream().headers().forEach((name, value) -> passed.put(new HttpField(name, value.reveal())));
        if (relay.certificateHeader().isPresent()) {
            exchange.peer().certificate().map(certificates::of).ifPresent(passed::put);
        }
        return passed.asImmutable();
    }

    /** What the client says is for us alone (RFC 9110, section 7.6.1): of its own fields, never of those we put in. */
    private static Set<String> ofThisHop(HttpFields given) {
        return given.getCSV(HttpHeader.CONNECTION, false).stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
    }

    private static boolean isOfScheme(@Nullable String authorization, Set<String> schemes) {
        if (authorization == null) {
            return false;
        }
        var scheme = authorization.substring(0, Math.max(0, authorization.indexOf(' ')));
        return schemes.contains(scheme.toLowerCase(Locale.ROOT));
    }

    private static boolean isOurs(String name) {
        if (OURS.contains(name)) {
            return true;
        }
        for (var kind : OUR_KINDS) {
            if (name.startsWith(kind)) {
                return true;
            }
        }
        return false;
    }

    /** The field that tells it: PEM, URL-encoded, as Apache and nginx give it on. Encoded once, as it is longer than all others. */
    static HttpField certificate(String header, X509Certificate certificate) {
        return new PreEncodedHttpField(header, pem(certificate));
    }

    private static String pem(X509Certificate certificate) {
        try {
            var body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded());
            var text = "-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n";
            return URLEncoder.encode(text, StandardCharsets.US_ASCII).replace("+", "%20");
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }
}
