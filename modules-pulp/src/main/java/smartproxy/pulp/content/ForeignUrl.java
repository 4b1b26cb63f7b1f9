package smartproxy.pulp.content;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * A URL as a Pulp has it from somebody else: there may be a login in it, which is not shown, and characters that no URL has.
 *
 * @param url without the login, with such characters escaped
 * @param hasLogin whether there was one
 */
public record ForeignUrl(URI url, boolean hasLogin) {
    private static final Pattern LOGIN = Pattern.compile("^([A-Za-z][A-Za-z0-9+.-]*://)[^/?#]*@");
    private static final Pattern STRANGE = Pattern.compile("%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9._~:/?#@!$&'()*+,;=%-]");

    /**
     * Reads a URL.
     *
     * @throws IllegalArgumentException when it has a scheme or host that cannot be one
     */
    public static ForeignUrl of(String text) {
        var login = LOGIN.matcher(text);
        var plain = login.replaceFirst("$1");
        var hasLogin = plain.length() < text.length();
        try {
            return new ForeignUrl(new URI(plain), hasLogin);
        } catch (URISyntaxException e) {
            return new ForeignUrl(URI.create(STRANGE.matcher(plain).replaceAll(one -> escaped(one.group()))), hasLogin);
        }
    }

    private static String escaped(String strange) {
        var escaped = new StringBuilder();
        for (var octet : strange.getBytes(StandardCharsets.UTF_8)) {
            escaped.append('%').append(String.format("%02X", octet));
        }
        return escaped.toString();
    }
}
