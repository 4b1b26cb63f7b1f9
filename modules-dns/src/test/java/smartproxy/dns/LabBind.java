package smartproxy.dns;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A real BIND from {@code lab/bind} for one test class; fails when there is none. */
public final class LabBind implements AutoCloseable {
    private static final long WATCHDOG_SECONDS = 120;

    private final Path lab;
    private final Path directory;
    private int port;

    private LabBind(Path lab, Path directory) {
        this.lab = lab;
        this.directory = directory;
    }

    /** Starts one with fresh zones. */
    public static LabBind start(Path directory) {
        var bind = new LabBind(lab(), directory);
        bind.run(Map.of(), bind.lab.resolve("start.sh").toString(), directory.toString());
        try {
            bind.port =
                    Integer.parseInt(Files.readString(directory.resolve("port")).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bind;
    }

    private static Path lab() {
        for (var at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.isExecutable(at.resolve("lab/bind/start.sh"))) {
                return at.resolve("lab/bind");
            }
        }
        throw new IllegalStateException("lab/bind is not in this directory or one above it");
    }

    public int port() {
        return port;
    }

    /** The key file of one of the lab's keys: {@code md5, sha1, sha224, sha256, sha384, sha512, sha256-128, powerless}. */
    public Path key(String name) {
        return directory.resolve("keys").resolve(name + ".key");
    }

    /** Ends it as an administrator would. */
    public void stop() {
        run(Map.of(), lab.resolve("stop.sh").toString(), directory.toString());
    }

    /** Ends it as a power cut would. */
    public void kill() {
        signal("KILL");
        run(Map.of(), lab.resolve("stop.sh").toString(), directory.toString());
    }

    /** Starts it again on the same port with the zones it had. */
    public void restart() {
        run(Map.of("KEEP", "1"), lab.resolve("start.sh").toString(), directory.toString(), Integer.toString(port));
    }

    /** Stops its execution; its sockets stay open. Returns when each of its threads stands: one that still ran could take a packet. */
    public void freeze() {
        signal("STOP");
        await().atMost(Duration.ofSeconds(30)).until(this::stands);
    }

    private boolean stands() throws IOException {
        try (var threads = Files.list(Path.of("/proc", pid(), "task"))) {
            for (var thread : threads.toList()) {
                // PID (NAME) STATE …
                if (!Files.readString(thread.resolve("stat"))
                        .replaceFirst(".*\\) ", "")
                        .startsWith("T")) {
                    return false;
                }
            }
        }
        return true;
    }

    public void thaw() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            run(Map.of(), "kill", "-" + name, pid());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String pid() throws IOException {
        return Files.readString(directory.resolve("named.pid")).strip();
    }

    /** The data of the records of that name and type as dig shows them, sorted. */
    public List<String> read(String name, String type) {
        return dig("+short", "+tcp", "+norecurse", "-p", Integer.toString(port), "@127.0.0.1", name, type);
    }

    /** All records of a zone, as dig shows them with single blanks, sorted, without the SOA. */
    public List<String> transfer(String zone) {
        return dig("+noall", "+answer", "-p", Integer.toString(port), "@127.0.0.1", zone, "AXFR").stream()
                .map(line -> line.replaceAll("\\s+", " "))
                .filter(line -> !line.contains(" SOA "))
                .toList();
    }

    private List<String> dig(String... arguments) {
        var command = new ArrayList<>(List.of("dig", "+time=5", "+tries=2"));
        command.addAll(List.of(arguments));
        return run(Map.of(), command.toArray(String[]::new))
                .lines()
                .filter(line -> !line.isBlank() && !line.startsWith(";"))
                .sorted()
                .toList();
    }

    private String run(Map<String, String> environment, String... command) {
        try {
            var output = Files.createTempFile("lab-bind", ".out");
            try {
                var builder =
                        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
                builder.environment().putAll(environment);
                var process = builder.start();
                if (!process.waitFor(WATCHDOG_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new IllegalStateException(String.join(" ", command) + " does not end");
                }
                var text = Files.readString(output);
                if (process.exitValue() != 0) {
                    throw new IllegalStateException(String.join(" ", command) + ": " + text);
                }
                return text;
            } finally {
                Files.delete(output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        stop();
    }
}
