package smartproxy.dhcp;

import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.Optional;
import smartproxy.core.api.Ipv6Text;

/**
 * An IPv6 address. Ordered as an unsigned number.
 *
 * @param high the first eight octets
 * @param low the last eight
 */
public record Ipv6(long high, long low) implements Comparable<Ipv6> {
    private static final int LONGEST = 39;
    private static final int GROUPS = 8;
    private static final Comparator<Ipv6> ORDER = Comparator.<Ipv6, Long>comparing(Ipv6::high, Long::compareUnsigned)
            .thenComparing(Ipv6::low, Long::compareUnsigned);

    /**
     * Groups of up to four hexadecimal digits, one run of zeros left out or none (RFC 4291, 2.2, forms 1 and 2). Empty when it is
     * something else, such as an address with a zone or with an IPv4 address at its end.
     */
    public static Optional<Ipv6> parse(String text) {
        if (text.length() > LONGEST) {
            return Optional.empty();
        }
        var gap = text.indexOf("::");
        var head = gap < 0 ? text : text.substring(0, gap);
        var tail = gap < 0 ? "" : text.substring(gap + 2);
        var octets = ByteBuffer.allocate(2 * GROUPS);
        var first = put(octets, head);
        var rest = ByteBuffer.allocate(2 * GROUPS);
        var last = put(rest, tail);
        if (first < 0 || last < 0 || (gap < 0 ? first != GROUPS : first + last >= GROUPS)) {
            return Optional.empty();
        }
        octets.position(2 * (GROUPS - last)).put(rest.flip()).flip();
        return Optional.of(new Ipv6(octets.getLong(), octets.getLong()));
    }

    /** @return how many groups there are; negative when there is something else */
    private static int put(ByteBuffer octets, String groups) {
        if (groups.isEmpty()) {
            return 0;
        }
        for (var group : groups.split(":", -1)) {
            if (octets.remaining() == 0 || !group.matches("[0-9A-Fa-f]{1,4}")) {
                return -1;
            }
            octets.putShort((short) Integer.parseInt(group, 16));
        }
        return octets.position() / 2;
    }

    /** @throws IllegalArgumentException when it is no IPv6 address */
    public static Ipv6 of(String text) {
        return parse(text).orElseThrow(() -> new IllegalArgumentException("no IPv6 address: " + text));
    }

    @Override
    public int compareTo(Ipv6 other) {
        return ORDER.compare(this, other);
    }

    /** As RFC 5952 writes it. */
    @Override
    public String toString() {
        return Ipv6Text.of(
                ByteBuffer.allocate(2 * GROUPS).putLong(high).putLong(low).array());
    }
}
