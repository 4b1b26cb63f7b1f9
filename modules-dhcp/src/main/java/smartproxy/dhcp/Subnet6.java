package smartproxy.dhcp;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * An IPv6 subnet.
 *
 * @param network its first address
 * @param prefix its length, 0 to 128
 * @param options what callers are told of it, in that order: {@code domain_name_servers}, {@code domain_search}, {@code
 *     ntp_servers}, {@code range}, each only where it is set. JSON values: String, List
 */
public record Subnet6(Ipv6 network, int prefix, Map<String, Object> options) {
    private static final int HALF = 64;

    /** @throws IllegalArgumentException when the address has bits behind the prefix */
    public Subnet6 {
        if (prefix < 0 || prefix > 2 * HALF || !masked(network, prefix).equals(network)) {
            throw new IllegalArgumentException("no subnet: " + network + "/" + prefix);
        }
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }

    /** {@code 2001:db8:1::/64}, without options. Empty when it is none. */
    public static Optional<Subnet6> parse(String text) {
        return around(text)
                .filter(subnet -> Ipv6.of(text.substring(0, text.indexOf('/'))).equals(subnet.network));
    }

    /** The one that any of its addresses stands for. Empty when it is none. */
    public static Optional<Subnet6> around(String text) {
        var slash = text.indexOf('/');
        var length = text.substring(slash + 1);
        if (slash < 0 || !length.matches("\\d|[1-9]\\d|1[01]\\d|12[0-8]")) {
            return Optional.empty();
        }
        var prefix = Integer.parseInt(length);
        return Ipv6.parse(text.substring(0, slash))
                .map(address -> new Subnet6(masked(address, prefix), prefix, Map.of()));
    }

    private static Ipv6 masked(Ipv6 address, int prefix) {
        return new Ipv6(address.high() & mask(prefix), address.low() & mask(prefix - HALF));
    }

    private static long mask(int bits) {
        return bits <= 0 ? 0 : bits >= HALF ? -1 : -1L << (HALF - bits);
    }

    /** Its last address. */
    public Ipv6 last() {
        return new Ipv6(network.high() | ~mask(prefix), network.low() | ~mask(prefix - HALF));
    }

    public boolean contains(Ipv6 address) {
        return masked(address, prefix).equals(network);
    }

    /** Same network and length, whatever the options. */
    public boolean isSameAs(Subnet6 other) {
        return network.equals(other.network) && prefix == other.prefix;
    }

    /** {@code 2001:db8:1::/64}. */
    @Override
    public String toString() {
        return network + "/" + prefix;
    }
}
