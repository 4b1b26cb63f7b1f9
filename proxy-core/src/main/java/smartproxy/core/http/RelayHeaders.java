package smartproxy.core.http;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.eclipse.jetty.http.HostPortHttpField;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import smartproxy.core.api.Relay;
import smartproxy.core.tls.CertificateMemo;

/**
 * The header of a request that is passed on: that of the client, without what it says of who it is, and with what we know of
 * that. Servers behind WSGI and CGI take underscores for hyphens, so no name with one passes, as with Apache and nginx.
 */
final class RelayHeaders {
    /** Credentials, what would be a word of ours to the server, and what some servers take for another method or target. */
    private static final Set<String> OURS = Set.of(
            "authorization",
            "client-cert",
            "client-cert-chain",
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

    static HttpFields of(Exchange exchange, Relay relay, CertificateMemo<String> pems) {
        var given = exchange.request().getHeaders();
        var passed = HttpFields.build();
        var scheme = "";
        for (var field : given) {
            var name = field.getLowerCaseName();
            if (name.indexOf('_') < 0 && !isOurs(name)) {
                passed.add(field);
            }
        }
        var authorizations = given.getFields("Authorization");
        if (authorizations.size() == 1 && authorizations.get(0).getValue() != null) {
            var value = authorizations.get(0).getValue();
            scheme = value.substring(0, Math.max(0, value.indexOf(' '))).toLowerCase(Locale.ROOT);
            if (relay.schemes().contains(scheme)) {
                passed.put("Authorization", value);
            }
        }
        if (passed.getFields(CORRELATION).size() != 1) {
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
        if (relay.certificateHeader().isPresent()
                && exchange.peer().certificate().isPresent()) {
            passed.put(
                    relay.certificateHeader().get(),
                    pems.of(exchange.peer().certificate().get()));
        }
        return passed.asImmutable();
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

    /** PEM, URL-encoded, as Apache and nginx give it on. */
    static String pem(X509Certificate certificate) {
        try {
            var body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded());
            var text = "-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n";
            return URLEncoder.encode(text, StandardCharsets.US_ASCII).replace("+", "%20");
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }
}
