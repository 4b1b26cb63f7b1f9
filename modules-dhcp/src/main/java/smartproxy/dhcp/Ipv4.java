package smartproxy.dhcp;

import java.util.Optional;

/**
 * An IPv4 address. Ordered as an unsigned number.
 *
 * @param bits the four octets, the first one on top
 */
public record Ipv4(int bits) implements Comparable<Ipv4> {
    private static final int LONGEST = 15;

    /** A dotted quad: four numbers from 0 to 255 without leading zeros, nothing around them. Empty when it is none. */
    public static Optional<Ipv4> parse(String text) {
        if (text.length() > LONGEST) {
            return Optional.empty();
        }
        var bits = 0;
        var octet = -1;
        var dots = 0;
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c == '.') {
                if (octet < 0 || ++dots > 3) {
                    return Optional.empty();
                }
                bits = (bits << 8) | octet;
                octet = -1;
            } else if (c < '0' || c > '9' || octet == 0) {
                return Optional.empty();
            } else {
                octet = Math.max(octet, 0) * 10 + c - '0';
                if (octet > 255) {
                    return Optional.empty();
                }
            }
        }
        return dots == 3 && octet >= 0 ? Optional.of(new Ipv4((bits << 8) | octet)) : Optional.empty();
    }

    /** @throws IllegalArgumentException when it is no dotted quad */
    public static Ipv4 of(String text) {
        return parse(text).orElseThrow(() -> new IllegalArgumentException("no IPv4 address: " + text));
    }

    /** @param value from 0 to 4294967295 */
    public static Ipv4 of(long value) {
        return new Ipv4((int) value);
    }

    /** As a number from 0 to 4294967295. */
    public long value() {
        return Integer.toUnsignedLong(bits);
    }

    @Override
    public int compareTo(Ipv4 other) {
        return Integer.compareUnsigned(bits, other.bits);
    }

    /** The dotted quad. */
    @Override
    public String toString() {
        return (bits >>> 24) + "." + ((bits >>> 16) & 255) + "." + ((bits >>> 8) & 255) + "." + (bits & 255);
    }
}
