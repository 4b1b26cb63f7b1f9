package smartproxy.pulp.content;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A URL as a Pulp has it from somebody else: there may be a login in it, which is not shown, and characters that no URL has.
 *
 * @param url without the login, with such characters escaped
 * @param hasLogin whether there was one
 */
public record ForeignUrl(URI url, boolean hasLogin) {
    private static final Pattern LOGIN = Pattern.compile("^([A-Za-z][A-Za-z0-9+.-]*://)[^/?#]*@");
    private static final Pattern RESERVED = Pattern.compile("[^A-Za-z0-9._~-]");
    private static final Pattern STRANGE = Pattern.compile("%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9._~:/?#@!$&'()*+,;=%-]");

    /** Reads a URL; of what cannot be one, such as {@code http://}, nothing but its text is left. */
    public static ForeignUrl of(String text) {
        var plain = LOGIN.matcher(text).replaceFirst("$1");
        return new ForeignUrl(url(plain), plain.length() < text.length());
    }

    private static URI url(String plain) {
        return parsed(plain)
                .or(() -> parsed(without(STRANGE, plain)))
                .orElseGet(() -> URI.create(without(RESERVED, plain)));
    }

    private static Optional<URI> parsed(String text) {
        try {
            return Optional.of(new URI(text));
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    private static String without(Pattern some, String text) {
        return some.matcher(text).replaceAll(one -> escaped(one.group()));
    }

    private static String escaped(String strange) {
        var escaped = new StringBuilder();
        for (var octet : strange.getBytes(StandardCharsets.UTF_8)) {
            escaped.append('%').append(String.format("%02X", octet));
        }
        return escaped.toString();
    }
}
