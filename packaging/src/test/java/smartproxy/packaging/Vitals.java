package smartproxy.packaging;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Scanner;
import smartproxy.core.daemon.Wire;

/**
 * How a daemon does.
 *
 * @param resident memory in MiB
 * @param most the highest it was
 * @param connections open ones, that of the question among them
 */
record Vitals(long resident, long most, int threads, int connections, int files) {
    static Vitals of(DaemonProcess daemon, Site site) {
        try (var wire = Wire.open(site.port(), site.foremanContext())) {
            var metrics = wire.get("/metrics").body();
            var status = Files.readString(Path.of("/proc/" + daemon.pid() + "/status"));
            try (var files = Files.list(Path.of("/proc/" + daemon.pid() + "/fd"))) {
                return new Vitals(
                        number(status, "VmRSS:") / 1024,
                        number(status, "VmHWM:") / 1024,
                        (int) number(status, "Threads:"),
                        (int) number(metrics, "smart_proxy_connections "),
                        (int) files.filter(file -> !isJar(file)).count());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Jars are opened by the JVM when a class is looked for in them the first time, and stay open. */
    private static boolean isJar(Path file) {
        try {
            return Files.readSymbolicLink(file).toString().endsWith(".jar");
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }

    private static long number(String lines, String key) {
        return lines.lines()
                .filter(line -> line.startsWith(key))
                .map(line -> new Scanner(line.substring(key.length())).useDelimiter("[^0-9]+"))
                .mapToLong(Scanner::nextLong)
                .findFirst()
                .orElseThrow(() -> new AssertionError(key + " is not in " + lines));
    }
}
