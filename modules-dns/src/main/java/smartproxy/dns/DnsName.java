package smartproxy.dns;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * An absolute domain name that may be put into a zone: labels of 1 to 63 letters, digits, hyphens and, where allowed,
 * underscores, that begin with a letter or digit (or underscore) and do not end in a hyphen; 253 characters at most (RFC 1035,
 * RFC 1123). Keeps the case it was given and compares without it (RFC 4343).
 */
public final class DnsName {
    private static final int MAX_NAME = 253;
    private static final int MAX_LABEL = 63;

    private final String text;

    private DnsName(String text) {
        this.text = text;
    }

    /** A host name; one trailing dot is dropped. Empty when it is none. */
    public static Optional<DnsName> host(String text) {
        return parse(text, false);
    }

    /** A host name whose labels may hold underscores, as SRV owners and targets do (RFC 2782). */
    public static Optional<DnsName> service(String text) {
        return parse(text, true);
    }

    private static Optional<DnsName> parse(String text, boolean underscores) {
        var name = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
        if (name.isEmpty() || name.length() > MAX_NAME) {
            return Optional.empty();
        }
        var start = 0;
        while (start <= name.length()) {
            var dot = name.indexOf('.', start);
            var end = dot < 0 ? name.length() : dot;
            if (!label(name, start, end, underscores)) {
                return Optional.empty();
            }
            start = end + 1;
        }
        return Optional.of(new DnsName(name));
    }

    private static boolean label(String name, int start, int end, boolean underscores) {
        if (end == start || end - start > MAX_LABEL || name.charAt(start) == '-' || name.charAt(end - 1) == '-') {
            return false;
        }
        for (var i = start; i < end; i++) {
            var c = name.charAt(i);
            var plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
            if (!plain && !(underscores && c == '_')) {
                return false;
            }
        }
        return true;
    }

    /** Whether it lies in one of the reverse trees. */
    public boolean isReverse() {
        var key = key();
        return key.endsWith(".in-addr.arpa") || key.endsWith(".ip6.arpa");
    }

    /** The labels, leftmost first. */
    public List<String> labels() {
        return List.of(text.split("\\."));
    }

    /** The name in lower case: equal names have equal keys. */
    public String key() {
        return text.toLowerCase(Locale.ROOT);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DnsName name && name.key().equals(key());
    }

    @Override
    public int hashCode() {
        return key().hashCode();
    }

    /** As given, without the trailing dot. */
    @Override
    public String toString() {
        return text;
    }
}
