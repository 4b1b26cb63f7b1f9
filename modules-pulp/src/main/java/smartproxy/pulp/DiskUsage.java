package smartproxy.pulp;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.Deadline;
import smartproxy.pulp.content.FileSystemLooks;

/** How full the file systems below some directories are, in the words and numbers of {@code df -P} (POSIX). Thread-safe. */
final class DiskUsage {
    private static final Logger LOG = LoggerFactory.getLogger(DiskUsage.class);

    /** What sizes are counted in. */
    enum Unit {
        BYTE(1, "1-blocks"),
        KILOBYTE(1L << 10, "1k-blocks"),
        MEGABYTE(1L << 20, "1048576-blocks"),
        GIGABYTE(1L << 30, "1073741824-blocks"),
        TERABYTE(1L << 40, "1099511627776-blocks");

        private final long bytes;
        private final String title;

        Unit(long bytes, String title) {
            this.bytes = bytes;
            this.title = title;
        }

        /** Kilobytes for a name that is none. */
        static Unit named(@Nullable String name) {
            for (var unit : values()) {
                if (unit.toString().equals(name)) {
                    return unit;
                }
            }
            return KILOBYTE;
        }

        /** Rounded up, as df does. */
        long of(long size) {
            return size / bytes + (size % bytes == 0 ? 0 : 1);
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Map<String, Path> directories;
    private final FileSystemLooks looks = new FileSystemLooks("disk usage");

    /** @param directories by the name they are reported under, in this order */
    DiskUsage(Map<String, Path> directories) {
        this.directories = new LinkedHashMap<>(directories);
    }

    /**
     * The file systems, by directory; those that cannot be read are left out.
     *
     * @throws BackendException when a file system does not answer
     */
    Map<String, Map<String, Object>> report(Unit unit, Deadline deadline) {
        try {
            return looks.look(() -> report(unit), deadline);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private Map<String, Map<String, Object>> report(Unit unit) {
        var report = new LinkedHashMap<String, Map<String, Object>>();
        directories.forEach((name, directory) -> {
            try {
                report.put(name, fileSystem(directory, unit));
            } catch (IOException e) {
                LOG.warn("{} at {} is left out of the disk usage: it cannot be read", name, directory);
            }
        });
        return report;
    }

    private static Map<String, Object> fileSystem(Path directory, Unit unit) throws IOException {
        if (!Files.isReadable(directory)) {
            throw new IOException("not readable");
        }
        var store = Files.getFileStore(directory);
        var used = store.getTotalSpace() - store.getUnallocatedSpace();
        var available = store.getUsableSpace();
        var columns = new LinkedHashMap<String, Object>();
        columns.put("filesystem", store.name());
        columns.put(unit.title, unit.of(store.getTotalSpace()));
        columns.put("used", unit.of(used));
        columns.put("available", unit.of(available));
        columns.put("percent", percent(used, available));
        columns.put("mounted", mountPoint(directory.toRealPath()).toString());
        columns.put("path", directory.toString());
        columns.put("size", unit.toString());
        return columns;
    }

    /** Of what users may fill, rounded up. */
    private static String percent(long used, long available) {
        var whole = (double) used + available;
        return whole == 0 ? "-" : (long) Math.ceil(used * 100.0 / whole) + "%";
    }

    /** The highest directory on the same device. */
    private static Path mountPoint(Path real) throws IOException {
        var device = Files.getAttribute(real, "unix:dev");
        var highest = real;
        while (highest.getParent() != null
                && Files.getAttribute(highest.getParent(), "unix:dev").equals(device)) {
            highest = highest.getParent();
        }
        return highest;
    }
}
