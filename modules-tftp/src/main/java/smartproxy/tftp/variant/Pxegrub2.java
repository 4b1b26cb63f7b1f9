package smartproxy.tftp.variant;

import java.util.ArrayList;
import java.util.List;

/**
 * GRUB 2. A host may have a directory of its own, with its loaders beside its configuration: see
 * {@link smartproxy.tftp.HostLoaders}.
 */
public final class Pxegrub2 implements Variant {
    @Override
    public List<String> files(BootMac mac) {
        return List.of("grub2/grub.cfg-01-" + mac.dashed(), "grub2/grub.cfg-" + mac);
    }

    /** Those of {@link #files}, and before them the ones of the directory of the host. */
    public List<String> allFiles(BootMac mac) {
        var directory = loaderDirectory(mac);
        var all = new ArrayList<>(List.of(
                directory + "/grub.cfg", directory + "/grub.cfg-01-" + mac.dashed(), directory + "/grub.cfg-" + mac));
        all.addAll(files(mac));
        return all;
    }

    /** All that a host has of its own. */
    public String hostDirectory(BootMac mac) {
        return "host-config/" + mac.dashed();
    }

    /** Where its loaders are. */
    public String loaderDirectory(BootMac mac) {
        return hostDirectory(mac) + "/grub2";
    }

    @Override
    public List<String> defaults() {
        return List.of("grub2/grub.cfg");
    }
}
