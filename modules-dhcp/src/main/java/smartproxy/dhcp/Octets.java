package smartproxy.dhcp;

import java.util.Optional;

/** Octets as people write them: hexadecimal, with colons between them. */
final class Octets {
    private Octets() {}

    /**
     * Lower case, two digits an octet.
     *
     * @param most how many there may be
     * @return empty when it is something else than octets of one or two digits
     */
    static Optional<String> canonical(String text, int most) {
        var canonical = new StringBuilder(text.length() + 6);
        var octets = 0;
        var start = 0;
        while (start <= text.length()) {
            var colon = text.indexOf(':', start);
            var end = colon < 0 ? text.length() : colon;
            if (end - start < 1 || end - start > 2 || ++octets > most) {
                return Optional.empty();
            }
            canonical.append(octets > 1 ? ":" : "").append(end - start == 1 ? "0" : "");
            for (var i = start; i < end; i++) {
                var c = text.charAt(i);
                var digit = c < 128 ? Character.digit(c, 16) : -1;
                if (digit < 0) {
                    return Optional.empty();
                }
                canonical.append(Character.forDigit(digit, 16));
            }
            start = end + 1;
        }
        return Optional.of(canonical.toString());
    }

    /** @param canonical as {@link #canonical} made it */
    static int count(String canonical) {
        return (canonical.length() + 1) / 3;
    }
}
