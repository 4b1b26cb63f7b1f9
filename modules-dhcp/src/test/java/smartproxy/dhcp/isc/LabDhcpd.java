package smartproxy.dhcp.isc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import smartproxy.core.api.Secret;

/**
 * A real dhcpd from {@code lab/dhcpd} for one test class, in a network namespace of its own. It serves 192.0.2.0/24. Where there are
 * no namespaces the tests are skipped, unless the environment has {@code CI=true}.
 */
public final class LabDhcpd implements AutoCloseable {
    private static final long WATCHDOG_SECONDS = 60;
    private static final int NO_NAMESPACES = 3;

    private final Path lab = lab();
    private final Path directory;

    private LabDhcpd(Path directory) {
        this.directory = directory;
    }

    public static LabDhcpd start(Path directory) {
        return start(directory, OmapiKey.Algorithm.HMAC_MD5);
    }

    public static LabDhcpd start(Path directory, OmapiKey.Algorithm algorithm) {
        var dhcpd = new LabDhcpd(directory);
        dhcpd.run(Map.of(), dhcpd.lab.resolve("start.sh").toString(), directory.toString(), algorithm.toString());
        return dhcpd;
    }

    private static Path lab() {
        for (var at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.isExecutable(at.resolve("lab/dhcpd/start.sh"))) {
                return at.resolve("lab/dhcpd");
            }
        }
        throw new IllegalStateException("lab/dhcpd is not in this directory or one above it");
    }

    String address() {
        return content("address");
    }

    Path conf() {
        return directory.resolve("dhcpd.conf");
    }

    public Path leases() {
        return directory.resolve("dhcpd.leases");
    }

    Secret secret() {
        return new Secret(keySecret());
    }

    /** As settings have it. */
    String keySecret() {
        return content("secret");
    }

    OmapiServer server(OmapiKey.Algorithm algorithm) {
        return server("lab_key", algorithm, secret());
    }

    OmapiServer server(String key, OmapiKey.Algorithm algorithm, Secret secret) {
        return new OmapiServer(address(), 7911, Optional.of(OmapiKey.of(key, algorithm, secret)));
    }

    public IscSettings settings() {
        return settings(leases());
    }

    public IscSettings settings(Path leases) {
        return new IscSettings(conf(), leases, server(OmapiKey.Algorithm.HMAC_MD5), Duration.ofMinutes(30));
    }

    private String content(String file) {
        try {
            return Files.readString(directory.resolve(file)).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends it as an administrator would. */
    void stop() {
        run(Map.of(), lab.resolve("stop.sh").toString(), directory.toString(), "keep");
    }

    /** Ends it as a power cut would. */
    void kill() {
        signal("KILL");
        stop();
    }

    /** Starts it again at the same address with the leases it had. */
    void restart() {
        run(Map.of("KEEP", "1"), lab.resolve("start.sh").toString(), directory.toString());
    }

    /** Stops its execution; its sockets stay open. */
    void freeze() {
        signal("STOP");
    }

    void thaw() {
        signal("CONT");
    }

    private void signal(String name) {
        run(Map.of(), "kill", "-" + name, content("dhcpd.pid"));
    }

    /** Resident memory in KiB. */
    long memory() {
        try (var lines = Files.lines(Path.of("/proc", content("dhcpd.pid"), "status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a real DHCP client with that MAC is given, as {@code client.sh} prints it. */
    String client(String mac, String... arguments) {
        var command = new String[3 + arguments.length];
        command[0] = lab.resolve("client.sh").toString();
        command[1] = directory.toString();
        command[2] = mac;
        System.arraycopy(arguments, 0, command, 3, arguments.length);
        return run(Map.of(), command);
    }

    private String run(Map<String, String> environment, String... command) {
        try {
            var output = Files.createTempFile("lab-dhcpd", ".out");
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
                if (process.exitValue() == NO_NAMESPACES && !"true".equals(System.getenv("CI"))) {
                    Assumptions.abort(text.strip());
                }
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
        run(Map.of(), lab.resolve("stop.sh").toString(), directory.toString());
    }
}
