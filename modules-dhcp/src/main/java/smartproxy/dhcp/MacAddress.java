package smartproxy.dhcp;

import java.util.List;
import java.util.Optional;

/**
 * A hardware address of 6 (EUI-48), 8 (EUI-64) or 20 octets (InfiniBand, RFC 4391). Equal whatever the case and leading zeros
 * it was written with.
 */
public final class MacAddress implements Comparable<MacAddress> {
    private final String text;

    private MacAddress(String text) {
        this.text = text;
    }

    /** Octets of one or two hexadecimal digits, separated by colons. Empty when it is none. */
    public static Optional<MacAddress> parse(String text) {
        return Octets.canonical(text, 20)
                .filter(octets -> List.of(6, 8, 20).contains(Octets.count(octets)))
                .map(MacAddress::new);
    }

    /** @throws IllegalArgumentException when it is none */
    public static MacAddress of(String text) {
        return parse(text).orElseThrow(() -> new IllegalArgumentException("no MAC address: " + text));
    }

    /** @throws IllegalArgumentException unless there are 6, 8 or 20 octets */
    public static MacAddress of(byte[] octets) {
        if (octets.length != 6 && octets.length != 8 && octets.length != 20) {
            throw new IllegalArgumentException("no MAC address: " + octets.length + " octets");
        }
        var text = new StringBuilder(octets.length * 3);
        for (var octet : octets) {
            text.append(text.isEmpty() ? "" : ":")
                    .append(Character.forDigit((octet >> 4) & 15, 16))
                    .append(Character.forDigit(octet & 15, 16));
        }
        return new MacAddress(text.toString());
    }

    /** In network order. */
    public byte[] octets() {
        var octets = new byte[Octets.count(text)];
        for (var i = 0; i < octets.length; i++) {
            octets[i] = (byte) Integer.parseInt(text.substring(3 * i, 3 * i + 2), 16);
        }
        return octets;
    }

    @Override
    public int compareTo(MacAddress other) {
        return text.compareTo(other.text);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MacAddress mac && mac.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** Lower case, two digits an octet: {@code 52:54:00:aa:01:0b}. */
    @Override
    public String toString() {
        return text;
    }
}
