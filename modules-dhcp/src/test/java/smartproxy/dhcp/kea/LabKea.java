package smartproxy.dhcp.kea;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.Secret;
import smartproxy.core.client.LazyPeer;
import smartproxy.core.guard.GuardSettings;
import smartproxy.core.store.SqliteStore;
import smartproxy.dhcp.DhcpProvider;
import smartproxy.dhcp.TestContext;

/** A real Kea from {@code lab/kea} for one test class, and providers that speak to it; fails when there is none. */
final class LabKea implements AutoCloseable {
    private static final long WATCHDOG_SECONDS = 300;
    private static final String UNIX = "unix";
    static final GuardSettings GUARD = new GuardSettings(64, Duration.ofSeconds(60), 2, 10, Duration.ofSeconds(5));

    /** {@code kea-dhcp6} beside {@code kea-dhcp4}. */
    static final Map<String, String> DHCP6 = Map.of("KEA_DHCP6", "yes");

    private final Path lab = lab();
    private final Path directory;
    private final String version;
    private final boolean unix;
    private final Map<String, String> environment;
    private final Map<String, String> told = new HashMap<>();
    private final List<AutoCloseable> opened = new ArrayList<>();

    /**
     * @param version {@code 2.2} or {@code 3.0}
     * @param kind {@code plain}, {@code tls} or {@code unix} for its unix control socket; with {@code " pgsql"} for hosts in
     *     a database
     */
    LabKea(Path directory, String version, String kind) {
        this(directory, version, kind, Map.of());
    }

    LabKea(Path directory, String version, String kind, Map<String, String> environment) {
        this.directory = directory;
        this.version = version;
        this.environment = environment;
        this.unix = kind.startsWith(UNIX);
        var start = Stream.concat(
                        Stream.of(lab.resolve("start.sh").toString(), directory.toString(), version),
                        Stream.of(kind.replace(UNIX, "plain").split(" ", -1)))
                .toArray(String[]::new);
        for (var line : run(start).lines().toList()) {
            var pair = line.split("=", 2);
            told.put(pair[0], pair[1]);
        }
    }

    private static Path lab() {
        for (var at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.isExecutable(at.resolve("lab/kea/start.sh"))) {
                return at.resolve("lab/kea");
            }
        }
        throw new IllegalStateException("lab/kea is not in this directory or one above it");
    }

    private String told(String key) {
        return Objects.requireNonNull(told.get(key), key);
    }

    Path directory() {
        return directory;
    }

    /** The configuration file that Kea reads at its start. */
    Path configuration() {
        return Path.of(told("conf"));
    }

    KeaSettings settings() {
        return settings("kea-lab");
    }

    /** Its unix control socket. */
    Path socket() {
        return Path.of(told("socket"));
    }

    KeaSettings settings(String password) {
        var six = Optional.ofNullable(told.get(unix ? "socket6" : "url6"))
                .map(where -> URI.create(unix ? UNIX + ":" + where : where));
        if (unix) {
            return new KeaSettings(
                    URI.create(UNIX + ":" + socket()),
                    Optional.empty(),
                    Optional.empty(),
                    Duration.ofSeconds(60),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Duration.ofSeconds(30),
                    DhcpProvider.SUGGESTION_TIME,
                    List.of(),
                    six);
        }
        var tls = directory.resolve("tls");
        var https = told("url").startsWith("https");
        return new KeaSettings(
                URI.create(told("url")),
                Optional.of("foreman"),
                Optional.of(new Secret(password)),
                Duration.ofSeconds(60),
                https ? Optional.of(tls.resolve("ca.pem")) : Optional.empty(),
                https ? Optional.of(tls.resolve("client.pem")) : Optional.empty(),
                https ? Optional.of(tls.resolve("client.key")) : Optional.empty(),
                Duration.ofSeconds(30),
                DhcpProvider.SUGGESTION_TIME,
                List.of(),
                six);
    }

    KeaDhcpProvider provider(KeaSettings settings) throws Exception {
        return provider(settings, transport(settings), GUARD);
    }

    KeaDhcpProvider provider(KeaSettings settings, KeaTransport transport, GuardSettings guard) throws Exception {
        var store = SqliteStore.open(Files.createTempDirectory(directory, "store"));
        var context = new TestContext(KeaFactory.NAME, store, guard);
        var client = new KeaClient(KeaFactory.NAME, Family.V4, settings, transport);
        var provider = new KeaDhcpProvider(settings, client, WriterLock.ALONE, context, Optional.empty());
        provider.start();
        opened.add(provider);
        opened.add(store);
        return provider;
    }

    /** Speaks to {@code kea-dhcp6}, of a lab with {@link #DHCP6}. */
    Kea6Provider provider6() throws Exception {
        return provider6(transport(settings().dhcp6().orElseThrow()));
    }

    Kea6Provider provider6(KeaTransport transport) throws Exception {
        return provider6(settings().dhcp6().orElseThrow(), transport, GUARD);
    }

    /** @param settings of {@code kea-dhcp6} */
    Kea6Provider provider6(KeaSettings settings, KeaTransport transport, GuardSettings guard) throws Exception {
        var client = new KeaClient(KeaFactory.NAME, Family.V6, settings, transport);
        var store = SqliteStore.open(Files.createTempDirectory(directory, "store"));
        var context = new TestContext(KeaFactory.NAME, store, guard);
        var backend = context.backend(Family.V6.service());
        var provider = new Kea6Provider(settings, client, WriterLock.ALONE, backend, context);
        provider.start();
        opened.add(provider);
        opened.add(store);
        return provider;
    }

    KeaClient client6() throws Exception {
        var settings = settings().dhcp6().orElseThrow();
        return new KeaClient(KeaFactory.NAME, Family.V6, settings, transport(settings));
    }

    KeaClient client(KeaSettings settings) throws Exception {
        return new KeaClient(KeaFactory.NAME, Family.V4, settings, transport(settings));
    }

    /** Gives subnets other numbers, as somebody does who writes the configuration anew. */
    void renumber(Map<String, Integer> numbers) throws Exception {
        var client = client(settings());
        var deadline = Deadline.in(Duration.ofSeconds(60));
        var configuration = (ObjectNode) client.ask("config-get", KeaClient.object(), deadline);
        for (var subnet : configuration.at("/Dhcp4/subnet4")) {
            var number = numbers.get(subnet.path("subnet").asText());
            if (number != null) {
                ((ObjectNode) subnet).put("id", number);
            }
        }
        configuration.remove("hash");
        client.change("config-set", configuration, deadline);
    }

    KeaTransport transport(KeaSettings settings) throws Exception {
        if (settings.socket().isPresent()) {
            return new SocketTransport(KeaFactory.NAME, settings.socket().get());
        }
        var identity = HttpIdentity.of(settings.url(), KeaSettings.CA_FILE.key())
                .basic(settings.username().orElseThrow(), settings.password().orElseThrow());
        if (settings.caFile().isPresent()) {
            identity = identity.trusting(settings.caFile().get());
        }
        if (settings.certificate().isPresent()) {
            identity = identity.presenting(
                    settings.certificate().get(), settings.privateKey().orElseThrow());
        }
        var peer = new LazyPeer(KeaFactory.NAME, identity);
        opened.add(peer);
        return new HttpTransport(KeaFactory.NAME, Family.V4, settings, peer);
    }

    /** One of the two servers; an agent in front of them stays as it is. */
    final class Server {
        private final Family family;

        private Server(Family family) {
            this.family = family;
        }

        /** Ends it as a crash would. */
        void kill() {
            signal("KILL");
        }

        /** Starts it again with the configuration it wrote. */
        void restart() {
            run(lab.resolve("daemon.sh").toString(), directory.toString(), version, family == Family.V4 ? "4" : "6");
        }

        void freeze() {
            signal("STOP");
        }

        void thaw() {
            signal("CONT");
        }

        private String log() {
            try {
                var lines = Files.readAllLines(directory.resolve(family.service() + ".log"));
                return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void signal(String name) {
            if (hasEnded(family)) {
                throw new IllegalStateException(family.service() + " has ended by itself; its log: " + log());
            }
            try {
                var pid = Files.readString(directory.resolve(family.service() + ".pid"));
                run("kill", "-" + name, pid.strip());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** {@code kea-dhcp4}. */
    Server four() {
        return server(Family.V4);
    }

    /** {@code kea-dhcp6}, of a lab with {@link #DHCP6}. */
    Server six() {
        return server(Family.V6);
    }

    Server server(Family family) {
        return new Server(family);
    }

    /** The configuration file that {@code kea-dhcp6} reads at its start. */
    Path configuration6() {
        return Path.of(told("conf6"));
    }

    /**
     * Its PostgreSQL: {@code crash}, {@code freeze}, {@code thaw} or {@code start}. Kea 3.0 may end when it loses its database within
     * a transaction; with {@code start} it is started again, too, as systemd would.
     */
    void database(String what) {
        run(lab.resolve("pgsql.sh").toString(), directory.toString(), what.equals("start") ? told("sql") : what);
        if (what.equals("start") && hasEnded(Family.V4)) {
            four().restart();
        }
    }

    /** One that is not reaped yet has ended, too. */
    private boolean hasEnded(Family family) {
        try {
            var pid = Files.readString(directory.resolve(family.service() + ".pid"))
                    .strip();
            var stat = Files.readString(Path.of("/proc", pid, "stat"));
            return "ZX".indexOf(stat.charAt(stat.lastIndexOf(')') + 2)) >= 0;
        } catch (NoSuchFileException e) {
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String run(String... command) {
        try {
            var output = Files.createTempFile(directory, "run", ".out");
            var builder = new ProcessBuilder(command).redirectOutput(output.toFile());
            builder.redirectError(directory.resolve("lab.err").toFile());
            builder.environment().putAll(environment);
            var process = builder.start();
            process.getOutputStream().close();
            if (!process.waitFor(WATCHDOG_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IllegalStateException(
                        String.join(" ", command) + " failed: " + Files.readString(directory.resolve("lab.err")));
            }
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws Exception {
        for (var one : opened) {
            one.close();
        }
        run(lab.resolve("stop.sh").toString(), directory.toString());
    }
}
