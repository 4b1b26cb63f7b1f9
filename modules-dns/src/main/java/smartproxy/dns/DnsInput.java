package smartproxy.dns;

import java.util.regex.Pattern;
import org.xbill.DNS.Address;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Ipv6Text;

/** Checks what callers send; the messages are the reference's. */
final class DnsInput {
    /** Digits only: each part is bounded, so that no quantifier nests. */
    private static final Pattern DOTTED_QUAD = Pattern.compile("(\\d{1,20})\\.(\\d{1,20})\\.(\\d{1,20})\\.(\\d{1,20})");

    private static final Pattern BLANKS = Pattern.compile("[ \\t]+");

    private DnsInput() {}

    static RecordType type(String type) {
        for (var known : RecordType.values()) {
            if (known.name().equals(type)) {
                return known;
            }
        }
        throw CallerException.badRequest("unrecognized 'type' parameter: " + type);
    }

    /** The name a record is asked for; SRV names may hold underscores. */
    static DnsName owner(String name, String type) {
        return type.equals("SRV") ? service(name) : host(name);
    }

    static DnsName host(String name) {
        return DnsName.host(name).orElseThrow(() -> CallerException.badRequest("Invalid DNS name " + name));
    }

    private static DnsName service(String name) {
        return DnsName.service(name).orElseThrow(() -> CallerException.badRequest("Invalid DNS srv name " + name));
    }

    static DnsName reverse(String name) {
        var reverse = host(name);
        requireReverse(name);
        return reverse;
    }

    static void requireReverse(String name) {
        if (!hasReverseSuffix(name)) {
            throw CallerException.badRequest("Invalid reverse DNS " + name);
        }
    }

    /** Lower case and without trailing dot, as the reference has it. */
    static boolean hasReverseSuffix(String name) {
        return name.endsWith(".in-addr.arpa") || name.endsWith(".ip6.arpa");
    }

    /** Dotted quad without mask, leading zeros or anything around it. */
    static String ipv4(String text) {
        var quad = DOTTED_QUAD.matcher(text);
        if (!quad.matches()) {
            var masked = text.indexOf('/') > 0
                    && DOTTED_QUAD.matcher(text.substring(0, text.indexOf('/'))).matches();
            throw CallerException.badRequest(
                    masked ? "invalid address: " + text + " has a mask" : "address family mismatch");
        }
        for (var i = 1; i <= 4; i++) {
            var octet = quad.group(i);
            if (octet.length() > 9 || Integer.parseInt(octet) > 255) {
                throw CallerException.badRequest("invalid address: ");
            }
            if (octet.length() > 1 && octet.charAt(0) == '0') {
                throw CallerException.badRequest("zero-filled number in IPv4 address is ambiguous: ");
            }
        }
        return text;
    }

    /** RFC 4291 text without zone id or prefix length, also in brackets; the answer is as RFC 5952 has it. */
    static String ipv6(String text) {
        var bare = text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
        var address = bare.length() > 45 ? null : Address.toByteArray(bare, Address.IPv6);
        if (address == null || address.length != 16) {
            throw CallerException.badRequest("invalid address: ");
        }
        return Ipv6Text.of(address);
    }

    /** {@code priority weight port target} with single blanks. */
    static String srv(String text) {
        var parts = BLANKS.split(text.strip(), -1);
        if (parts.length != 4
                || !within(parts[0], 0)
                || !within(parts[1], 0)
                || !within(parts[2], 1)
                || DnsName.service(parts[3]).isEmpty()) {
            throw CallerException.badRequest("Invalid DNS SRV value " + text);
        }
        return Integer.parseInt(parts[0]) + " " + Integer.parseInt(parts[1]) + " " + Integer.parseInt(parts[2]) + " "
                + DnsName.service(parts[3]).get();
    }

    private static boolean within(String number, int least) {
        if (number.isEmpty() || number.length() > 5 || !number.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return false;
        }
        var value = Integer.parseInt(number);
        return value >= least && value <= 65535;
    }
}
