package smartproxy.dhcp.isc;

import java.nio.ByteBuffer;

/** An address in bytes. */
final class Ipv4Bytes {
    private Ipv4Bytes() {}

    /** The four octets of an address. */
    static byte[] of(int bits) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(bits).array();
    }

    /**
     * Reads a dotted quad.
     *
     * @return the address as a number, -1 when it is none
     */
    static long parse(byte[] bytes, int start, int end) {
        var address = 0L;
        var octet = -1;
        var dots = 0;
        for (var i = start; i < end; i++) {
            var c = bytes[i];
            if (c == '.') {
                if (octet < 0 || ++dots > 3) {
                    return -1;
                }
                address = (address << 8) | octet;
                octet = -1;
            } else if (c < '0' || c > '9') {
                return -1;
            } else {
                octet = Math.max(octet, 0) * 10 + c - '0';
                if (octet > 255) {
                    return -1;
                }
            }
        }
        return dots == 3 && octet >= 0 ? (address << 8) | octet : -1;
    }
}
