package smartproxy.packaging;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import smartproxy.core.daemon.FreePorts;
import smartproxy.core.tls.TestPki;

/** One installation below a temporary directory: certificates, settings that can be changed, state and log. */
final class Site {
    static final String FOREMAN = "foreman.example.com";

    /** Of all installations: making its RSA keys takes seconds. */
    private static final TestPki PKI = TestPki.create();

    private final Path directory;
    private final SSLContext foreman = PKI.client(FOREMAN).sslContext(PKI.ca());
    private final int port = FreePorts.next();
    private final int dnsPort = FreePorts.next();
    private final Map<String, String> main = new LinkedHashMap<>();
    private Path tree = House.TREE;

    private Site(Path directory) {
        this.directory = directory;
    }

    /** Listens with https on 127.0.0.1, trusts {@link #FOREMAN}, has the module logs, and writes its log to {@link #log()}. */
    static Site in(Path directory) {
        var site = new Site(directory);
        PKI.writeTo(directory.resolve("pki"));
        PKI.client(FOREMAN).writeTo(directory.resolve("pki"), "foreman");
        site.main.put("settings_directory", site.settingsDirectory().toString());
        site.main.put("state_directory", directory.resolve("state").toString());
        site.main.put("bind_host", "'127.0.0.1'");
        site.main.put("https_port", Integer.toString(site.port));
        site.main.put("ssl_ca_file", site.pki("ca.pem").toString());
        site.main.put("ssl_certificate", site.pki("server.pem").toString());
        site.main.put("ssl_private_key", site.pki("server.key").toString());
        site.main.put("trusted_hosts", "[" + FOREMAN + "]");
        site.main.put("log_file", site.logFile().toString());
        site.write();
        return site.module("logs", ":enabled: https");
    }

    /** Runs another tree than the one that was built. */
    Site from(Path otherTree) {
        tree = otherTree;
        return this;
    }

    /** Runs another tree than the built one. */
    Site tree(Path other) {
        tree = other;
        return this;
    }

    int port() {
        return port;
    }

    /** Sets a key of settings.yml to this YAML. */
    Site set(String key, String yaml) {
        main.put(key, yaml);
        write();
        return this;
    }

    Site unset(String... keys) {
        main.keySet().removeAll(List.of(keys));
        write();
        return this;
    }

    /** Writes a file of settings.d. */
    Site module(String name, String... lines) {
        return write(settingsDirectory().resolve(name + ".yml"), "---\n" + String.join("\n", lines) + "\n");
    }

    /** DNS served by itself. */
    Site embedded(String... more) {
        var lines = new ArrayList<>(List.of(":enabled: https", ":use_provider: dns_embedded"));
        lines.addAll(List.of(more));
        return module("dns", lines.toArray(String[]::new))
                .module("dns_embedded", ":listen: ['127.0.0.1:" + dnsPort + "']", ":zones: [example.com]");
    }

    /** DNS through updates to a server on 127.0.0.1. */
    Site nsupdate(int dnsPort, Path key, String... more) {
        var lines = new ArrayList<>(List.of(":dns_server: '127.0.0.1:" + dnsPort + "'", ":dns_key: " + key));
        lines.addAll(List.of(more));
        return module("dns", ":enabled: https", ":use_provider: dns_nsupdate")
                .module("dns_nsupdate", lines.toArray(String[]::new));
    }

    Site write(Path file, String text) {
        try {
            Files.createDirectories(directory.resolve("etc/settings.d"));
            Files.writeString(file, text);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write() {
        var text = new StringBuilder("---\n");
        main.forEach((key, yaml) ->
                text.append(':').append(key).append(": ").append(yaml).append('\n'));
        write(settingsFile(), text.toString());
    }

    Path directory() {
        return directory;
    }

    Path settingsFile() {
        return directory.resolve("etc/settings.yml");
    }

    Path settingsDirectory() {
        return directory.resolve("etc/settings.d");
    }

    /** {@code ca.pem, server.pem, server.key, foreman.pem, foreman.key}. */
    Path pki(String name) {
        return directory.resolve("pki").resolve(name);
    }

    /**
     * Puts a new certificate and key of the server in the place of the present ones.
     *
     * @return its serial number
     */
    BigInteger renewServer() {
        var next = PKI.issueServer().sign();
        next.writeTo(directory.resolve("pki"), "server");
        return next.certificate().getSerialNumber();
    }

    Path logFile() {
        return directory.resolve("proxy.log");
    }

    /** What the log says until now. */
    String log() {
        try {
            return Files.exists(logFile()) ? Files.readString(logFile()) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Foreman's connection to it. */
    ApiClient foreman() {
        return ApiClient.of(foremanContext(), port);
    }

    /** What Foreman connects with; the same each time. */
    SSLContext foremanContext() {
        return foreman;
    }

    /** A client without a certificate. */
    SSLContext anonymousContext() {
        return TestPki.anonymousContext(PKI.ca());
    }

    /** Runs a command of the built tree with these settings to its end. */
    Command command(String... words) throws IOException, InterruptedException {
        return command(Map.of(), words);
    }

    Command command(Map<String, String> environment, String... words) throws IOException, InterruptedException {
        return Command.run(directory, environment(environment), words(words));
    }

    /** Starts the daemon; it may not answer yet. */
    DaemonProcess launch(Map<String, String> environment, String... words) {
        return DaemonProcess.launch(this, environment(environment), words(words));
    }

    /** Starts the daemon and waits until it answers. */
    DaemonProcess start(Map<String, String> environment) {
        var daemon = launch(environment, "run", "--config", settingsFile().toString());
        daemon.awaitAnswer();
        return daemon;
    }

    DaemonProcess start() {
        return start(Map.of());
    }

    private List<String> words(String... words) {
        // tests that run in the background of a shell have interrupts ignored, and what they start inherits that
        var all = new ArrayList<>(List.of(
                "/usr/bin/env",
                "--default-signal=INT",
                tree.resolve("bin/smart-proxy").toString()));
        all.addAll(List.of(words));
        return all;
    }

    /** What the daemon is started with. */
    Map<String, String> environment(Map<String, String> more) {
        var all = new HashMap<String, String>();
        for (var name : List.of("SMART_PROXY_JAVA", "JAVA_HOME")) {
            var value = System.getenv(name);
            if (value != null) {
                all.put(name, value);
            }
        }
        all.put("SMART_PROXY_CACHE", "none");
        all.put("SMART_PROXY_DEFAULTS", directory.resolve("absent").toString());
        all.putAll(more);
        return all;
    }
}
