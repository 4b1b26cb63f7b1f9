package smartproxy.dhcp;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An IPv4 subnet.
 *
 * @param network its first address
 * @param prefix length of its mask, 0 to 32
 * @param options what Foreman is told of it, in that order: {@code routers}, {@code domain_name}, {@code domain_name_servers},
 *     {@code ntp_servers}, {@code interface_mtu}, {@code range}, each only where it is set. JSON values: String, Number, List
 */
public record Subnet(Ipv4 network, int prefix, Map<String, Object> options) {
    /** @throws IllegalArgumentException when the address has bits that the mask has not */
    public Subnet {
        if (prefix < 0 || prefix > 32 || (network.bits() & ~mask(prefix)) != 0) {
            throw new IllegalArgumentException("no subnet: " + network + "/" + prefix);
        }
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }

    /** {@code 192.0.2.0/255.255.255.0} or {@code 192.0.2.0/24}, without options. Empty when it is none. */
    public static Optional<Subnet> parse(String text) {
        return around(text).filter(subnet -> text.startsWith(subnet.network() + "/"));
    }

    /** The one that any of its addresses stands for: {@code 192.0.2.77/24} is {@code 192.0.2.0/24}. Empty when it is none. */
    public static Optional<Subnet> around(String text) {
        var slash = text.indexOf('/');
        var prefix = prefixOf(text.substring(slash + 1));
        return Ipv4.parse(text.substring(0, Math.max(slash, 0)))
                .filter(address -> prefix >= 0)
                .map(address -> new Subnet(new Ipv4(address.bits() & mask(prefix)), prefix, Map.of()));
    }

    private static int prefixOf(String text) {
        if (text.matches("\\d|[12]\\d|3[0-2]")) {
            return Integer.parseInt(text);
        }
        var mask = Ipv4.parse(text);
        var ones = mask.isEmpty() ? 0 : Integer.bitCount(mask.get().bits());
        return mask.isPresent() && mask.get().bits() == mask(ones) ? ones : -1;
    }

    private static int mask(int prefix) {
        return prefix == 0 ? 0 : -1 << (32 - prefix);
    }

    public Ipv4 netmask() {
        return new Ipv4(mask(prefix));
    }

    /** Its last address. */
    public Ipv4 broadcast() {
        return new Ipv4(network.bits() | ~mask(prefix));
    }

    public boolean contains(Ipv4 address) {
        return (address.bits() & mask(prefix)) == network.bits();
    }

    /** Same network and mask, whatever the options. */
    public boolean isSameAs(Subnet other) {
        return network.equals(other.network) && prefix == other.prefix;
    }

    /** The addresses in option {@code routers}. */
    public List<Ipv4> routers() {
        var routers = new ArrayList<Ipv4>();
        if (options.get("routers") instanceof List<?> list) {
            list.forEach(router -> Ipv4.parse(String.valueOf(router)).ifPresent(routers::add));
        }
        return routers;
    }

    /** Network and mask: {@code 192.0.2.0/255.255.255.0}. */
    @Override
    public String toString() {
        return network + "/" + netmask();
    }
}
