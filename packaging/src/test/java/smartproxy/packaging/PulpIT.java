package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.tls.TestPki;

/**
 * Two real Pulps in a network namespace, each behind a daemon of its own with a further listener at port 443 of an address of its own, spoken to
 * by the programs that people have, which know no more than that address and a certificate. The second Pulp asks for no token, as Katello has it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PulpIT {
    private static final String FIRST = "https://127.0.0.1";
    private static final String SECOND = "https://127.0.0.2";
    private static final String LARGE = "/pulp/content/lab-file-1/large";
    private static final String IMAGE = "docker://127.0.0.1/lab/image:latest";

    /** Of entitlement certificates: the order's name, and the first path that may be read. */
    private static final String ORDER = "1.3.6.1.4.1.2312.9.4.1";

    private static final String PATH = "1.3.6.1.4.1.2312.9.2.1.1.6";

    private final String namespace = "sp-pulp-" + ProcessHandle.current().pid();
    private final TestPki pki = TestPki.create();
    private final List<AutoCloseable> opened = new ArrayList<>();

    private Path directory;
    private LabPulp first;
    private LabPulp second;

    @BeforeAll
    void start(@TempDir Path temporary) throws Exception {
        directory = temporary;
        ok("ip", "netns", "add", namespace);
        opened.add(() -> ok("ip", "netns", "del", namespace));
        ok("ip", "-n", namespace, "link", "set", "lo", "up");
        writeCertificates();
        opened.add(() -> LabPulp.stopAll(pulps()));
        var both = Executors.newFixedThreadPool(2);
        try {
            var started = both.invokeAll(List.<Callable<LabPulp>>of(
                    () -> LabPulp.start(pulps(), "first", namespace, FIRST, 24_816, Map.of()),
                    () -> LabPulp.start(
                            pulps(), "second", namespace, SECOND, 25_816, Map.of("PULP_TOKEN_AUTH_DISABLED", "true"))));
            first = started.get(0).get();
            second = started.get(1).get();
        } finally {
            both.shutdown();
        }
        first.makeSources();
        second.makeSources();
        run(directory, Map.of(), second.filling().toArray(String[]::new));
        foreman();
        daemon(first, FIRST);
        daemon(second, SECOND);
        push();
    }

    private Path pulps() {
        return directory.resolve("pulps");
    }

    private Path pki(String name) {
        return directory.resolve("pki").resolve(name);
    }

    private void writeCertificates() throws IOException {
        TestPki.write(pki("ca.pem"), pki.ca().pem());
        pki.issueServer().ip("127.0.0.2").sign().writeTo(directory.resolve("pki"), "server");
        pki.client(Site.FOREMAN).writeTo(directory.resolve("pki"), "foreman");
        pki.issue("host.example.com")
                .extension(ORDER, "all")
                .extension(PATH, "/guarded")
                .sign()
                .writeTo(directory.resolve("pki"), "host");
        pki.issue("other.example.com")
                .extension(ORDER, "all")
                .extension(PATH, "/elsewhere")
                .sign()
                .writeTo(directory.resolve("pki"), "other");
        // as skopeo wants its names
        Files.createDirectories(directory.resolve("skopeo"));
        Files.copy(pki("ca.pem"), directory.resolve("skopeo/ca.crt"));
    }

    private void daemon(LabPulp pulp, String url) {
        var site = Site.in(directory.resolve("daemon-" + pulp.name()));
        var address = url.substring("https://".length());
        var secure = "{address: %s, port: 443, certificate: %s, key: %s, ca: %s}"
                .formatted(address, pki("server.pem"), pki("server.key"), pki("ca.pem"));
        site.set("bind_host", "'" + address + "'")
                .set("https_port", "9090")
                .set("listeners", "[" + secure + ", {address: " + address + ", port: 80, routes: content}]")
                .set("foreman_url", "https://127.0.0.1:8443")
                .set("foreman_ssl_ca", pki("ca.pem").toString())
                .set("foreman_ssl_cert", pki("foreman.pem").toString())
                .set("foreman_ssl_key", pki("foreman.key").toString())
                .module(
                        "pulpcore",
                        ":enabled: https",
                        ":mirror: " + pulp.equals(second),
                        ":gateway:",
                        "  :enabled: true",
                        "  :url: " + url,
                        "  :api_url: " + pulp.api(),
                        "  :content_url: " + pulp.content(),
                        "  :remote_user: admin",
                        "  :registry: true",
                        "  :rhsm: true",
                        "  :spool_directory: " + site.directory().resolve("spool"),
                        ":pulps:",
                        "  second:",
                        "    :api_url: " + second.api(),
                        "    :content_url: " + second.content(),
                        "    :remote_user: admin");
        var words = inside(
                House.TREE.resolve("bin/smart-proxy").toString(),
                "run",
                "--config",
                site.settingsFile().toString());
        var process = DaemonProcess.launch(site, site.environment(Map.of()), words);
        opened.add(process);
        await().atMost(Duration.ofMinutes(5)).until(() -> {
            assertThat(process.isAlive())
                    .as(() -> process.errors() + site.log())
                    .isTrue();
            return curl("foreman", url + "/features").status() == 0;
        });
    }

    /** What {@code /rhsm} leads to. */
    private void foreman() throws IOException {
        var log = directory.resolve("foreman.log").toFile();
        var process = new ProcessBuilder(inside("/usr/bin/python3", script("foreman.py"), pki("").toString(), "8443"))
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
        opened.add(process::destroyForcibly);
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(log).content().contains("ready"));
    }

    private void push() throws Exception {
        run(
                first.imports(),
                Map.of(),
                "skopeo",
                "copy",
                "--insecure-policy",
                "--dest-cert-dir=" + directory.resolve("skopeo"),
                "--dest-creds=admin:password",
                "oci:" + first.imports().resolve("sources/image") + ":latest",
                IMAGE);
    }

    @AfterAll
    void stop() throws Exception {
        for (var i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    private List<String> inside(String... words) {
        var all = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        all.addAll(List.of(words));
        return all;
    }

    private static void ok(String... words) throws IOException, InterruptedException {
        var done = Command.run(House.ROOT, Map.of(), List.of(words));
        assertThat(done.status()).as("%s: %s", List.of(words), done.output()).isZero();
    }

    /** Runs a command in the namespace; it must end with status 0. */
    private String run(Path where, Map<String, String> environment, String... words) throws Exception {
        var done = Command.run(where, environment, inside(words), 600);
        assertThat(done.status())
                .as(() -> "%s: %s%n%s".formatted(List.of(words), done.output(), logs()))
                .isZero();
        return done.output();
    }

    /** The ends of all logs. */
    private String logs() {
        try (var files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .map(file -> {
                        try {
                            var lines = Files.readAllLines(file);
                            return file + ":\n"
                                    + String.join("\n", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
                        } catch (IOException e) {
                            return file + ": " + e;
                        }
                    })
                    .collect(Collectors.joining("\n"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** A request within 30 seconds; status 0 of curl: it was answered whole and without an error. */
    private Command curl(String who, String url, String... more) throws IOException, InterruptedException {
        var words = new ArrayList<>(List.of("curl", "-sSf", "-m", "30", "--noproxy", "*", "--cacert"));
        words.add(pki("ca.pem").toString());
        if (!who.isEmpty()) {
            words.addAll(List.of(
                    "--cert",
                    pki(who + ".pem").toString(),
                    "--key",
                    pki(who + ".key").toString()));
        }
        words.addAll(List.of(more));
        words.add(url);
        return Command.run(directory, Map.of(), inside(words.toArray(String[]::new)));
    }

    private static String script(String name) {
        return House.ROOT
                .resolve("packaging/src/test/resources/pulp")
                .resolve(name)
                .toString();
    }

    /** Runs a script that speaks to both Pulps and says at last that it is done. */
    private void speak(Path program, String script, LabPulp sources) throws Exception {
        var told = run(
                Files.createDirectories(directory.resolve(script + ".d")),
                Map.of("PATH", first.programs() + ":/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL", "C.UTF-8"),
                program.toString(),
                script(script),
                FIRST,
                SECOND,
                directory.resolve("pki").toString(),
                sources.imports().toString());
        assertThat(told).endsWith("done\n");
    }

    @Test
    void pulpCliKnowsNoMoreThanAnAddressAndACertificate() throws Exception {
        speak(Path.of("/bin/sh"), "cli.sh", first);
    }

    @Test
    void allThatKatelloAsksOfAPulpAndItsMirror() throws Exception {
        speak(first.programs().resolve("python"), "katello.py", first);
    }

    @Test
    void theOtherRoutesLeadToPulpAndForeman() throws Exception {
        speak(first.programs().resolve("python"), "routes.py", second);
        try (var left = Files.list(directory.resolve("daemon-first/spool"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void skopeoGetsBackWhatItBrought() throws Exception {
        var out = Files.createDirectories(directory.resolve("image"));
        run(
                out,
                Map.of(),
                "skopeo",
                "copy",
                "--insecure-policy",
                "--src-cert-dir=" + directory.resolve("skopeo"),
                "--src-no-creds",
                IMAGE,
                "oci:" + out.resolve("image") + ":latest");
        var brought = first.imports().resolve("sources/image/blobs/sha256");
        try (var blobs = Files.list(brought)) {
            for (var blob : blobs.toList()) {
                assertThat(out.resolve("image/blobs/sha256").resolve(blob.getFileName()))
                        .hasSameBinaryContentAs(blob);
            }
        }
    }

    @Test
    void aFrozenApiKeepsNobodyElseWaiting() throws Exception {
        frozen("api", "/pulp/api/v3/status/", () -> {
            assertThat(curl("", SECOND + "/pulp/content/").status()).isZero();
            var hangs = curl("foreman", SECOND + "/pulp/api/v3/tasks/", "-m", "120", "--no-fail", "-w", "%{http_code}");
            assertThat(hangs.output())
                    .startsWith("pulpcore gateway api: relay: ")
                    .endsWith("504");
            assertThat(curl("foreman", SECOND + "/v2/features").output())
                    .contains("\"container\"", "\"rpm\"", "\"file\"");
        });
    }

    @Test
    void frozenContentKeepsNobodyElseWaiting() throws Exception {
        frozen(
                "content",
                "/pulp/content/",
                () -> assertThat(curl("", SECOND + "/pulp/api/v3/status/").status())
                        .isZero());
    }

    /** What is still answered while a part of the second Pulp is frozen and clients wait for it. */
    private void frozen(String part, String path, ThrowingRunnable others) throws Exception {
        assertThat(curl("foreman", SECOND + "/v2/features").status()).isZero();
        second.signal(part, "STOP");
        var waiting = new ArrayList<Process>();
        try {
            for (var i = 0; i < 8; i++) {
                waiting.add(new ProcessBuilder(inside(
                                "curl",
                                "-s",
                                "-m",
                                "120",
                                "--cacert",
                                pki("ca.pem").toString(),
                                SECOND + path))
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start());
            }
            for (var control : List.of("/features", "/version", "/v2/features")) {
                var answer = curl("foreman", SECOND + control);
                assertThat(answer.status()).as(control + answer.output()).isZero();
            }
            others.run();
        } finally {
            waiting.forEach(Process::destroy);
            second.signal(part, "CONT");
        }
        await().atMost(Duration.ofSeconds(60))
                .until(() -> curl("", SECOND + path).status() == 0);
    }

    /** A download of the second Pulp's large file, of 48 MiB, of which a part has come: more than buffers hold on the way comes only when it is read. */
    private Process download() throws IOException {
        var words = inside(
                "curl",
                "-sSf",
                "-m",
                "150",
                "--noproxy",
                "*",
                "--cacert",
                pki("ca.pem").toString());
        words.add(SECOND + LARGE);
        var process = new ProcessBuilder(words)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        var octets = process.getInputStream();
        octets.mark(1);
        assertThat(octets.read()).isNotNegative();
        octets.reset();
        return process;
    }

    @Test
    void contentThatDiesAmidADownloadIsNoShortAnswer() throws Exception {
        var download = download();
        second.killWorkers("content");

        assertBroken(download, directory.resolve("dies"));
        assertThat(curl("foreman", SECOND + "/features").status()).isZero();
        await().atMost(Duration.ofSeconds(60))
                .until(() -> curl("", SECOND + "/pulp/content/").status() == 0);
    }

    @Test
    void contentThatPausesAmidADownloadGoesOn() throws Exception {
        var file = directory.resolve("pauses");
        var download = download();
        second.signal("content", "STOP");
        var reader = Executors.newSingleThreadExecutor();
        try {
            var whole = reader.submit(() -> Files.copy(download.getInputStream(), file));
            assertThat(curl("foreman", SECOND + "/features").status()).isZero();
            assertThat(download.isAlive()).isTrue();
            second.signal("content", "CONT");
            whole.get(150, TimeUnit.SECONDS);
        } finally {
            second.signal("content", "CONT");
            reader.shutdownNow();
        }
        assertThat(download.waitFor(150, TimeUnit.SECONDS)).isTrue();
        assertThat(download.exitValue()).isZero();
        assertThat(file).hasSameBinaryContentAs(second.source("file/large"));
    }

    /** After a minute without a byte. */
    @Test
    @Tag("long")
    void contentThatFallsSilentAmidADownloadIsNoShortAnswer() throws Exception {
        var download = download();
        second.signal("content", "STOP");
        try {
            assertBroken(download, directory.resolve("silent"));
        } finally {
            second.signal("content", "CONT");
        }
    }

    private void assertBroken(Process download, Path file) throws Exception {
        Files.copy(download.getInputStream(), file);
        assertThat(download.waitFor(150, TimeUnit.SECONDS)).isTrue();
        // the transfer was partial, or failed while it was read
        assertThat(download.exitValue()).isIn(18, 56);
        assertThat(Files.size(file)).isLessThan(Files.size(second.source("file/large")));
    }

    /** Something that may fail. */
    private interface ThrowingRunnable {
        void run() throws Exception;
    }
}
