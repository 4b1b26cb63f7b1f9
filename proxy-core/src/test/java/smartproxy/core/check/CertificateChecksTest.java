package smartproxy.core.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.tls.TestPki;
import smartproxy.core.tls.TestPki.Issued;
import smartproxy.core.tls.TestPki.Purpose;
import smartproxy.core.tls.TlsContexts;

class CertificateChecksTest {
    private static final TestPki PKI = TestPki.create();

    @TempDir
    Path directory;

    @Test
    void isContentWithGoodOnes() throws Exception {
        var lines = look(PKI.server(), "proxy.example.com");

        assertThat(lines).hasSize(4).allMatch(line -> line.startsWith("ok: "));
        assertThat(lines)
                .anyMatch(line -> line.contains("that of CN=proxy.example.com is valid until"))
                .anyMatch(line -> line.endsWith("its chain leads to ssl_ca_file"))
                .anyMatch(line -> line.endsWith("names this host, proxy.example.com"))
                .anyMatch(line -> line.contains("ca.pem: that of CN=Test CA is valid until"));
    }

    @Test
    void tellsWhatHasExpiredOrWill() throws Exception {
        assertThat(look(PKI.issueServer().expired().sign(), "proxy.example.com"))
                .anyMatch(line -> line.matches("error: .*that of CN=proxy.example.com expired at .*; replace it"));
        assertThat(look(PKI.issueServer().validFor(Duration.ofDays(3)).sign(), "proxy.example.com"))
                .anyMatch(line -> line.matches("warning: .* expires at .*, in 2 days; replace it"));
        var tomorrow = Instant.now().plus(Duration.ofDays(1));
        assertThat(look(
                        PKI.issueServer()
                                .valid(tomorrow, tomorrow.plus(Duration.ofDays(30)))
                                .sign(),
                        "proxy.example.com"))
                .anyMatch(line -> line.matches("error: .* is not valid before .*; set the clock, or replace it"));
    }

    @Test
    void tellsThatAnotherAuthoritySignedIt() throws Exception {
        assertThat(look(TestPki.create().server(), "proxy.example.com"))
                .anyMatch(line ->
                        line.startsWith("warning: ") && line.contains("its chain does not lead to ssl_ca_file"));
    }

    @Test
    void followsAChainThroughAnIntermediateAuthority() throws Exception {
        var below = PKI.intermediate("Below");
        var server = PKI.issueServer().signedBy(below).sign();
        var alone = server.pem().replaceFirst("(?s)(-----END CERTIFICATE-----\n).*", "$1");
        assertThat(look(server, alone + below.pem(), "proxy.example.com"))
                .anyMatch(line -> line.endsWith("its chain leads to ssl_ca_file"));
        assertThat(look(server, alone, "proxy.example.com"))
                .anyMatch(line -> line.contains("put intermediate ones behind it"));
    }

    @Test
    void followsAChainWhoseAuthorityWasRenewedSince() throws Exception {
        var renewed =
                PKI.issue("Below").authority().validFor(Duration.ofDays(30)).sign();
        var server = PKI.issueServer()
                .valid(Instant.now().minus(Duration.ofDays(30)), Instant.now().plus(Duration.ofDays(30)))
                .signedBy(renewed)
                .sign();

        assertThat(look(server, "proxy.example.com")).anyMatch(line -> line.endsWith("its chain leads to ssl_ca_file"));
    }

    @Test
    void comparesNames() throws Exception {
        assertThat(look(PKI.server(), "other.example.com"))
                .anyMatch(line -> line.contains(
                        "does not name this host, other.example.com, but [proxy.example.com, localhost]"));
        var wild = PKI.issue("x").purposes(Purpose.SERVER).dns("*.example.com").sign();
        assertThat(look(wild, "Proxy.example.com"))
                .anyMatch(line -> line.startsWith("ok") && line.contains("names this"));
        assertThat(look(wild, "a.b.example.com")).anyMatch(line -> line.contains("does not name this host"));
        var old = PKI.issue("proxy.example.com").purposes(Purpose.SERVER).sign();
        assertThat(look(old, "proxy.example.com")).anyMatch(line -> line.contains("in its CN only"));
        assertThat(look(PKI.server(), "")).anyMatch(line -> line.contains("this host has no full name"));
    }

    @Test
    void tellsThatItIsNotMadeForServers() throws Exception {
        var client = PKI.issue("proxy.example.com").dns("proxy.example.com").sign();
        assertThat(look(client, "proxy.example.com"))
                .anyMatch(line -> line.startsWith("error") && line.contains("is not made for servers"));
    }

    @Test
    void looksAtTheOneShownToForeman() throws Exception {
        var foreman = ":foreman_url: https://foreman.example.com\n";
        assertThat(look(PKI.server(), PKI.server().pem(), "proxy.example.com", foreman))
                .anyMatch(line -> line.startsWith("error: foreman_ssl_cert") && line.contains("not made for clients"));
        assertThat(look(
                        PKI.server(),
                        PKI.server().pem(),
                        "proxy.example.com",
                        foreman + ":foreman_ssl_cert: /nonexistent.pem\n"))
                .anyMatch(line -> line.startsWith("warning: foreman_ssl_cert") && line.contains("no such file"));
    }

    private List<String> look(Issued server, String hostName) throws Exception {
        return look(server, server.pem(), hostName);
    }

    private List<String> look(Issued server, String pem, String hostName) throws Exception {
        return look(server, pem, hostName, "");
    }

    private List<String> look(Issued server, String pem, String hostName, String more) throws Exception {
        TestPki.write(directory.resolve("ca.pem"), PKI.ca().pem());
        TestPki.write(directory.resolve("server.pem"), pem);
        TestPki.write(directory.resolve("server.key"), server.keyPem());
        var settings = TrustChecksTest.settings(
                directory,
                ":ssl_ca_file: " + directory.resolve("ca.pem") + "\n:ssl_certificate: "
                        + directory.resolve("server.pem") + "\n:ssl_private_key: " + directory.resolve("server.key")
                        + "\n" + more);
        return new CertificateChecks(settings, TlsContexts.load(settings.tls()), Clock.systemUTC())
                .look(Optional.of(hostName).filter(name -> !name.isEmpty())).stream()
                        .map(Object::toString)
                        .toList();
    }
}
