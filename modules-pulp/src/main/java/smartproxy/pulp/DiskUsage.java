package smartproxy.pulp;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.Deadline;

/** How full the file systems below some directories are, in the words and numbers of {@code df -P} (POSIX). Thread-safe. */
final class DiskUsage {
    private static final Logger LOG = LoggerFactory.getLogger(DiskUsage.class);

    /** A file system that is away keeps whoever asks for it; more than these are not kept. */
    private static final int ASKING = 4;

    private static final Duration LONGEST_TURN = Duration.ofSeconds(1);

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
    private final Semaphore asking = new Semaphore(ASKING);

    /** @param directories by the name they are reported under, in this order */
    DiskUsage(Map<String, Path> directories) {
        this.directories = new LinkedHashMap<>(directories);
    }

    /**
     * The file systems, by directory; those that cannot be read are left out.
     *
     * @throws BackendException {@code TIMEOUT} when a file system does not answer
     */
    Map<String, Map<String, Object>> report(Unit unit, Deadline deadline) {
        beginAsking(deadline);
        var task = new FutureTask<>(() -> {
            try {
                return report(unit);
            } finally {
                asking.release();
            }
        });
        var thread = new Thread(task, "disk-usage");
        thread.setDaemon(true);
        thread.start();
        try {
            return task.get(deadline.leftMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new BackendException(
                    Kind.TIMEOUT, Outcome.NOT_APPLIED, "disk usage: a file system does not answer", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** File systems that answer do so at once. */
    private void beginAsking(Deadline deadline) {
        try {
            var turn = deadline.within(LONGEST_TURN);
            if (!asking.tryAcquire(turn.leftMillis(), TimeUnit.MILLISECONDS)) {
                throw new BackendException(
                        Kind.UNAVAILABLE, Outcome.NOT_APPLIED, "disk usage: a file system does not answer", null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
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
