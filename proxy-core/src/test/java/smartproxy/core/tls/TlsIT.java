package smartproxy.core.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.api.StartException;
import smartproxy.core.http.TestServer;
import smartproxy.core.tls.TestPki.Issued;
import smartproxy.core.tls.TestPki.KeyType;
import smartproxy.core.tls.TestPki.Purpose;

/** Who is let through the handshake, and with what it is done; the same with either library. */
@ParameterizedClass
@ValueSource(strings = {"native", "jdk"})
class TlsIT {
    private static final String TLS_1_2 = "TLSv1.2";
    static final List<String> VERSIONS = List.of(TLS_1_2, "TLSv1.3");
    static final List<String> BUILT_IN = CipherSuites.BUILT_IN;
    private static final List<String> NATIVE_LACKS = List.of("AES128-SHA256", "AES256-SHA256");
    private static final TestPki PKI = TestPki.create();

    @TempDir
    private static Path directory;

    @Parameter
    private String crypto = "";

    private Optional<TestServer> running = Optional.empty();

    @BeforeAll
    static void files() {
        PKI.writeTo(directory);
    }

    @AfterEach
    void stop() throws Exception {
        if (running.isPresent()) {
            running.get().close();
        }
    }

    @ParameterizedTest
    @FieldSource("VERSIONS")
    void servesWithoutCertificate(String version) throws Exception {
        var port = start(settings());
        assertThat(TestServer.get(port, TestPki.anonymousContext(PKI.ca()), version))
                .contains("200 OK", "anonymous /");
    }

    @ParameterizedTest
    @FieldSource("VERSIONS")
    void letsGoodCertificateIn(String version) throws Exception {
        var port = start(settings());
        var client = PKI.client("foreman.example.com");
        assertThat(TestServer.get(port, client.sslContext(PKI.ca()), version)).contains("CN=foreman.example.com /");
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA_2048", "EC_P384"})
    void letsEveryKindOfClientKeyIn(KeyType type) throws Exception {
        var port = start(settings());
        var client = PKI.issue("client.example.com").key(type).sign();
        for (var version : VERSIONS) {
            assertThat(TestServer.get(port, client.sslContext(PKI.ca()), version))
                    .contains("CN=client.example.com /");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"EC_P521", "ED25519"})
    void rareKindsOfClientKeyNeedTheRuntimesLibrary(KeyType type) throws Exception {
        var port = start(settings());
        var client = PKI.issue("client.example.com").key(type).sign();
        if (crypto.equals("jdk")) {
            assertThat(TestServer.get(port, client.sslContext(PKI.ca()), "TLSv1.3"))
                    .contains("CN=client.example.com /");
        } else if (type == KeyType.EC_P521) {
            refused(port, client, "TLSv1.3");
        } else { // this client finds nothing to sign with and shows no certificate
            assertThat(TestServer.get(port, client.sslContext(PKI.ca()), "TLSv1.3"))
                    .contains("anonymous /");
        }
    }

    @ParameterizedTest
    @FieldSource("VERSIONS")
    void letsClientOfIntermediateIn(String version) throws Exception {
        var port = start(settings());
        var client = PKI.issue("leaf.example.com")
                .signedBy(PKI.intermediate("Middle CA"))
                .sign();
        assertThat(TestServer.get(port, client.sslContext(PKI.ca()), version)).contains("CN=leaf.example.com /");
    }

    @ParameterizedTest
    @FieldSource("VERSIONS")
    void refusesForeignAuthority(String version) throws Exception {
        refused(start(settings()), TestPki.create().client("foreman.example.com"), version);
    }

    @ParameterizedTest
    @FieldSource("VERSIONS")
    void refusesForeignAuthorityOfSameName(String version) throws Exception {
        var other = TestPki.create("Test CA", KeyType.EC_P256);
        refused(start(settings()), other.client("foreman.example.com"), version);
    }

    @ParameterizedTest
    @FieldSource("VERSIONS")
    void refusesSelfSigned(String version) throws Exception {
        refused(start(settings()), PKI.issue("foreman.example.com").selfSigned().sign(), version);
    }

    @ParameterizedTest
    @FieldSource("VERSIONS")
    void refusesClientAsAuthority(String version) throws Exception {
        var client = PKI.client("host.example.com");
        refused(
                start(settings()),
                PKI.issue("foreman.example.com").signedBy(client).sign(),
                version);
    }

    @ParameterizedTest
    @FieldSource("VERSIONS")
    void refusesExpired(String version) throws Exception {
        refused(start(settings()), PKI.issue("foreman.example.com").expired().sign(), version);
    }

    @ParameterizedTest
    @FieldSource("VERSIONS")
    void refusesNotYetValid(String version) throws Exception {
        var tomorrow = Instant.now().plus(Duration.ofDays(1));
        var client = PKI.issue("foreman.example.com")
                .valid(tomorrow, tomorrow.plus(Duration.ofDays(1)))
                .sign();
        refused(start(settings()), client, version);
    }

    @ParameterizedTest
    @FieldSource("VERSIONS")
    void refusesExpiredThatIsItselfAmongTheAuthorities(String version) throws Exception {
        var good = PKI.issue("good.example.com").selfSigned().sign();
        var expired = PKI.issue("expired.example.com").selfSigned().expired().sign();
        var authorities = TestPki.write(directory.resolve("pinned.pem"), good.pem() + expired.pem());
        var port = start(withAuthorities(settings(), authorities));
        assertThat(TestServer.get(port, good.sslContext(PKI.ca()), version)).contains("CN=good.example.com /");
        refused(port, expired, version);
    }

    @ParameterizedTest
    @FieldSource("VERSIONS")
    void refusesWhomAnExpiredAuthorityHasSigned(String version) throws Exception {
        var expired = PKI.issue("Old CA").authority().selfSigned().expired().sign();
        var namesake = PKI.issue("Old CA").authority().selfSigned().sign();
        var authorities = TestPki.write(directory.resolve("old.pem"), expired.pem() + namesake.pem());
        var client = PKI.issue("foreman.example.com").signedBy(expired).sign();
        refused(start(withAuthorities(settings(), authorities)), client, version);
    }

    @ParameterizedTest
    @FieldSource("VERSIONS")
    void letsInWhomARenewedAuthorityHasSigned(String version) throws Exception {
        var key = TestPki.KeyType.EC_P256.generate();
        var expired =
                PKI.issue("CA").authority().key(key).selfSigned().expired().sign();
        var renewed = PKI.issue("CA").authority().key(key).selfSigned().sign();
        var authorities = TestPki.write(directory.resolve("renewed.pem"), expired.pem() + renewed.pem());
        var client = PKI.issue("foreman.example.com").signedBy(expired).sign();
        var port = start(withAuthorities(settings(), authorities));
        assertThat(TestServer.get(port, client.sslContext(PKI.ca()), version)).contains("CN=foreman.example.com /");
    }

    @ParameterizedTest
    @FieldSource("VERSIONS")
    void refusesServerPurpose(String version) throws Exception {
        refused(
                start(settings()),
                PKI.issue("foreman.example.com").purposes(Purpose.SERVER).sign(),
                version);
    }

    @ParameterizedTest
    @FieldSource("VERSIONS")
    void letsCertificateWithoutPurposesIn(String version) throws Exception {
        var client = PKI.issue("foreman.example.com").purposes().sign();
        var port = start(settings());
        assertThat(TestServer.get(port, client.sslContext(PKI.ca()), version)).contains("CN=foreman.example.com /");
    }

    @ParameterizedTest
    @FieldSource("VERSIONS")
    void refusesRevoked(String version) throws Exception {
        var revoked = PKI.client("gone.example.com");
        var port = start(withCrl(PKI.crlPem(revoked)));
        refused(port, revoked, version);
        var good = PKI.client("foreman.example.com");
        assertThat(TestServer.get(port, good.sslContext(PKI.ca()), version)).contains("CN=foreman.example.com /");
    }

    @ParameterizedTest
    @FieldSource("VERSIONS")
    void refusesClientOfRevokedIntermediate(String version) throws Exception {
        var middle = PKI.intermediate("Middle CA");
        var client = PKI.issue("leaf.example.com").signedBy(middle).sign();
        refused(start(withCrl(PKI.crlPem(middle))), client, version);
    }

    @ParameterizedTest
    @FieldSource("VERSIONS")
    void refusesClientOfRevokedAuthorityOfTheFile(String version) throws Exception {
        var middle = PKI.intermediate("Middle CA");
        var signed = PKI.issue("leaf.example.com").signedBy(middle).sign();
        var client = new Issued(signed.key(), List.of(signed.certificate()));
        var authorities =
                TestPki.write(directory.resolve("authorities.pem"), PKI.ca().pem() + middle.pem());
        var port = start(withAuthorities(withCrl(PKI.crlPem()), authorities));
        assertThat(TestServer.get(port, client.sslContext(PKI.ca()), version)).contains("CN=leaf.example.com /");
        stop();
        refused(start(withAuthorities(withCrl(PKI.crlPem(middle)), authorities)), client, version);
    }

    private static TlsSettings withAuthorities(TlsSettings settings, Path file) {
        return settings.with(settings.certificate(), settings.privateKey(), Optional.of(file), settings.crl());
    }

    @Test
    void keepsUsingRevocationListThatIsOutOfDate() throws Exception {
        var revoked = PKI.client("gone.example.com");
        var yesterday = Instant.now().minus(Duration.ofDays(1));
        var context = TlsContexts.load(withCrl(TestPki.crlPem(PKI.ca(), yesterday, revoked)));
        assertThat(context.expiryWarnings()).anyMatch(text -> text.contains("should have been replaced"));
        var port = start(context);
        refused(port, revoked, TLS_1_2);
        var good = PKI.client("foreman.example.com");
        assertThat(TestServer.get(port, good.sslContext(PKI.ca()), TLS_1_2)).contains("CN=foreman.example.com /");
    }

    @ParameterizedTest
    @FieldSource("VERSIONS")
    void sendsWholeChain(String version) throws Exception {
        var own = Files.createDirectory(directory.resolve("chain-" + crypto + version));
        PKI.writeTo(own);
        PKI.issueServer().signedBy(PKI.intermediate("Server CA")).sign().writeTo(own, "server");
        var port = start(TestServer.tlsSettings(own, crypto));
        try (var socket = TestServer.connectTls(port, TestPki.anonymousContext(PKI.ca()), version)) {
            assertThat(socket.getSession().getPeerCertificates()).hasSize(2);
        }
    }

    @ParameterizedTest
    @FieldSource("BUILT_IN")
    void negotiatesBuiltInSuiteOrReportsItLacking(String suite) throws Exception {
        var context = TlsContexts.load(settings());
        var port = start(context);
        var engineName = CipherSuites.engineName(suite).orElseThrow();
        var ofJdk = List.of(SSLContext.getDefault().getSupportedSSLParameters().getCipherSuites());
        if (context.suites().lacking().contains(suite)) {
            assertThat(crypto.equals("jdk") ? !ofJdk.contains(engineName) : NATIVE_LACKS.contains(suite))
                    .isTrue();
        } else if (ofJdk.contains(engineName)) { // else this client does not have it
            assertThat(negotiated(port, engineName)).isEqualTo(engineName);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
                "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
                "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
                "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"
            })
    void refusesSuiteNotInList(String engineName) throws Exception {
        var port = start(settings());
        assertThatThrownBy(() -> negotiated(port, engineName)).isInstanceOf(IOException.class);
    }

    @Test
    void prefersItsOwnOrder() throws Exception {
        var port = start(settings());
        assertThat(negotiated(port, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"))
                .isEqualTo("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
    }

    @Test
    void refusesDisabledSuite() throws Exception {
        var port = start(with(List.of("ECDHE-RSA-AES128-GCM-SHA256"), List.of(), Optional.empty()));
        assertThatThrownBy(() -> negotiated(port, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"))
                .isInstanceOf(IOException.class);
        assertThat(negotiated(port, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384")).contains("AES_256_GCM");
    }

    @ParameterizedTest
    @FieldSource("VERSIONS")
    void refusesDisabledVersion(String version) throws Exception {
        var port = start(with(List.of(), List.of(version.substring("TLSv".length())), Optional.empty()));
        var client = TestPki.anonymousContext(PKI.ca());
        assertThatThrownBy(() -> TestServer.get(port, client, version)).isInstanceOf(IOException.class);
        var other = version.equals(TLS_1_2) ? "TLSv1.3" : TLS_1_2;
        assertThat(TestServer.get(port, client, other)).contains("200 OK");
    }

    @Test
    void offersNamedSuitesAlone() throws Exception {
        var port = start(with(List.of(), List.of(), Optional.of("ECDHE-RSA-CHACHA20-POLY1305")));
        assertThat(negotiated(port, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"))
                .contains("CHACHA20");
        assertThatThrownBy(() -> negotiated(port, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"))
                .isInstanceOf(IOException.class);
    }

    @Test
    void offersNamedSuiteOfTls13Alone() throws Exception {
        var settings = with(List.of(), List.of(), Optional.of("TLS_AES_256_GCM_SHA384"));
        if (crypto.equals("native")) {
            assertThatThrownBy(() -> TlsContexts.load(settings))
                    .isInstanceOf(StartException.class)
                    .hasMessageContaining("it cannot leave out suites of TLS 1.3")
                    .hasMessageContaining("set crypto to auto or jdk");
            return;
        }
        try (var socket = TestServer.connectTls(start(settings), TestPki.anonymousContext(PKI.ca()), "TLSv1.3")) {
            assertThat(socket.getSession().getCipherSuite()).isEqualTo("TLS_AES_256_GCM_SHA384");
        }
    }

    @ParameterizedTest
    @FieldSource("VERSIONS")
    void knowsTheClientOfAResumedSession(String version) throws Exception {
        var port = start(settings());
        var client = PKI.client("foreman.example.com").sslContext(PKI.ca());
        var creation = new HashSet<Long>();
        for (var i = 0; i < 3; i++) {
            try (var socket = TestServer.connectTls(port, client, version)) {
                assertThat(TestServer.keepAlive(socket, "/")).contains("CN=foreman.example.com /");
                creation.add(socket.getSession().getCreationTime());
            }
        }
        if (crypto.equals("jdk") || version.equals(TLS_1_2)) { // else each is a full handshake
            assertThat(creation).as("sessions made").hasSizeLessThan(3);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"EC_P256", "EC_P384", "EC_P521"})
    void servesEveryEcKeyOverTls13(KeyType type) throws Exception {
        var own = Files.createDirectory(directory.resolve("ec-" + crypto + type));
        PKI.writeTo(own);
        PKI.issueServer().key(type).sign().writeTo(own, "server");
        var port = start(TestServer.tlsSettings(own, crypto));
        assertThat(TestServer.get(port, TestPki.anonymousContext(PKI.ca()), "TLSv1.3"))
                .contains("200 OK");
    }

    @Test
    void servesEcKeyWithNamedSuites() throws Exception {
        var own = Files.createDirectory(directory.resolve("ec-" + crypto));
        PKI.writeTo(own);
        PKI.issueServer().key(KeyType.EC_P256).sign().writeTo(own, "server");
        var base = TestServer.tlsSettings(own, crypto);
        var port = start(new TlsSettings(
                base.certificate(),
                base.ca(),
                base.privateKey(),
                base.passphraseFile(),
                base.crl(),
                List.of(),
                List.of(),
                "1.2",
                Optional.of("ECDHE-ECDSA-AES128-GCM-SHA256"),
                crypto));
        for (var version : VERSIONS) {
            assertThat(TestServer.get(port, TestPki.anonymousContext(PKI.ca()), version))
                    .contains("200 OK");
        }
    }

    @Test
    void refusesRenegotiation() throws Exception {
        var port = start(settings());
        try (var socket = TestServer.connectTls(port, TestPki.anonymousContext(PKI.ca()), TLS_1_2)) {
            TestServer.keepAlive(socket, "/");
            assertThatThrownBy(() -> {
                        socket.startHandshake();
                        TestServer.keepAlive(socket, "/");
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    private static void refused(int port, Issued client, String version) {
        assertThatThrownBy(() -> TestServer.get(port, client.sslContext(PKI.ca()), version))
                .isInstanceOf(IOException.class);
    }

    private static String negotiated(int port, String... suites) throws IOException {
        var context = TestPki.anonymousContext(PKI.ca());
        try (var socket = (SSLSocket) context.getSocketFactory()
                .createSocket(TestServer.connect("127.0.0.1", port), "localhost", port, true)) {
            socket.setEnabledProtocols(new String[] {TLS_1_2});
            socket.setEnabledCipherSuites(suites);
            socket.startHandshake();
            assertThat(TestServer.keepAlive(socket, "/")).contains("200 OK");
            return socket.getSession().getCipherSuite();
        }
    }

    private TlsSettings settings() {
        return TestServer.tlsSettings(directory, crypto);
    }

    private TlsSettings with(List<String> disabledCiphers, List<String> disabledVersions, Optional<String> ciphers) {
        var base = settings();
        return new TlsSettings(
                base.certificate(),
                base.ca(),
                base.privateKey(),
                base.passphraseFile(),
                base.crl(),
                disabledCiphers,
                disabledVersions,
                "1.2",
                ciphers,
                crypto);
    }

    private TlsSettings withCrl(String crl) throws IOException {
        var base = settings();
        return new TlsSettings(
                base.certificate(),
                base.ca(),
                base.privateKey(),
                base.passphraseFile(),
                Optional.of(TestPki.write(Files.createTempFile(directory, "crl", ".pem"), crl)),
                List.of(),
                List.of(),
                "1.2",
                Optional.empty(),
                crypto);
    }

    private int start(TlsSettings settings) throws Exception {
        return start(TlsContexts.load(settings));
    }

    private int start(TlsContext context) throws Exception {
        var server = new TestServer(TestServer.settings(), Optional.of(context), 0);
        running = Optional.of(server);
        return server.httpsPort();
    }
}
