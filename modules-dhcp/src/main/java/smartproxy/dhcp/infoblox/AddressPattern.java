package smartproxy.dhcp.infoblox;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import smartproxy.dhcp.Subnet;

/** The regular expression that the addresses of a subnet match, and no others. */
final class AddressPattern {
    private static final int OCTETS = 4;
    private static final int BITS = 8;

    private AddressPattern() {}

    static String of(Subnet subnet) {
        var text = new StringBuilder("^");
        for (var octet = 0; octet < OCTETS; octet++) {
            var shift = BITS * (OCTETS - 1 - octet);
            var first = (subnet.network().bits() >>> shift) & 255;
            var last = (subnet.broadcast().bits() >>> shift) & 255;
            text.append(octet == 0 ? "" : "\\.").append(between(first, last));
        }
        return text.append('$').toString();
    }

    private static String between(int first, int last) {
        if (first == last) {
            return String.valueOf(first);
        }
        return first == 0 && last == 255
                ? "[0-9]+"
                : IntStream.rangeClosed(first, last)
                        .mapToObj(String::valueOf)
                        .collect(Collectors.joining("|", "(", ")"));
    }
}
