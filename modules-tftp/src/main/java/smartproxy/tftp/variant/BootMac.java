package smartproxy.tftp.variant;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** A hardware address of 6 or 20 octets (InfiniBand), as it becomes part of file names: digits as sent, no zeros added. */
public final class BootMac {
    private static final Pattern OCTETS =
            Pattern.compile("[0-9a-f]{1,2}(?::[0-9a-f]{1,2}){5}(?:(?::[0-9a-f]{1,2}){14})?");

    private final String text;

    private BootMac(String text) {
        this.text = text;
    }

    /** Reads octets of one or two digits of either case, with colons between them. Empty when it is none. */
    public static Optional<BootMac> parse(String text) {
        var lower = text.toLowerCase(Locale.ROOT);
        return OCTETS.matcher(lower).matches() ? Optional.of(new BootMac(lower)) : Optional.empty();
    }

    /** {@code 52-54-00-aa-01-0b}. */
    String dashed() {
        return text.replace(':', '-');
    }

    /** {@code 525400AA010B}. */
    String plainUpper() {
        return text.replace(":", "").toUpperCase(Locale.ROOT);
    }

    /** Lower case: {@code 52:54:00:aa:01:0b}. */
    @Override
    public String toString() {
        return text;
    }
}
