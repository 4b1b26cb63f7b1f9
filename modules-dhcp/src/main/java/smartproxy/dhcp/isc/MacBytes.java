package smartproxy.dhcp.isc;

import java.util.HexFormat;

/** A hardware address in bytes. */
final class MacBytes {
    private MacBytes() {}

    /**
     * Reads octets of one or two hexadecimal digits, separated by colons.
     *
     * @param into takes 20
     * @return how many; 0 unless 6, 8 or 20
     */
    static int parse(byte[] bytes, int start, int end, byte[] into) {
        var count = 0;
        var digits = 0;
        var octet = 0;
        for (var i = start; i <= end; i++) {
            var c = i < end ? bytes[i] : ':';
            if (c == ':') {
                if (digits == 0 || digits > 2 || count == into.length) {
                    return 0;
                }
                into[count++] = (byte) octet;
                digits = 0;
                octet = 0;
            } else {
                if (!HexFormat.isHexDigit(c)) {
                    return 0;
                }
                octet = (octet << 4) | HexFormat.fromHexDigit(c);
                digits++;
            }
        }
        return count == 6 || count == 8 || count == 20 ? count : 0;
    }
}
