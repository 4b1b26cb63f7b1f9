package smartproxy.core.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.http.TestServer;
import smartproxy.core.log.Capture;

/** Changed files come into use without a lost connection, bad ones do not; the same with either library. */
@ParameterizedClass
@ValueSource(strings = {"native", "jdk"})
class TlsReloaderIT {
    private static final TestPki PKI = TestPki.create();
    private static final Duration WATCHDOG = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    @Parameter
    private String crypto = "";

    private TlsContext context;
    private TlsReloader reloader;
    private TestServer server;
    private final Capture log = new Capture(TlsReloader.class, Level.INFO);

    @BeforeEach
    void start() throws Exception {
        PKI.writeTo(directory);
        TestPki.write(directory.resolve("crl.pem"), PKI.crlPem());
        var base = TestServer.tlsSettings(directory, crypto);
        context = TlsContexts.load(new TlsSettings(
                base.certificate(),
                base.ca(),
                base.privateKey(),
                base.passphraseFile(),
                Optional.of(directory.resolve("crl.pem")),
                List.of(),
                List.of(),
                "1.2",
                Optional.empty(),
                crypto));
        reloader = new TlsReloader(context, Duration.ofMillis(100));
        server = new TestServer(TestServer.settings(), Optional.of(context), 0);
    }

    @AfterEach
    void stop() throws Exception {
        log.close();
        reloader.close();
        server.close();
    }

    @Test
    void showsNewCertificateAndKeepsConnections() throws Exception {
        try (var old = TestServer.connectTls(server.httpsPort(), TestPki.anonymousContext(PKI.ca()))) {
            TestServer.keepAlive(old, "/");
            var fresh = PKI.issueServer().sign();
            fresh.writeTo(directory, "server");
            reloader.checkNow();
            assertThat(shown()).isEqualTo(fresh.certificate());
            assertThat(TestServer.keepAlive(old, "/")).contains("200 OK");
        }
        assertThat(reloader.status().lastError()).isEmpty();
        assertThat(reloader.status().certificateNotAfter()).isEqualTo(context.certificateNotAfter());
    }

    @Test
    void noticesChangeByItself() {
        reloader.start();
        var fresh = PKI.issueServer().sign();
        fresh.writeTo(directory, "server");
        await().atMost(WATCHDOG).untilAsserted(() -> assertThat(shown()).isEqualTo(fresh.certificate()));
    }

    @Test
    void noticesWhatChangedBeforeItWatched() throws Exception {
        var fresh = PKI.issueServer().sign();
        fresh.writeTo(directory, "server");
        try (var late = new TlsReloader(context, Duration.ofHours(1))) {
            late.checkNow();
        }
        assertThat(shown()).isEqualTo(fresh.certificate());
    }

    @Test
    void followsSwappedLinks() throws Exception {
        var live = Files.createDirectory(directory.resolve("live-1"));
        PKI.server().writeTo(live, "server");
        for (var name : List.of("server.pem", "server.key")) {
            Files.delete(directory.resolve(name));
            Files.createSymbolicLink(directory.resolve(name), Path.of("current", name));
        }
        Files.createSymbolicLink(directory.resolve("current"), Path.of("live-1"));
        reloader.checkNow();

        var fresh = PKI.issueServer().sign();
        fresh.writeTo(Files.createDirectory(directory.resolve("live-2")), "server");
        Files.createSymbolicLink(directory.resolve("next"), Path.of("live-2"));
        Files.move(
                directory.resolve("next"),
                directory.resolve("current"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        reloader.checkNow();
        assertThat(shown()).isEqualTo(fresh.certificate());
    }

    @Test
    void filesWhoseRightsAloneWereMendedAreReadAgain() throws Exception {
        var fresh = PKI.issueServer().sign();
        fresh.writeTo(directory, "server");
        reloader.checkNow();
        var before = reloader.status().loadedAt();
        Files.setPosixFilePermissions(directory.resolve("server.key"), PosixFilePermissions.fromString("r--------"));
        reloader.checkNow();
        var after = reloader.status().loadedAt();
        assertThat(after).isAfter(before);
        reloader.checkNow();
        assertThat(reloader.status().loadedAt()).isEqualTo(after);
    }

    @Test
    void keepsOldWhenKeyDoesNotFitAndSaysSoOnce() throws Exception {
        var fresh = PKI.issueServer().sign();
        TestPki.write(directory.resolve("server.pem"), fresh.pem());
        reloader.checkNow();
        reloader.checkNow();
        assertThat(shown()).isEqualTo(PKI.server().certificate());
        assertThat(reloader.status().lastError())
                .hasValueSatisfying(error -> assertThat(error)
                        .contains(directory.resolve("server.pem").toString(), "does not belong"));
        assertThat(errors()).hasSize(1).first().asString().contains("server.pem", "old ones stay in use");

        TestPki.write(directory.resolve("server.key"), fresh.keyPem());
        reloader.checkNow();
        assertThat(shown()).isEqualTo(fresh.certificate());
        assertThat(reloader.status().lastError()).isEmpty();
    }

    @Test
    void keepsOldWhenFileIsCutOffOrGoneOrExpired() throws Exception {
        var pem = PKI.server().pem();
        TestPki.write(directory.resolve("server.pem"), pem.substring(0, pem.length() / 2));
        reloader.checkNow();
        assertThat(reloader.status().lastError())
                .hasValueSatisfying(error -> assertThat(error).contains("cut off"));
        Files.delete(directory.resolve("server.pem"));
        reloader.checkNow();
        assertThat(reloader.status().lastError())
                .hasValueSatisfying(error -> assertThat(error).contains("no such file"));
        PKI.issueServer().expired().sign().writeTo(directory, "server");
        reloader.checkNow();
        assertThat(reloader.status().lastError())
                .hasValueSatisfying(error -> assertThat(error).contains("expired"));
        assertThat(shown()).isEqualTo(PKI.server().certificate());
        assertThat(errors()).hasSize(3);
    }

    @Test
    void refusesClientRevokedSince() throws Exception {
        var client = PKI.client("host.example.com");
        var trusting = client.sslContext(PKI.ca());
        assertThat(TestServer.get(server.httpsPort(), trusting)).contains("CN=host.example.com");
        TestPki.write(directory.resolve("crl.pem"), PKI.crlPem(client));
        reloader.checkNow();
        // The same client context could resume its session.
        for (var attempt = 0; attempt < 2; attempt++) {
            assertThatThrownBy(() -> TestServer.get(server.httpsPort(), trusting))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void trustsNewAuthority() throws Exception {
        var other = TestPki.create("Other CA", TestPki.KeyType.EC_P256);
        var client = other.client("new.example.com").sslContext(PKI.ca());
        assertThatThrownBy(() -> TestServer.get(server.httpsPort(), client)).isInstanceOf(IOException.class);
        TestPki.write(directory.resolve("ca.pem"), PKI.ca().pem() + other.ca().pem());
        reloader.checkNow();
        assertThat(TestServer.get(server.httpsPort(), client)).contains("CN=new.example.com");
    }

    private List<String> errors() {
        return log.events().stream()
                .filter(event -> event.getLevel() == Level.ERROR)
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    private X509Certificate shown() throws IOException {
        try (var socket = TestServer.connectTls(server.httpsPort(), TestPki.anonymousContext(PKI.ca()))) {
            return (X509Certificate) Objects.requireNonNull(socket.getSession().getPeerCertificates()[0]);
        }
    }
}
