package smartproxy.core.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import smartproxy.core.api.StartException;
import smartproxy.core.http.TestServer;
import smartproxy.core.tls.TestPki.Issued;
import smartproxy.core.tls.TestPki.KeyType;

/** What files are taken, and what is said of those that are not. */
class TlsContextsTest {
    private static final String HINT = " Are the values correct in settings.yml and do permissions allow reading? ";
    private static final String PASSPHRASE = "correct horse";
    private static final TestPki PKI = TestPki.create();
    private static final Issued EC = PKI.issueServer().key(KeyType.EC_P256).sign();

    @TempDir
    Path directory;

    @BeforeEach
    void files() {
        PKI.writeTo(directory);
        TestPki.write(directory.resolve("passphrase"), PASSPHRASE + "\nsecond line\n");
    }

    static Stream<Arguments> keys() {
        return Stream.of(PKI.server(), EC)
                .flatMap(server -> Stream.of(
                                server.keyPem(),
                                server.traditionalKeyPem(),
                                "some text before\n" + server.pem() + server.keyPem(),
                                server.keyPem().replace("\n", "\r\n"),
                                server.encryptedKeyPem(PASSPHRASE),
                                server.encryptedTraditionalKeyPem(PASSPHRASE))
                        .map(key -> Arguments.of(server, key)));
    }

    @ParameterizedTest
    @MethodSource("keys")
    void readsEveryFormOfKey(Issued server, String key) throws Exception {
        TestPki.write(directory.resolve("server.pem"), server.pem());
        TestPki.write(directory.resolve("server.key"), key);
        for (var crypto : List.of("native", "jdk")) {
            assertThat(load(Optional.of(directory.resolve("passphrase")), Optional.empty(), crypto)
                            .certificateNotAfter())
                    .isEqualTo(server.certificate().getNotAfter().toInstant());
        }
    }

    @Test
    void readsCurveFromItsOwnBlock() throws Exception {
        // As "openssl ecparam -genkey" of old: a key without its curve, after a block with it (P-256).
        var sec1 = Base64.getMimeDecoder().decode(EC.traditionalKeyPem().replaceAll("-----[A-Z ]+-----", ""));
        var bare = new byte[2 + 3 + 2 + 32];
        System.arraycopy(sec1, 0, bare, 0, bare.length);
        bare[1] = (byte) (bare.length - 2);
        var pem = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
                + "-----BEGIN EC PRIVATE KEY-----\n" + Base64.getEncoder().encodeToString(bare)
                + "\n-----END EC PRIVATE KEY-----\n";
        TestPki.write(directory.resolve("server.pem"), EC.pem());
        TestPki.write(directory.resolve("server.key"), pem);
        assertThat(load().certificateNotAfter())
                .isEqualTo(EC.certificate().getNotAfter().toInstant());
    }

    static Stream<Arguments> badKeys() {
        var key = PKI.server().keyPem();
        return Stream.of(
                Arguments.of("", "no private key in it"),
                Arguments.of("garbage", "found no PEM block"),
                Arguments.of(PKI.server().pem(), "found CERTIFICATE"),
                Arguments.of(key.substring(0, key.length() / 2), "cut off"),
                Arguments.of(key.replace("A", "*"), "not base64"),
                Arguments.of(key.replace(" PRIVATE", " RSA PRIVATE"), "damaged"),
                Arguments.of(key.replace(" PRIVATE", " EC PRIVATE"), "damaged"),
                Arguments.of(key.replace(" PRIVATE", " DSA PRIVATE"), "DSA PRIVATE KEY are not supported"),
                Arguments.of(KeyType.ED25519.name(), "use an RSA key"),
                Arguments.of(PKI.server().encryptedKeyPem("other"), "does not open with the passphrase"),
                Arguments.of(PKI.server().encryptedTraditionalKeyPem("other"), "passphrase"));
    }

    @ParameterizedTest
    @MethodSource("badKeys")
    void saysWhatIsWrongWithKey(String key, String reason) {
        var text = key.equals("ED25519")
                ? PKI.issueServer().key(KeyType.ED25519).sign().keyPem()
                : key;
        var file = TestPki.write(directory.resolve("server.key"), text);
        assertThatThrownBy(() -> load(Optional.of(directory.resolve("passphrase")), Optional.empty()))
                .isInstanceOf(StartException.class)
                .hasMessageStartingWith("Unable to load private SSL key." + HINT + file)
                .hasMessageContaining(reason)
                .satisfies(e -> assertThat(e.toString()).doesNotContain("MII", PASSPHRASE));
    }

    @Test
    void asksForPassphraseFile() {
        TestPki.write(directory.resolve("server.key"), PKI.server().encryptedKeyPem(PASSPHRASE));
        assertThatThrownBy(this::load).hasMessageContaining("set ssl_private_key_passphrase_file");
    }

    @Test
    void saysThatThePassphraseIsMissing() {
        TestPki.write(directory.resolve("server.key"), PKI.server().encryptedKeyPem(PASSPHRASE));
        var file = TestPki.write(directory.resolve("passphrase"), "\nsecond line\n");
        assertThatThrownBy(() -> load(Optional.of(file), Optional.empty()))
                .isInstanceOf(StartException.class)
                .hasMessageContaining(
                        file + ": the first line is empty; it must hold the passphrase of ssl_private_key");
    }

    @Test
    void saysWhatIsWrongWithAuthority() throws Exception {
        var file = directory.resolve("ca.pem");
        Files.delete(file);
        assertThatThrownBy(this::load)
                .hasMessageStartingWith("Unable to read " + file + "." + HINT + file + ": no such file; put it there");
        TestPki.write(file, PKI.server().keyPem());
        assertThatThrownBy(this::load).hasMessageContaining("no certificate in it; found PRIVATE KEY");
    }

    @Test
    void saysWhatIsWrongWithCertificate() {
        var file = TestPki.write(
                directory.resolve("server.pem"), PKI.client("other").pem());
        assertThatThrownBy(this::load)
                .hasMessageStartingWith("Unable to load SSL certificate." + HINT + file)
                .hasMessageContaining("CN=other does not belong to the key");
        TestPki.write(file, PKI.ca().pem() + PKI.server().pem());
        assertThatThrownBy(this::load).hasMessageContaining("must come first", "is number 2");
        TestPki.write(file, PKI.server().pem().replaceFirst("(?s)MII.*?\n", "AAAA\n"));
        assertThatThrownBy(this::load).hasMessageContaining("certificate number 1 is damaged");
    }

    @Test
    void keyOfSameKindButOtherPairDoesNotBelong() {
        TestPki.write(directory.resolve("server.pem"), EC.pem());
        TestPki.write(
                directory.resolve("server.key"),
                PKI.issueServer().key(KeyType.EC_P256).sign().keyPem());
        assertThatThrownBy(this::load).hasMessageContaining("does not belong");
    }

    @Test
    void ordersChainAndLeavesStrangersOut() throws Exception {
        var upper = PKI.intermediate("Upper");
        var lower = PKI.issue("Lower").authority().signedBy(upper).sign();
        var server = PKI.issueServer().signedBy(lower).sign();
        server.writeTo(directory, "server");
        var stranger = PKI.client("stranger");
        TestPki.write(
                directory.resolve("server.pem"),
                server.certificatePem() + upper.certificatePem() + stranger.pem() + lower.certificatePem());
        var material = TlsMaterial.read(TestServer.tlsSettings(directory));
        assertThat(material.chain()).containsExactly(server.certificate(), lower.certificate(), upper.certificate());
        assertThat(material.notes()).singleElement().asString().contains("CN=stranger", "not sent");
        TestPki.write(
                directory.resolve("server.pem"),
                server.certificatePem() + upper.certificatePem() + lower.certificatePem());
        var unordered = TlsMaterial.read(TestServer.tlsSettings(directory));
        assertThat(unordered.chain()).isEqualTo(material.chain());
        assertThat(unordered.notes())
                .containsExactly(directory.resolve("server.pem")
                        + ": the chain is not in order, each certificate should be followed by its issuer;"
                        + " it is sent in the right order");
        server.writeTo(directory, "server");
        assertThat(TlsMaterial.read(TestServer.tlsSettings(directory)).notes()).isEmpty();
    }

    @Test
    void warnsOfWhatExpires() throws Exception {
        assertThat(load().expiryWarnings()).isEmpty();
        PKI.issueServer().expired().sign().writeTo(directory, "server");
        assertThat(load().expiryWarnings()).singleElement().asString().contains("server.pem", "expired at");
        PKI.issueServer().validFor(Duration.ofDays(3)).sign().writeTo(directory, "server");
        assertThat(load().expiryWarnings()).singleElement().asString().contains("expires at");
    }

    @Test
    void readsRevocationListInDer() throws Exception {
        var next = Instant.now().plusSeconds(3600);
        var file = Files.write(
                directory.resolve("crl.der"), TestPki.crl(PKI.ca(), next).getEncoded());
        assertThat(load(Optional.empty(), Optional.of(file)).revocationsNextUpdate())
                .hasValueSatisfying(time -> assertThat(time).isBetween(next.minusSeconds(1), next));
    }

    @Test
    void saysWhatIsWrongWithRevocationList() throws IOException {
        var file = directory.resolve("crl.pem");
        TestPki.write(file, PKI.ca().pem());
        assertThatThrownBy(() -> load(Optional.empty(), Optional.of(file)))
                .hasMessageStartingWith("Unable to read " + file + "." + HINT)
                .hasMessageContaining("no revocation list in it; found CERTIFICATE");
        var next = Instant.now().plusSeconds(3600);
        TestPki.write(
                file, TestPki.crlPem(TestPki.create("Other CA", KeyType.EC_P256).ca(), next));
        assertThatThrownBy(() -> load(Optional.empty(), Optional.of(file)))
                .hasMessageContaining("CN=Other CA is not of an authority");
        TestPki.write(
                file, TestPki.crlPem(TestPki.create("Test CA", KeyType.EC_P256).ca(), next));
        assertThatThrownBy(() -> load(Optional.empty(), Optional.of(file))).hasMessageContaining("is not signed by it");
        TestPki.write(file, TestPki.deltaCrlPem(PKI.ca(), next));
        assertThatThrownBy(() -> load(Optional.empty(), Optional.of(file)))
                .hasMessageContaining("this is a delta list of CN=Test CA; a complete one is needed");
        TestPki.write(
                file,
                TestPki.crlPem(PKI.ca(), next) + TestPki.crlPem(PKI.ca(), next).replaceFirst("(?s)MII.*?\n", "AAAA\n"));
        assertThatThrownBy(() -> load(Optional.empty(), Optional.of(file)))
                .hasMessageContaining("revocation list number 2 is damaged");
    }

    @Test
    void tellsAllFilesThatCannotBeUsedAtOnce() throws Exception {
        Files.delete(directory.resolve("ca.pem"));
        TestPki.write(directory.resolve("server.key"), "no PEM");
        TestPki.write(directory.resolve("server.pem"), "nor this");
        var crl = TestPki.write(directory.resolve("crl.pem"), "nor this one");

        assertThatThrownBy(() -> load(Optional.empty(), Optional.of(crl)))
                .hasMessageContainingAll(
                        "Unable to read " + directory.resolve("ca.pem") + "." + HINT,
                        "Unable to load private SSL key." + HINT + directory.resolve("server.key") + ": no private key",
                        "Unable to load SSL certificate." + HINT + directory.resolve("server.pem") + ": no certificate",
                        "Unable to read " + crl + "." + HINT + crl + ": no revocation list");
        assertThat(TlsContexts.troubles(settings(Optional.empty(), Optional.of(crl))))
                .extracting(TlsTrouble::file)
                .containsExactly(
                        directory.resolve("ca.pem"),
                        directory.resolve("server.key"),
                        directory.resolve("server.pem"),
                        crl);
    }

    @Test
    void namesThePassphraseFileWhenThatIsToBeMended() {
        TestPki.write(directory.resolve("server.key"), PKI.server().encryptedKeyPem(PASSPHRASE));
        var empty = TestPki.write(directory.resolve("passphrase"), "\n");

        assertThat(TlsContexts.troubles(settings(Optional.of(empty), Optional.empty())))
                .singleElement()
                .satisfies(trouble -> {
                    assertThat(trouble.file()).isEqualTo(empty);
                    assertThat(trouble.toString()).startsWith(empty + ": the first line is empty");
                });
    }

    @Test
    void hasNoTroubleWithGoodFiles() {
        assertThat(TlsContexts.troubles(settings(Optional.empty(), Optional.empty())))
                .isEmpty();
    }

    private TlsContext load() throws StartException {
        return load(Optional.empty(), Optional.empty());
    }

    private TlsContext load(Optional<Path> passphrase, Optional<Path> crl) throws StartException {
        return load(passphrase, crl, "auto");
    }

    private TlsContext load(Optional<Path> passphrase, Optional<Path> crl, String crypto) throws StartException {
        return TlsContexts.load(settings(passphrase, crl, crypto));
    }

    private TlsSettings settings(Optional<Path> passphrase, Optional<Path> crl) {
        return settings(passphrase, crl, "auto");
    }

    private TlsSettings settings(Optional<Path> passphrase, Optional<Path> crl, String crypto) {
        var base = TestServer.tlsSettings(directory);
        return new TlsSettings(
                base.certificate(),
                base.ca(),
                base.privateKey(),
                passphrase,
                crl,
                List.of(),
                List.of(),
                "1.2",
                Optional.empty(),
                crypto);
    }
}
