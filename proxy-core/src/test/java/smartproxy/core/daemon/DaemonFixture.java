package smartproxy.core.daemon;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.Mount;
import smartproxy.core.api.ProxyModule;
import smartproxy.core.api.StartException;
import smartproxy.core.tls.TestPki;

/**
 * A whole daemon in this process, on free ports of 127.0.0.1, its certificates, settings and log below one directory.
 *
 * <pre>{@code
 * try (var proxy = DaemonFixture.in(tempDir).module("dns", ":enabled: https\n").start();
 *         var foreman = proxy.https()) {
 *     var reply = foreman.post("/dns/", "fqdn=host.example.com&value=192.0.2.1&type=A");
 * }
 * }</pre>
 */
public final class DaemonFixture implements AutoCloseable {
    /** The one name in {@code trusted_hosts}, unless that is set otherwise. */
    public static final String FOREMAN = "foreman.example.com";

    private static final Duration WATCHDOG = Duration.ofMinutes(1);

    /** Of all daemons in this process: making its RSA keys takes longer than the rest of a daemon's start. */
    private static final TestPki PKI = TestPki.create();

    private final Path directory;
    private final SSLContext foreman = PKI.client(FOREMAN).sslContext(PKI.ca());
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final List<ProxyModule<?>> more = new ArrayList<>();
    private @Nullable Daemon daemon;

    private DaemonFixture(Path directory) {
        this.directory = directory;
        PKI.writeTo(directory);
        set("settings_directory", directory.resolve("settings.d").toString());
        set("state_directory", directory.toString());
        set("log_file", logFile().toString());
        set("bind_host", "[127.0.0.1]");
        set("http_port", "0");
        set("https_port", "0");
        set("ssl_ca_file", directory.resolve("ca.pem").toString());
        set("ssl_certificate", directory.resolve("server.pem").toString());
        set("ssl_private_key", directory.resolve("server.key").toString());
        set("trusted_hosts", "[" + FOREMAN + "]");
    }

    /** Waits, a minute at most, for what must come. */
    static ConditionFactory await() {
        return Awaitility.await().atMost(WATCHDOG);
    }

    /** Not started yet. */
    public static DaemonFixture in(Path directory) {
        return new DaemonFixture(directory);
    }

    /** A line of settings.yml: a key without its colon, a value as YAML; taken over by start and reload. */
    public DaemonFixture set(String key, String value) {
        settings.put(key, value);
        return this;
    }

    /** Takes a line out of settings.yml. */
    public DaemonFixture unset(String key) {
        settings.remove(key);
        return this;
    }

    /** Writes a file of settings.d, without its ending: the text is YAML. */
    public DaemonFixture module(String name, String text) {
        TestPki.write(directory.resolve("settings.d").resolve(name + ".yml"), text);
        return this;
    }

    /** A module besides those on the class path. */
    public DaemonFixture with(ProxyModule<?> module) {
        more.add(module);
        return this;
    }

    public DaemonFixture start() throws StartException {
        writeSettings();
        daemon = Daemon.start(settingsFile(), SystemdNotifier.fromEnvironment(Map.of()), more);
        return this;
    }

    /** What HUP does, after settings.yml was written anew. */
    public void reload() {
        writeSettings();
        daemon().reload();
    }

    private void writeSettings() {
        var text = new StringBuilder("---\n");
        settings.forEach((key, value) ->
                text.append(':').append(key).append(": ").append(value).append('\n'));
        TestPki.write(settingsFile(), text.toString());
        try {
            Files.createDirectories(directory.resolve("settings.d"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What {@code check}, or {@code check --live}, prints. */
    public String check(boolean live) {
        writeSettings();
        var out = new ByteArrayOutputStream();
        new CheckCommand(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        live ? Optional.of(List.of()) : Optional.empty())
                .run(settingsFile());
        return out.toString(StandardCharsets.UTF_8);
    }

    /** What is served on https, or on plain http. */
    public List<Mount> mounts(boolean https) {
        return daemon().mounts(https);
    }

    public Daemon daemon() {
        return Objects.requireNonNull(daemon, "not started");
    }

    public TestPki pki() {
        return PKI;
    }

    public Path directory() {
        return directory;
    }

    public Path settingsFile() {
        return directory.resolve("settings.yml");
    }

    public Path logFile() {
        return directory.resolve("proxy.log");
    }

    /** The log so far. */
    public String log() {
        try {
            return Files.readString(logFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A metric without labels, read without a connection; 0 when there is none. */
    public double metric(String name) {
        return daemon().metrics()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .sum();
    }

    public int httpPort() {
        return daemon().addresses(false).iterator().next().getPort();
    }

    public int httpsPort() {
        return daemon().addresses(true).iterator().next().getPort();
    }

    /** All ports of https, or of plain http, those of the main listener first. */
    public List<Integer> listening(boolean https) {
        return daemon().addresses(https).stream()
                .map(InetSocketAddress::getPort)
                .toList();
    }

    /** A connection of plain http. */
    public Wire http() throws IOException {
        return Wire.open(httpPort());
    }

    /** A TLS connection of Foreman. */
    public Wire https() throws IOException {
        return https(foreman);
    }

    /** A TLS connection of whoever this is. */
    public Wire https(SSLContext client) throws IOException {
        return Wire.open(httpsPort(), client);
    }

    /** A TLS connection that shows no certificate. */
    public Wire stranger() throws IOException {
        return https(TestPki.anonymousContext(PKI.ca()));
    }

    @Override
    public void close() {
        if (daemon != null) {
            daemon.stop();
        }
    }
}
