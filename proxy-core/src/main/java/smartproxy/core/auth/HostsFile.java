package smartproxy.core.auth;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.Address;

/** A hosts(5) file, read again when it has changed. A missing, unreadable or oversized one has no entries. */
final class HostsFile {
    private static final Logger LOG = LoggerFactory.getLogger(HostsFile.class);
    private static final long MAX_BYTES = 4 << 20;

    private final Path path;
    private Content content = new Content(null, Map.of(), Map.of());

    HostsFile(Path path) {
        this.path = path;
    }

    private record Version(
            FileTime modified, long size, @Nullable Object file) {}

    private record Content(
            @Nullable Version version, Map<InetAddress, String> names, Map<String, List<InetAddress>> addresses) {}

    /** The first name of the address, or null. */
    @Nullable String nameOf(InetAddress address) {
        return current().names().get(address);
    }

    /** The addresses of a name, whatever its letter case. */
    List<InetAddress> addressesOf(String name) {
        return current().addresses().getOrDefault(TrustedHosts.lowerCase(name), List.of());
    }

    private synchronized Content current() {
        var version = version();
        if (version == null) {
            content = new Content(null, Map.of(), Map.of());
        } else if (!version.equals(content.version())) {
            content = read(version);
        }
        return content;
    }

    private @Nullable Version version() {
        try {
            var attributes = Files.readAttributes(path, BasicFileAttributes.class);
            return new Version(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
        } catch (IOException e) {
            return null;
        }
    }

    private Content read(Version version) {
        var names = new HashMap<InetAddress, String>();
        var addresses = new HashMap<String, List<InetAddress>>();
        if (version.size() > MAX_BYTES) {
            LOG.warn("{} is larger than {} bytes, its entries are not used", path, MAX_BYTES);
            return new Content(version, names, addresses);
        }
        try (var file = Files.newInputStream(path)) {
            var text = new String(file.readNBytes((int) MAX_BYTES), StandardCharsets.UTF_8);
            text.lines().forEach(line -> add(line, names, addresses));
        } catch (NoSuchFileException e) {
            // gone since it was looked at: the next lookup sees that
        } catch (IOException e) {
            LOG.warn("{} cannot be read, its entries are not used: {}", path, e.toString());
        }
        return new Content(version, names, addresses);
    }

    private static void add(String line, Map<InetAddress, String> names, Map<String, List<InetAddress>> addresses) {
        int comment = line.indexOf('#');
        var fields = (comment < 0 ? line : line.substring(0, comment)).strip().split("\\s+", -1);
        if (fields.length < 2) {
            return;
        }
        InetAddress address;
        try {
            address = Address.getByAddress(fields[0]);
        } catch (UnknownHostException e) {
            return;
        }
        names.putIfAbsent(address, fields[1]);
        for (int i = 1; i < fields.length; i++) {
            addresses
                    .computeIfAbsent(TrustedHosts.lowerCase(fields[i]), name -> new ArrayList<>())
                    .add(address);
        }
    }
}
