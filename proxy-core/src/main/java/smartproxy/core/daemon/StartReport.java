package smartproxy.core.daemon;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says whether the class-data archive that the launcher chose is really in use: the JVM itself starts without one that does not
 * fit, slowly and without a word. The launcher tells what it did by the system properties {@code smartproxy.archive}, the file,
 * and {@code smartproxy.archive.none}, why there is none.
 */
final class StartReport {
    private static final Logger LOG = LoggerFactory.getLogger(StartReport.class);
    private static final Path MAPPINGS = Path.of("/proc/self/maps");

    private StartReport() {}

    /** One line for the log; without the launcher, nothing. */
    static void log() {
        var archive = System.getProperty("smartproxy.archive", "");
        var none = System.getProperty("smartproxy.archive.none", "");
        if (!none.isEmpty()) {
            LOG.info("Started without a class-data archive, slower than need be: {}", none);
        } else if (!archive.isEmpty()) {
            if (isMapped(archive)) {
                LOG.info("Started with the class-data archive {}", archive);
            } else {
                LOG.warn(
                        "Started slowly: this JVM cannot use the class-data archive {}; run smart-proxy archive",
                        archive);
            }
        }
    }

    private static boolean isMapped(String archive) {
        try (var mappings = Files.lines(MAPPINGS)) {
            var file = Path.of(archive).toRealPath().toString();
            return mappings.anyMatch(line -> line.endsWith(file));
        } catch (IOException | UncheckedIOException e) {
            return true; // cannot be told
        }
    }
}
