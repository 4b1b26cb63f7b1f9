package smartproxy.core.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.tls.TestPki;

/** The settings change while the daemon runs. */
class ReloadIT {
    private static final int RELOADS = 50;

    @TempDir
    Path directory;

    private final ProbeModule probe = new ProbeModule();

    private DaemonFixture start() throws Exception {
        return DaemonFixture.in(directory).with(probe).start();
    }

    @Test
    void changedSettingsAreTakenOverByConnectionsThatStayOpen() throws Exception {
        try (var proxy = start();
                var foreman = proxy.https()) {
            assertThat(foreman.get("/probe/word").body()).isEqualTo("one");
            proxy.module("probe", ":enabled: true\n:probe_word: two\n")
                    .set("reported_version", "9.9.9")
                    .reload();
            assertThat(foreman.get("/probe/word").body()).isEqualTo("two");
            assertThat(foreman.get("/version").body()).contains("\"version\":\"9.9.9\"");
            proxy.module("probe", ":enabled: false\n").reload();
            assertThat(foreman.get("/probe/word").status()).isEqualTo(404);
            assertThat(foreman.get("/features").body()).isEqualTo("[\"logs\"]");
        }
    }

    @Test
    void whoIsTrustedChangesForConnectionsThatStayOpen() throws Exception {
        try (var proxy = start();
                var foreman = proxy.https()) {
            proxy.set("trusted_hosts", "[other.example.com]").reload();
            assertThat(foreman.get("/v2/features").status()).isEqualTo(403);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--- [\n",
                ":http_port: many\n",
                ":http_port: 0\n:ssl_certificate: /no/such.pem\n:ssl_private_key: /no/such.key\n:ssl_ca_file: /no/such\n"
            })
    void brokenSettingsChangeNothingAndAreNamedInTheLog(String text) throws Exception {
        try (var proxy = start();
                var foreman = proxy.https()) {
            TestPki.write(proxy.settingsFile(), text);
            proxy.daemon().reload();
            assertThat(foreman.get("/v2/features").body()).contains("\"probe\":{\"http_enabled\":true");
            try (var other = proxy.https()) {
                assertThat(other.get("/probe/word").body()).isEqualTo("one");
            }
            assertThat(proxy.log()).contains("[E] Not reloaded, the settings in use stay: ");
            proxy.reload();
            assertThat(proxy.log()).contains("[I] Reloaded ");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {":probe_word: [\n", ":enabled: true\n:probe_word: ''\n", ":enabled: true\n:probe_starts: false\n"
            })
    void aBrokenModuleFileChangesNothingAndIsNamedInTheLog(String text) throws Exception {
        try (var proxy = start();
                var foreman = proxy.https()) {
            proxy.module("probe", text).set("reported_version", "9.9.9").reload();
            assertThat(foreman.get("/probe/word").body()).isEqualTo("one");
            assertThat(foreman.get("/version").body()).doesNotContain("9.9.9");
            assertThat(foreman.get("/logs").body()).contains("\"failed_modules\":{}");
            assertThat(proxy.log()).contains("[E] Not reloaded, the settings in use stay: ", "probe");
        }
    }

    @Test
    void aRunningRequestEndsWithTheSettingsItBeganWith() throws Exception {
        try (var proxy = start();
                var foreman = proxy.https();
                var slow = proxy.https()) {
            slow.send(Wire.head("GET", "/probe/wait") + "\r\n");
            probe.awaitWaiting(1);
            proxy.module("probe", ":enabled: true\n:probe_word: two\n").reload();
            assertThat(foreman.get("/probe/word").body()).isEqualTo("two");
            assertThat(probe.closed()).isZero();
            probe.open();
            assertThat(slow.read().body()).isEqualTo("done with one");
            DaemonFixture.await().untilAsserted(() -> assertThat(probe.closed()).isEqualTo(1));
        }
    }

    @Test
    void whatDidNotChangeIsHandedOver() throws Exception {
        try (var proxy = start()) {
            proxy.set("reported_version", "9.9.9").reload();
            proxy.reload();
            assertThat(probe.closed()).isZero();
        }
        assertThat(probe.closed()).isEqualTo(1);
    }

    @Test
    void noRequestIsLostByManyReloads() throws Exception {
        try (var proxy = start()) {
            var end = new AtomicBoolean();
            var served = new AtomicInteger();
            var clients = new ArrayList<CompletableFuture<Void>>();
            for (var i = 0; i < 3; i++) {
                var keepAlive = i > 0;
                clients.add(CompletableFuture.runAsync(() -> ask(proxy, keepAlive, end, served)));
            }
            for (var i = 1; i <= RELOADS; i++) {
                var before = served.get();
                proxy.module("probe", ":enabled: true\n:probe_word: word" + i + "\n")
                        .reload();
                try (var foreman = proxy.http()) {
                    assertThat(foreman.get("/open").status()).isEqualTo(200);
                }
                DaemonFixture.await()
                        .until(() -> served.get() > before || clients.stream().anyMatch(c -> c.isDone()));
            }
            end.set(true);
            clients.forEach(CompletableFuture::join);
            assertThat(served.get()).isGreaterThan(RELOADS);
            DaemonFixture.await().untilAsserted(() -> assertThat(probe.closed()).isEqualTo(RELOADS));
        }
    }

    private static void ask(DaemonFixture proxy, boolean keepAlive, AtomicBoolean end, AtomicInteger served) {
        try {
            var wire = proxy.https();
            while (!end.get()) {
                var reply = wire.get("/probe/word");
                if (reply.status() != 200 || reply.body().isEmpty()) {
                    throw new AssertionError("answered " + reply);
                }
                served.incrementAndGet();
                if (!keepAlive) {
                    wire.close();
                    wire = proxy.https();
                }
            }
            wire.close();
        } catch (IOException e) {
            throw new AssertionError("a request was lost", e);
        }
    }

    @Test
    void anotherCertificateIsShownToNewConnections() throws Exception {
        try (var proxy = start();
                var old = proxy.https()) {
            proxy.pki().issueServer().sign().writeTo(directory, "next");
            var next = directory.resolve("next.pem");
            proxy.set("ssl_certificate", next.toString())
                    .set("ssl_private_key", directory.resolve("next.key").toString())
                    .reload();
            try (var fresh = proxy.https()) {
                assertThat(serial(fresh)).isNotEqualTo(serial(old));
                assertThat(fresh.get("/features").status()).isEqualTo(200);
            }
            assertThat(old.get("/features").status()).isEqualTo(200);
            // the new files are the watched ones now
            proxy.pki().issueServer().sign().writeTo(directory, "next");
            proxy.daemon().reload();
            try (var fresh = proxy.https();
                    var reader = Files.newInputStream(next)) {
                var expected = (X509Certificate) java.security.cert.CertificateFactory.getInstance("X.509")
                        .generateCertificate(reader);
                assertThat(serial(fresh)).isEqualTo(expected.getSerialNumber());
            }
        }
    }

    private static Object serial(Wire wire) throws IOException {
        var chain = ((SSLSocket) wire.socket()).getSession().getPeerCertificates();
        return ((X509Certificate) chain[0]).getSerialNumber();
    }

    @Test
    void anotherPortOpensAndTheOldOneCloses() throws Exception {
        try (var proxy = start();
                var idle = proxy.http()) {
            assertThat(idle.get("/features").status()).isEqualTo(200);
            var old = proxy.httpPort();
            var next = FreePorts.next();
            proxy.set("http_port", String.valueOf(next)).reload();
            try (var client = Wire.open(next)) {
                assertThat(client.get("/features").status()).isEqualTo(200);
            }
            DaemonFixture.await()
                    .untilAsserted(() ->
                            assertThatThrownBy(() -> Wire.open(old).close()).isInstanceOf(ConnectException.class));
            assertThat(idle.isClosedByPeer()).isTrue();
        }
    }

    @Test
    void aReloadThatComesAfterTheEndDoesNothing() throws Exception {
        var proxy = DaemonFixture.in(directory).with(probe).start();
        proxy.close();
        var log = proxy.log();
        var port = FreePorts.next();
        proxy.set("http_port", Integer.toString(port)).reload();
        assertThatThrownBy(() -> Wire.open(port).close()).isInstanceOf(ConnectException.class);
        assertThat(proxy.log()).isEqualTo(log);
        assertThat(probe.closed()).isEqualTo(1);
    }

    @Test
    void aPortThatIsTakenChangesNothing() throws Exception {
        try (var proxy = start();
                var other = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            proxy.set("http_port", String.valueOf(other.getLocalPort()))
                    .set("reported_version", "9.9.9")
                    .module("probe", ":enabled: true\n:probe_word: two\n")
                    .reload();
            try (var client = proxy.http();
                    var foreman = proxy.https()) {
                assertThat(client.get("/version").body()).doesNotContain("9.9.9");
                assertThat(foreman.get("/probe/word").body()).isEqualTo("one");
            }
            assertThat(proxy.log()).contains("Not reloaded", String.valueOf(other.getLocalPort()));
        }
    }

    @Test
    void levelAndFileOfTheLogChange() throws Exception {
        try (var proxy = start()) {
            var other = directory.resolve("other.log");
            proxy.set("log_level", "DEBUG").set("log_file", other.toString()).reload();
            try (var foreman = proxy.https()) {
                foreman.get("/v2/features");
            }
            DaemonFixture.await()
                    .untilAsserted(() -> assertThat(Files.readString(other))
                            .contains("[D] verifying remote client 127.0.0.1 against trusted_hosts"));
            assertThat(proxy.log()).doesNotContain("GET /v2/features");
        }
    }

    @Test
    void aLargerBodyIsTakenAfterItsBoundWasRaised() throws Exception {
        try (var proxy = DaemonFixture.in(directory)
                        .with(probe)
                        .set("max_body_size", "1024")
                        .start();
                var foreman = proxy.https()) {
            proxy.set("max_body_size", "1000000").reload();
            assertThat(foreman.post("/probe/echo", "a=" + "x".repeat(500_000)).status())
                    .isEqualTo(200);
        }
    }

    @Test
    void warningsAreLoggedAgain() throws Exception {
        try (var proxy = start()) {
            proxy.set("no_such_setting", "1").reload();
            assertThat(List.of(proxy.log().split("\n")))
                    .anyMatch(line -> line.contains("[W] ") && line.contains("no_such_setting"));
        }
    }
}
