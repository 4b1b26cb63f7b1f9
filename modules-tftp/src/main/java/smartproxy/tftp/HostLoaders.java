package smartproxy.tftp;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.tftp.files.FileRefused;
import smartproxy.tftp.files.FileStore;

/**
 * Gives a host the loaders of its operating system, so that each can boot with Secure Boot: links in its own directory, to
 * what an administrator put into {@code bootloader-universe/pxegrub2/OS/RELEASE/ARCH}, else {@code …/OS/default/ARCH}, else to
 * the generic ones in {@code grub2}.
 */
final class HostLoaders {
    private static final Logger LOG = LoggerFactory.getLogger(HostLoaders.class);
    private static final String LOADER = ".efi";

    private final FileStore store;

    HostLoaders(FileStore store) {
        this.store = store;
    }

    /**
     * Links the loaders into a directory, and removes those links that were there before and are not wanted any more.
     *
     * @param directory below the root
     */
    void link(String directory, HostLoader wanted) throws FileRefused, IOException {
        var links = links(wanted);
        var up = "../".repeat(directory.split("/", -1).length);
        for (var link : links.entrySet()) {
            store.link(directory + "/" + link.getKey(), up + link.getValue());
        }
        for (var name : store.list(directory).orElse(List.of())) {
            if (isLoader(name) && !links.containsKey(name)) {
                store.delete(directory + "/" + name);
            }
        }
    }

    /** By name, what it is a link to, below the root. */
    private Map<String, String> links(HostLoader wanted) throws FileRefused, IOException {
        var links = new LinkedHashMap<String, String>();
        for (var release : List.of(wanted.release(), "default")) {
            var source = "bootloader-universe/pxegrub2/" + wanted.os() + "/" + release + "/" + wanted.arch();
            var names = store.list(source);
            if (names.isPresent()) {
                names.get().stream()
                        .filter(HostLoaders::isLoader)
                        .sorted()
                        .forEach(name -> links.put(name, source + "/" + name));
                if (links.isEmpty()) {
                    LOG.warn("TFTP: there is no boot loader in {}", store.root().resolve(source));
                }
                return links;
            }
        }
        var grub = "grub" + wanted.suffix() + LOADER;
        var shim = "shim" + wanted.suffix() + LOADER;
        links.put("boot.efi", "grub2/" + grub);
        links.put(grub, "grub2/" + grub);
        links.put("boot-sb.efi", "grub2/" + shim);
        links.put(shim, "grub2/" + shim);
        return links;
    }

    private static boolean isLoader(String name) {
        return name.endsWith(LOADER) && !name.startsWith(".");
    }
}
