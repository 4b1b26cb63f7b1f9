package smartproxy.packaging;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Scanner;
import java.util.TreeMap;
import java.util.stream.Collectors;
import smartproxy.core.daemon.Wire;

/**
 * How a daemon does.
 *
 * @param resident memory in MiB
 * @param most the highest it was
 * @param busy threads for requests that have something in hand, or wait for it
 * @param connections open ones, that of the question among them
 * @param files open descriptors: how many of each file, and of each kind of what is no file
 */
record Vitals(long resident, long most, int threads, int busy, int connections, Map<String, Long> files) {
    static Vitals of(DaemonProcess daemon, Site site) {
        try (var wire = Wire.open(site.port(), site.foremanContext())) {
            var metrics = wire.get("/metrics").body();
            var status = Files.readString(Path.of("/proc/" + daemon.pid() + "/status"));
            return new Vitals(
                    number(status, "VmRSS:") / 1024,
                    number(status, "VmHWM:") / 1024,
                    (int) number(status, "Threads:"),
                    (int) number(metrics, "smart_proxy_request_threads_busy "),
                    (int) number(metrics, "smart_proxy_connections "),
                    files(daemon.pid()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Long> files(long pid) throws IOException {
        try (var files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return files.map(Vitals::kind)
                    .collect(Collectors.groupingBy(kind -> kind, TreeMap::new, Collectors.counting()));
        }
    }

    long descriptors() {
        return files.values().stream().mapToLong(Long::longValue).sum();
    }

    private static String kind(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().replaceFirst("^(socket|pipe):.*", "$1");
        } catch (IOException e) {
            return "closed meanwhile";
        }
    }

    /** The files of which more are open than then, with the number now and then. */
    Map<String, String> filesMoreThan(Vitals then) {
        var more = new TreeMap<String, String>();
        files.forEach((kind, count) -> {
            var before = then.files.getOrDefault(kind, 0L);
            if (count > before) {
                more.put(kind, count + ", was " + before);
            }
        });
        return more;
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
