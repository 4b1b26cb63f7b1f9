package smartproxy.dns.infoblox;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import smartproxy.core.api.Ipv6Text;
import smartproxy.dns.DnsName;

/**
 * What a name in a reverse tree says of addresses.
 *
 * @param ipv6 whether it is of IPv6
 * @param bytes of the address, as far as the name has them; the rest is zero
 * @param bits how many of them the name has
 */
record ReverseName(boolean ipv6, byte[] bytes, int bits) {
    /** Empty for a name in neither of the trees. */
    static Optional<ReverseName> of(DnsName name) {
        var ipv6 = name.key().endsWith(".ip6.arpa");
        if (!ipv6 && !name.key().endsWith(".in-addr.arpa")) {
            return Optional.empty();
        }
        var labels = name.labels();
        var bytes = new byte[ipv6 ? 16 : 4];
        var step = ipv6 ? 4 : 8;
        var bits = 0;
        for (var i = labels.size() - 3; i >= 0 && bits < bytes.length * 8; i--) {
            var value = value(labels.get(i), ipv6);
            if (value < 0) {
                break;
            }
            bytes[bits / 8] |= (byte) (value << (8 - step - bits % 8));
            bits += step;
        }
        var more = labels.size() - 2 > bits / step;
        return Optional.of(new ReverseName(ipv6, bytes, more ? Math.min(bits, bytes.length * 8 - step) : bits));
    }

    private static int value(String label, boolean ipv6) {
        if (ipv6) {
            return label.length() == 1 ? Character.digit(label.charAt(0), 16) : -1;
        }
        var number = label.matches("\\d{1,3}") ? Integer.parseInt(label) : -1;
        return number > 255 || (label.length() > 1 && label.charAt(0) == '0') ? -1 : number;
    }

    /** The address, when the name is that of a whole one. */
    Optional<String> address() {
        return bits == bytes.length * 8 ? Optional.of(text(bytes)) : Optional.empty();
    }

    /** The networks it lies in, as the grid names its reverse zones: {@code 192.0.2.0/24}. */
    List<String> networks() {
        var networks = new ArrayList<String>();
        for (var length = bits; length > 0; length -= ipv6 ? 4 : 1) {
            var network = new byte[bytes.length];
            for (var bit = 0; bit < length; bit++) {
                network[bit / 8] |= (byte) (bytes[bit / 8] & (0x80 >> (bit % 8)));
            }
            networks.add(text(network) + "/" + length);
        }
        return networks;
    }

    private String text(byte[] address) {
        return ipv6
                ? Ipv6Text.of(address)
                : (address[0] & 0xff) + "." + (address[1] & 0xff) + "." + (address[2] & 0xff) + "."
                        + (address[3] & 0xff);
    }
}
