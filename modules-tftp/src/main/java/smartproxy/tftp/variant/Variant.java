package smartproxy.tftp.variant;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A kind of boot loader: where it looks for its configuration, relative to the root. */
public interface Variant {
    /** The files for one host, in the order in which they are written; the first is the one that is read back. */
    List<String> files(BootMac mac);

    /** The files for hosts that have none of their own. */
    List<String> defaults();

    /** The one of that name, whatever its case. */
    static Optional<Variant> named(String name) {
        return Optional.ofNullable(Known.BY_NAME.get(name.toLowerCase(Locale.ROOT)));
    }

    /** All there are. */
    final class Known {
        static final Map<String, Variant> BY_NAME = Map.of(
                "syslinux", new Pxelinux(),
                "pxelinux", new Pxelinux(),
                "pxegrub", new Pxegrub(),
                "pxegrub2", new Pxegrub2(),
                "ztp", new Ztp(),
                "poap", new Poap(),
                "ipxe", new Ipxe());

        private Known() {}
    }
}
