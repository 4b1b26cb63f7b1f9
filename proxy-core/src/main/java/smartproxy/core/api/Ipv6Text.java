package smartproxy.core.api;

/** IPv6 addresses as RFC 5952 writes them. */
public final class Ipv6Text {
    private Ipv6Text() {}

    /**
     * @param address 16 octets in network order, or the 4 that Java makes of an IPv4-mapped one; mapped ones end in a dotted
     *     quad
     */
    public static String of(byte[] address) {
        if (address.length == 4) {
            return mapped(address, 0);
        }
        var groups = new int[8];
        for (var i = 0; i < 8; i++) {
            groups[i] = ((address[2 * i] & 0xff) << 8) | (address[2 * i + 1] & 0xff);
        }
        if (isMapped(groups)) {
            return mapped(address, 12);
        }
        var start = -1;
        var length = 1;
        for (var i = 0; i < 8; i++) {
            var run = i;
            while (run < 8 && groups[run] == 0) {
                run++;
            }
            if (run - i > length) {
                start = i;
                length = run - i;
            }
        }
        var text = new StringBuilder();
        for (var i = 0; i < 8; i++) {
            if (i == start) {
                text.append("::");
                i += length - 1;
                continue;
            }
            if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(groups[i]));
        }
        return text.toString();
    }

    private static String mapped(byte[] octets, int start) {
        return "::ffff:" + (octets[start] & 0xff) + "." + (octets[start + 1] & 0xff) + "." + (octets[start + 2] & 0xff)
                + "." + (octets[start + 3] & 0xff);
    }

    private static boolean isMapped(int[] groups) {
        for (var i = 0; i < 5; i++) {
            if (groups[i] != 0) {
                return false;
            }
        }
        return groups[5] == 0xffff;
    }
}
