package smartproxy.dhcp;

import java.util.Comparator;
import java.util.Optional;

/**
 * What a DHCPv6 client is known by.
 *
 * @param text lower case, two digits an octet, colons between them
 */
public record ClientId(Kind kind, String text) implements Comparable<ClientId> {
    /** Type and content (RFC 8415, 11.1): 2 octets and 1 to 128. */
    private static final int SHORTEST_DUID = 3;

    private static final int LONGEST_DUID = 130;

    private static final Comparator<ClientId> ORDER =
            Comparator.comparing(ClientId::kind).thenComparing(ClientId::text);

    /** Of which kind it is. */
    public enum Kind {
        /** What the client calls itself. */
        DUID,
        /** Its hardware address, as far as the server learns it. */
        MAC
    }

    /** A DUID of 3 to 130 octets, in any case, of one or two digits each. Empty when it is none. */
    public static Optional<ClientId> duid(String text) {
        return Octets.canonical(text, LONGEST_DUID)
                .filter(octets -> Octets.count(octets) >= SHORTEST_DUID)
                .map(octets -> new ClientId(Kind.DUID, octets));
    }

    public static ClientId of(MacAddress mac) {
        return new ClientId(Kind.MAC, mac.toString());
    }

    @Override
    public int compareTo(ClientId other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return text;
    }
}
