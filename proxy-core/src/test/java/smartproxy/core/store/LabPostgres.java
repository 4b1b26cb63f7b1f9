package smartproxy.core.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import smartproxy.core.api.Secret;
import smartproxy.core.daemon.FreePorts;

/** A real PostgreSQL from {@code lab/postgres} for one test class: an empty database and its owner. */
public final class LabPostgres implements AutoCloseable {
    private static final long WATCHDOG_SECONDS = 120;

    private final Path lab = lab();
    private final Path directory;
    private final String kind;
    private Map<String, String> told = Map.of();

    private LabPostgres(Path directory, String kind) {
        this.directory = directory;
        this.kind = kind;
    }

    /** Does not wait for the disk; what is told there is lost when the machine, not a process, ends. */
    public static LabPostgres start(Path directory) {
        var postgres = new LabPostgres(directory, "plain");
        postgres.start("", Map.of("FSYNC", "off"));
        return postgres;
    }

    /** Takes TLS alone, with a certificate for {@code localhost}. */
    public static LabPostgres startTls(Path directory) {
        var postgres = new LabPostgres(directory, "tls");
        postgres.start("", Map.of("FSYNC", "off"));
        return postgres;
    }

    private void start(String port, Map<String, String> environment) {
        var words = new ArrayList<>(List.of(lab.resolve("start.sh").toString(), directory.toString()));
        words.add(port.isEmpty() ? Integer.toString(FreePorts.next()) : port);
        words.add(kind);
        told = run(environment, words);
    }

    /** Starts it again, with its data, on its port. */
    public void restart() {
        start(told.getOrDefault("port", ""), Map.of("FSYNC", "off", "KEEP", "1"));
    }

    /** Ends it at once; its data stay. */
    public void stop() {
        run(Map.of(), List.of(lab.resolve("stop.sh").toString(), directory.toString()));
    }

    /** Sends a signal to all its processes. */
    public void signal(String name) {
        var pid = told.getOrDefault("pid", "");
        var children = run(Map.of(), List.of("sh", "-c", "echo pids=$(ps -o pid= --ppid " + pid + ")"))
                .getOrDefault("pids", "");
        run(Map.of(), List.of("sh", "-c", "kill -" + name + " " + pid + " " + children + " 2>/dev/null || true"));
    }

    /** Takes no more changes, as a standby does; ends all sessions. */
    public void beginReadOnly() throws SQLException {
        alter(
                "ALTER DATABASE smart_proxy SET default_transaction_read_only = on",
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        + " WHERE datname = current_database() AND pid <> pg_backend_pid()");
    }

    /** Takes changes again, of new sessions alone. */
    public void endReadOnly() throws SQLException {
        alter(
                "SET default_transaction_read_only = off",
                "ALTER DATABASE smart_proxy RESET default_transaction_read_only");
    }

    private void alter(String... statements) throws SQLException {
        var settings = store(Duration.ofSeconds(5)).postgres().orElseThrow();
        try (var connection = PostgresServer.connect(settings);
                var statement = connection.createStatement()) {
            for (var sql : statements) {
                statement.execute(sql);
            }
        }
    }

    public int port() {
        return Integer.parseInt(told.getOrDefault("port", ""));
    }

    public String password() {
        return told.getOrDefault("password", "");
    }

    Path ca() {
        return directory.resolve("tls/ca.pem");
    }

    /** Lines of settings.yml for it: key and YAML. */
    public Map<String, String> settings() {
        var settings = new HashMap<String, String>();
        settings.put("store_url", "postgresql://127.0.0.1:" + port() + "/smart_proxy");
        settings.put("store_user", "smart_proxy");
        settings.put("store_password", password());
        return settings;
    }

    StoreSettings store(Duration timeout) {
        return store("127.0.0.1", "disable", Optional.empty(), timeout);
    }

    StoreSettings store(String host, String sslmode, Optional<Path> ca, Duration timeout) {
        return new StoreSettings(
                directory,
                Optional.of(new StoreSettings.Postgres(
                        host,
                        port(),
                        "smart_proxy",
                        "smart_proxy",
                        Optional.of(new Secret(password())),
                        sslmode,
                        ca,
                        4,
                        timeout)));
    }

    private static Path lab() {
        for (var at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.isExecutable(at.resolve("lab/postgres/start.sh"))) {
                return at.resolve("lab/postgres");
            }
        }
        throw new IllegalStateException("lab/postgres is not in this directory or one above it");
    }

    /** @return the lines KEY=VALUE it printed */
    private Map<String, String> run(Map<String, String> environment, List<String> words) {
        try {
            Files.createDirectories(directory);
            var output = directory.resolve("lab.out");
            var builder = new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(output.toFile());
            builder.environment().putAll(environment);
            var process = builder.start();
            if (!process.waitFor(WATCHDOG_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException(words + " does not end");
            }
            var text = Files.readString(output, StandardCharsets.UTF_8);
            if (process.exitValue() != 0) {
                throw new IllegalStateException(words + " ended with " + process.exitValue() + ": " + text);
            }
            var values = new HashMap<String, String>();
            text.lines()
                    .filter(line -> line.contains("="))
                    .forEach(line ->
                            values.put(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1)));
            return values;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        run(Map.of(), List.of(lab.resolve("stop.sh").toString(), directory.toString(), "data"));
    }
}
