package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.daemon.FreePorts;
import smartproxy.core.log.UnixDatagram;
import smartproxy.core.log.UnixReceiver;

/** The built daemon seen from outside: exit codes, messages, signals, systemd. */
@Timeout(300)
class ProcessIT {
    private static final String EXITING = "Errors detected on startup, see log for details. Exiting: ";
    private static final Duration WATCHDOG = Duration.ofSeconds(60);

    private static final List<String> BUILT = List.of("dns", "logs", "dhcp", "tftp", "httpboot", "pulpcore");
    private static final Pattern ENABLED = Pattern.compile("^:enabled: (https|http|true)$", Pattern.MULTILINE);

    private static final int USR1 = 10;

    @TempDir
    Path directory;

    private Site site;

    @BeforeEach
    void install() {
        site = Site.in(directory);
    }

    @Test
    void endsWithoutAnyListener() throws Exception {
        site.unset("ssl_ca_file", "ssl_certificate", "ssl_private_key");

        var told = run();

        assertThat(told.status()).isEqualTo(1);
        assertThat(told.output()).contains(EXITING + "Both http and https are disabled, unable to start.\n");
        assertThat(site.log())
                .contains("Missing SSL setup, https is disabled.", "Error during startup, terminating")
                .doesNotContain("has launched");
    }

    @ParameterizedTest
    @CsvSource({
        "ssl_ca_file, ca.pem, Unable to read PATH.",
        "ssl_private_key, server.key, Unable to load private SSL key.",
        "ssl_certificate, server.pem, Unable to load SSL certificate."
    })
    void endsWithoutAUsableTlsFile(String key, String file, String text) throws Exception {
        var damaged = Files.writeString(site.pki(file), "no PEM\n");
        var message = text.replace("PATH", damaged.toString())
                + " Are the values correct in settings.yml and do permissions allow reading?";

        var told = run();

        assertThat(told.status()).isEqualTo(1);
        assertThat(told.output().lines())
                .anySatisfy(line -> assertThat(line).startsWith(EXITING).contains(message, damaged.toString()));
        assertThat(site.log()).contains("[E] Error during startup, terminating", message);

        Files.delete(damaged);
        var without = run();
        assertThat(without.status()).as(key).isEqualTo(1);
        assertThat(without.output()).contains(EXITING, damaged.toString());
    }

    @Test
    void namesAllThatIsWrongInTheSettingsAtOnce() throws Exception {
        site.set("https_port", "many").set("log_level", "LOUD").set("request_deadline", "0");

        var told = run();
        var checked = check();

        for (var each : List.of(told, checked)) {
            assertThat(each.status()).isEqualTo(1);
            for (var key : List.of("https_port", "log_level", "request_deadline")) {
                assertThat(each.output()).containsPattern(site.settingsFile() + ":\\d+: " + key + ": ");
            }
        }
        assertThat(told.output()).contains(EXITING).doesNotContain("\tat ", "    at ");
        assertThat(checked.output()).endsWith("3 errors, 0 warnings\n");
    }

    @Test
    void checkFindsWhatTheModulesWouldFail() throws Exception {
        site.module("dns", ":enabled: https", ":use_provider: dns_embeded", ":dns_tll: 5")
                .module("bmc", ":enabled: https");

        var told = check();

        assertThat(told.status()).isEqualTo(1);
        assertThat(told.output()).contains("dns_embeded", "dns_tll", "Module 'bmc' is not part of this version");
        assertThat(site.logFile()).doesNotExist();
    }

    @Test
    void checkIsContentWithGoodSettingsAndLeavesNothing() throws Exception {
        embedded();

        var told = check();

        assertThat(told.output()).endsWith("0 errors, 0 warnings\n");
        assertThat(told.status()).isZero();
        assertThat(site.directory().resolve("state")).doesNotExist();
        assertThat(site.logFile()).doesNotExist();
    }

    @Test
    void tellsItsVersion() throws Exception {
        assertThat(site.command("version")).isEqualTo(new Command(0, "smart-proxy 0.1.0\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"start", "run now", "--conf x"})
    void refusesAnotherCommand(String words) throws Exception {
        var told = site.command(words.split(" "));

        assertThat(told.status()).isEqualTo(2);
        assertThat(told.output()).contains("smart-proxy: un", "Usage: smart-proxy [run] [--config PATH]");
    }

    @Test
    void findsItsSettingsByTheEnvironmentAndByDirectory() throws Exception {
        var path = directory.resolve("etc").toString();
        try (var daemon = site.launch(Map.of("FOREMAN_PROXY_CONFIG", path))) {
            daemon.awaitAnswer();
        }
        try (var daemon = site.launch(Map.of("FOREMAN_PROXY_CONFIG", "/nowhere"), "run", "--config", path)) {
            daemon.awaitAnswer();
        }
        var lost = site.command("check", "--config", "/nowhere/settings.yml");
        assertThat(lost.status()).isEqualTo(1);
        assertThat(lost.output()).contains("/nowhere/settings.yml");
    }

    @Test
    void termLetsARunningRequestEnd() throws Exception {
        embedded();
        try (var daemon = site.start();
                var socket = open()) {
            var body = "fqdn=late.example.com&value=192.0.2.77&type=A";
            send(
                    socket,
                    "POST /dns/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                            + "Content-Length: " + body.length() + "\r\n\r\n" + body.substring(0, 10));
            await().atMost(WATCHDOG).until(() -> site.log().contains("Started POST /dns/"));

            daemon.signal("TERM");
            await().atMost(WATCHDOG).until(this::isClosed);
            assertThat(daemon.isAlive()).isTrue();
            send(socket, body.substring(10));

            var answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer).startsWith("HTTP/1.1 200 ");
            assertThat(daemon.exitStatus()).isZero();
        }
        assertThat(site.log()).contains("Smart proxy has ended").doesNotContain("had not ended");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void anIdleDaemonEndsAtOnce(String signal) throws Exception {
        try (var daemon = site.start()) {
            daemon.signal(signal);

            assertThat(daemon.exitStatus()).isZero();
        }
    }

    @Test
    void signalsThatComeWhileItStartsAreServedWhenItHasStarted() throws Exception {
        // a pipe for a log holds the start up until somebody opens its other end
        var pipe = directory.resolve("pipe.log");
        assertThat(Command.run(directory, Map.of(), List.of("mkfifo", pipe.toString()))
                        .status())
                .isZero();
        site.set("log_file", pipe.toString());
        try (var daemon =
                site.launch(Map.of(), "run", "--config", site.settingsFile().toString())) {
            await().atMost(WATCHDOG).until(() -> catches(daemon, USR1));

            daemon.signal("USR1");
            daemon.signal("TERM");
            // opened both ways it never waits for the daemon, nor the daemon for it
            try (var log = new RandomAccessFile(pipe.toFile(), "rw")) {
                assertThat(daemon.exitStatus()).isZero();
                var text = new byte[60_000];
                var length = log.read(text);
                assertThat(new String(text, 0, length, StandardCharsets.UTF_8))
                        .contains("has launched", "Smart proxy has ended");
            }
        }
    }

    private static boolean catches(DaemonProcess daemon, int signal) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + daemon.pid() + "/status")).stream()
                .filter(line -> line.startsWith("SigCgt:"))
                .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) >> (signal - 1) & 1) == 1);
    }

    @Test
    void hupTakesNewSettingsAndKeepsTheOldWhenTheyAreWrong() throws Exception {
        try (var daemon = site.start()) {
            var foreman = site.foreman();
            assertThat(foreman.get("/features").body()).isEqualTo("[\"logs\"]");

            embedded();
            daemon.signal("HUP");
            await().atMost(WATCHDOG).until(() -> foreman.get("/features").body().equals("[\"dns\",\"logs\"]"));

            site.write(site.settingsFile(), "---\n:https_port: many\n");
            daemon.signal("HUP");
            await().atMost(WATCHDOG).until(() -> site.log().contains("Not reloaded, the settings in use stay: "));
            assertThat(site.log()).containsPattern("Not reloaded.*settings\\.yml:2: https_port: ");
            assertThat(daemon.isAlive()).isTrue();
            assertThat(foreman.create("kept.example.com", "192.0.2.5", "A").statusCode())
                    .isEqualTo(200);

            site.set("reported_version", "'9.9.9'");
            daemon.signal("HUP");
            await().atMost(WATCHDOG).until(() -> foreman.get("/version").body().contains("9.9.9"));
        }
    }

    @Test
    void usr1OpensTheLogAnew() throws Exception {
        try (var daemon = site.start()) {
            var old = Files.move(site.logFile(), site.directory().resolve("proxy.log.1"));
            daemon.signal("USR1");

            // the signal is served by another thread than the requests
            await().atMost(WATCHDOG)
                    .until(() ->
                            site.foreman().answers() && site.log().contains("Logging file reopened via USR1 signal"));
            site.foreman().get("/version");
            await().atMost(WATCHDOG).until(() -> site.log().contains("GET /version"));
            assertThat(Files.readString(old)).contains("has launched").doesNotContain("GET /version");
        }
    }

    @Test
    void ttinPrintsAllStacks() throws Exception {
        try (var daemon = site.start()) {
            daemon.signal("TTIN");

            await().atMost(WATCHDOG)
                    .until(() -> daemon.output().contains("Thread main ")
                            && daemon.output().contains("RunCommand.run"));
            assertThat(site.foreman().answers()).isTrue();
        }
    }

    @Test
    void tellsSystemdFromTheProcessItself() throws Exception {
        var path = directory.resolve("notify");
        try (var systemd = UnixReceiver.at(path);
                var daemon = site.launch(
                        Map.of("NOTIFY_SOCKET", path.toString(), "WATCHDOG_USEC", "400000"),
                        "run",
                        "--config",
                        site.settingsFile().toString())) {
            assertThat(first(systemd)).isEqualTo("READY=1");
            assertThat(site.foreman().answers()).as("all listeners are open").isTrue();
            assertThat(systemd.text()).isEqualTo("WATCHDOG=1");
            assertThat(systemd.text()).isEqualTo("WATCHDOG=1");

            daemon.signal("HUP");
            assertThat(withoutWatchdog(systemd)).startsWith("RELOADING=1\nMONOTONIC_USEC=");
            assertThat(withoutWatchdog(systemd)).isEqualTo("READY=1");
            assertThat(systemd.text()).isEqualTo("WATCHDOG=1");
            assertThat(daemon.descendants()).isEmpty();

            daemon.signal("TERM");
            assertThat(withoutWatchdog(systemd)).isEqualTo("STOPPING=1");
            assertThat(daemon.exitStatus()).isZero();
        }
    }

    @Test
    void aDaemonThatCannotStartSaysWhyAndIsNeverReady() throws Exception {
        site.set("https_port", "many");
        var path = directory.resolve("notify");
        try (var systemd = UnixReceiver.at(path);
                var daemon = site.launch(
                        Map.of("NOTIFY_SOCKET", path.toString()),
                        "run",
                        "--config",
                        site.settingsFile().toString())) {
            assertThat(daemon.exitStatus()).isEqualTo(1);
            try (var mark = new UnixDatagram(path.toString())) {
                mark.send("mark".getBytes(StandardCharsets.UTF_8), WATCHDOG);
            }
            assertThat(systemd.text()).startsWith("STATUS=Not started: ").contains("https_port");
            assertThat(systemd.text()).isEqualTo("mark");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"installer-foreman", "installer-katello", "installer-proxy-content", "foremanctl"})
    void startsFromWhatAnInstallerWrote(String installer) throws Exception {
        var enabled = installed(installer);

        try (var daemon = site.start()) {
            var features = site.foreman().json("/v2/features");
            var failed = site.foreman().json("/logs/").path("info").path("failed_modules");
            assertThat(enabled).contains("logs", "templates");
            for (var name : enabled) {
                // what comes from plug-ins of the reference is no core module and not listed
                if (features.has(name)) {
                    var built = BUILT.contains(name);
                    assertThat(features.path(name).path("state").asText())
                            .as(name)
                            .isEqualTo(built ? "running" : "failed");
                    assertThat(failed.path(name).asText())
                            .endsWith(built ? "" : "Module '" + name + "' is not part of this version");
                    assertThat(failed.has(name)).as(name).isNotEqualTo(built);
                }
            }
            assertThat(features.has("templates")).isTrue();
            assertThat(daemon.isAlive()).isTrue();
        }
    }

    /**
     * Copies an installer's files; only addresses, ports and paths are this site's.
     *
     * @return the modules they enable
     */
    private List<String> installed(String installer) throws IOException {
        var from = House.ROOT.resolve("proxy-core/src/test/resources/settings").resolve(installer);
        var key = directory.resolve("rndc.key");
        Files.writeString(
                key, "key \"rndc-key\" {\n\talgorithm hmac-md5;\n\tsecret \"bGFib25seWxhYm9ubHlsYQ==\";\n};\n");
        var conf = Files.writeString(directory.resolve("dhcpd.conf"), "subnet 192.0.2.0 netmask 255.255.255.0 { }\n");
        var leases = Files.writeString(directory.resolve("dhcpd.leases"), "authoring-byte-order little-endian;\n");
        var enabled = new ArrayList<String>();
        try (var files = Files.list(from.resolve("settings.d"))) {
            for (var file : files.toList()) {
                var text = Files.readString(file)
                        .replaceAll("(:dns_key:) .*", "$1 " + key)
                        .replaceAll("(:config:) .*dhcpd.conf", "$1 " + conf)
                        .replaceAll("(:leases:) .*dhcpd.leases", "$1 " + leases);
                site.write(site.settingsDirectory().resolve(file.getFileName()), text);
                if (ENABLED.matcher(text).find()) {
                    enabled.add(file.getFileName().toString().replace(".yml", ""));
                }
            }
        }
        site.write(
                site.settingsFile(),
                Files.readString(from.resolve("settings.yml"))
                                .replaceAll("(:settings_directory:) .*", "$1 " + site.settingsDirectory())
                                .replaceAll("(:ssl_ca_file|:foreman_ssl_ca): .*", "$1: " + site.pki("ca.pem"))
                                .replaceAll("(:ssl_certificate|:foreman_ssl_cert): .*", "$1: " + site.pki("server.pem"))
                                .replaceAll("(:ssl_private_key|:foreman_ssl_key): .*", "$1: " + site.pki("server.key"))
                                .replaceAll("(?m)^(:bind_host:) .*", "$1 '127.0.0.1'")
                                .replaceAll("(?m)^(:https_port:) .*", "$1 " + site.port())
                                .replaceAll("(?m)^(:http_port:) .*", "$1 " + FreePorts.next())
                                .replaceAll("(?m)^(:log_file:) .*", "$1 " + site.logFile())
                        + "\n:state_directory: " + directory.resolve("state") + "\n");
        return enabled;
    }

    private void embedded() {
        site.module("dns", ":enabled: https", ":use_provider: dns_embedded")
                .module("dns_embedded", ":listen: ['127.0.0.1:" + FreePorts.next() + "']", ":zones: [example.com]");
    }

    @Test
    void aNameThatWasNotFoundIsLookedForAgain() throws Exception {
        var hosts = Files.writeString(directory.resolve("hosts"), "127.0.0.1 localhost\n");
        site.module("dhcp", ":enabled: https", ":use_provider: dhcp_embedded");
        try (var daemon = site.start(Map.of("SMART_PROXY_JAVA_OPTS", "-Djdk.net.hosts.file=" + hosts))) {
            var foreman = site.foreman();
            var form = "name=h1&ip=192.0.2.10&mac=52:54:00:aa:01:01&nextServer=";
            assertThat(foreman.post("/dhcp/192.0.2.0", form + "192.0.2.9").statusCode())
                    .isEqualTo(200);
            assertThat(foreman.post("/dhcp/192.0.2.0", form + "boot.example.com")
                            .statusCode())
                    .as("another boot server, as far as is known")
                    .isEqualTo(409);

            Files.writeString(hosts, "192.0.2.9 boot.example.com\n", StandardOpenOption.APPEND);

            assertThat(foreman.post("/dhcp/192.0.2.0", form + "boot.example.com")
                            .statusCode())
                    .as("the same boot server")
                    .isEqualTo(200);
            assertThat(daemon.isAlive()).isTrue();
        }
    }

    private Command run() throws Exception {
        return site.command("run", "--config", site.settingsFile().toString());
    }

    private Command check() throws Exception {
        return site.command("check", "--config", site.settingsFile().toString());
    }

    private Socket open() throws IOException {
        var socket =
                site.foreman().tls().getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), site.port());
        socket.setSoTimeout((int) WATCHDOG.toMillis());
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
    }

    private boolean isClosed() throws IOException {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), site.port()), 1000);
            return false;
        } catch (ConnectException e) {
            return true;
        }
    }

    private static String first(UnixReceiver systemd) {
        return await().atMost(Duration.ofSeconds(90)).ignoreExceptions().until(systemd::text, text -> true);
    }

    private static String withoutWatchdog(UnixReceiver systemd) throws IOException {
        var text = systemd.text();
        while (text.equals("WATCHDOG=1")) {
            text = systemd.text();
        }
        return text;
    }
}
