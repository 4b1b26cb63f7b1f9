package smartproxy.tftp.bootfiles;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Addresses that begin alike.
 *
 * @param start as long as an address
 * @param bits how many of them count
 */
record Network(InetAddress start, int bits) {
    private static final Pattern LITERAL =
            Pattern.compile("(\\d{1,3}(?:\\.\\d{1,3}){3}|[\\p{XDigit}.]*:[\\p{XDigit}:.]*)(?:/(\\d{1,3}))?");

    /** @return empty when it is no address and no network */
    static Optional<Network> parse(String text) {
        var literal = LITERAL.matcher(text);
        if (!literal.matches()) {
            return Optional.empty();
        }
        try {
            var start = InetAddress.getByName(literal.group(1)); // a literal: nobody is asked
            var most = start.getAddress().length * 8;
            var bits = literal.group(2) == null ? most : Integer.parseInt(literal.group(2));
            return bits <= most ? Optional.of(new Network(start, bits)) : Optional.empty();
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    boolean contains(InetAddress address) {
        var mine = start.getAddress();
        var other = address.getAddress();
        if (mine.length != other.length) {
            return false;
        }
        for (var bit = 0; bit < bits; bit++) {
            var mask = 0x80 >> (bit & 7);
            if (((mine[bit >> 3] ^ other[bit >> 3]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }
}
