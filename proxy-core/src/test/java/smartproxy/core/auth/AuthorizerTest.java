package smartproxy.core.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static smartproxy.core.auth.TestCertificates.certificate;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.Extension;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.xbill.DNS.Type;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Role;
import smartproxy.core.auth.Authorizer.Peer;

class AuthorizerTest {
    private static final List<String> TRUSTED = List.of("foreman.example.com");
    private static final String NO_CERTIFICATE = "could not read client cert from environment";

    @TempDir
    Path directory;

    private final FakeDns dns = new FakeDns();

    private Authorizer authorizer(
            @Nullable List<String> trusted, @Nullable List<String> monitors, boolean forwardVerify, boolean allowHttp) {
        return authorizer(trusted, monitors, forwardVerify, allowHttp, Optional.empty());
    }

    private Authorizer authorizer(
            @Nullable List<String> trusted,
            @Nullable List<String> monitors,
            boolean forwardVerify,
            boolean allowHttp,
            Optional<X509Certificate> own) {
        var settings = new AuthSettings(
                Optional.ofNullable(trusted), Optional.ofNullable(monitors), forwardVerify, allowHttp, List.of());
        var resolver =
                new HostResolver(List.of(Duration.ofSeconds(5)), directory.resolve("hosts"), dns, dns.nanoTime::get);
        return new Authorizer(settings, resolver, () -> own);
    }

    private Authorizer trusting(String... hosts) {
        return authorizer(List.of(hosts), null, true, false);
    }

    private static Peer https(@Nullable X509Certificate certificate) throws Exception {
        return new Peer(true, InetAddress.getByName("192.0.2.7"), Optional.ofNullable(certificate));
    }

    private static Peer http(String address) throws Exception {
        return new Peer(false, InetAddress.getByName(address), Optional.empty());
    }

    private static Optional<String> refusal(Authorizer authorizer, Role role, Peer peer, String path) {
        return authorizer.refusal(role, peer, path, Deadline.in(Duration.ofSeconds(30)));
    }

    private static Optional<String> foreman(Authorizer authorizer, Peer peer) {
        return refusal(authorizer, Role.FOREMAN, peer, "/");
    }

    private static String untrusted(String name, String path) {
        return "Untrusted client " + name + " attempted to access " + path + ". Check :trusted_hosts: in settings.yml";
    }

    @Test
    void anybodyUsesWhatIsAnonymous() throws Exception {
        var authorizer = authorizer(List.of(), List.of(), true, false);
        assertThat(refusal(authorizer, Role.ANONYMOUS, https(null), "/")).isEmpty();
        assertThat(refusal(authorizer, Role.ANONYMOUS, http("192.0.2.9"), "/")).isEmpty();
        assertThat(dns.asked).isEmpty();
    }

    @Test
    void aManagedHostShowsAnyCertificate() throws Exception {
        var authorizer = authorizer(List.of(), null, true, true);
        assertThat(refusal(authorizer, Role.MANAGED_HOST, https(certificate("CN=web.example.com")), "/"))
                .isEmpty();
        assertThat(refusal(authorizer, Role.MANAGED_HOST, https(null), "/"))
                .hasValue("No client SSL certificate supplied");
        assertThat(refusal(authorizer, Role.MANAGED_HOST, http("192.0.2.7"), "/"))
                .hasValue("Plain http shows no client certificate, use https");
    }

    @ParameterizedTest
    @CsvSource({
        "CN=proxy.example.com, ''",
        "CN=other.example.com, Alias.example.com",
        "CN=foreman.example.com, ''",
        "CN=other.example.com, untrusted",
        // a name without a domain is any host's
        "CN=localhost, untrusted",
    })
    void theDaemonIsLetInByItsOwnNamesWhereItMayComeToo(String subject, String outcome) throws Exception {
        var own = certificate("CN=proxy.example.com", "alias.example.com", "localhost");
        var authorizer = authorizer(TRUSTED, null, true, false, Optional.of(own));
        var name = subject.substring("CN=".length());
        var shown = outcome.contains(".") ? certificate(subject, outcome) : certificate(subject);
        assertThat(refusal(authorizer, Role.FOREMAN_OR_DAEMON, https(shown), "/"))
                .isEqualTo(outcome.equals("untrusted") ? Optional.of(untrusted(name, "/")) : Optional.empty());
    }

    @Test
    void theDaemonIsNoForemanAndNobodyWithoutACertificate() throws Exception {
        var own = certificate("CN=proxy.example.com");
        var authorizer = authorizer(TRUSTED, null, true, false, Optional.of(own));
        assertThat(foreman(authorizer, https(own))).hasValue(untrusted("proxy.example.com", "/"));
        assertThat(refusal(authorizer, Role.FOREMAN_OR_DAEMON, https(null), "/"))
                .hasValue(NO_CERTIFICATE);
        assertThat(refusal(trusting("foreman.example.com"), Role.FOREMAN_OR_DAEMON, https(own), "/"))
                .hasValue(untrusted("proxy.example.com", "/"));
    }

    @ParameterizedTest
    @CsvSource({
        "CN=foreman.example.com, ''",
        "CN=FOREMAN.Example.com, ''",
        "'C=US,O=Example,CN=foreman.example.com', ''",
        "CN=other.example.com, foreman.example.com",
        "O=no name, foreman.example.com",
        "O=no name, FOREMAN.example.com",
        "CN=foreman.example.com, other.example.com"
    })
    void aCertificateWithATrustedNameIsLetIn(String subject, String dnsName) throws Exception {
        var shown = dnsName.isEmpty() ? certificate(subject) : certificate(subject, dnsName);
        assertThat(foreman(trusting("foreman.example.com"), https(shown))).isEmpty();
        assertThat(foreman(trusting("x", "Foreman.EXAMPLE.com"), https(shown))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "CN=other.example.com, '', other.example.com",
        "CN=Other.Example.COM, '', other.example.com",
        "CN=other.example.com, san.example.com, other.example.com",
        "CN=foreman.example.com.evil.org, '', foreman.example.com.evil.org",
        "CN=evil.foreman.example.com, *.example.com, evil.foreman.example.com",
        "'CN=foreman.example.com,CN=evil.example.com', '', evil.example.com",
        "'CN=evil.example.com,CN=foreman.example.com', '', evil.example.com"
    })
    void aCertificateWithAnotherNameIsNot(String subject, String dnsName, String name) throws Exception {
        var shown = dnsName.isEmpty() ? certificate(subject) : certificate(subject, dnsName);
        assertThat(foreman(trusting("foreman.example.com"), https(shown))).hasValue(untrusted(name, "/"));
        assertThat(foreman(trusting(), https(shown))).isPresent();
    }

    @Test
    void aCommonNameInAnotherAttributeProvesNothing() throws Exception {
        var subject = new X500Name(new RDN[] {
            new RDN(BCStyle.O, new DERUTF8String("CN=foreman.example.com")),
            new RDN(BCStyle.CN, new DERUTF8String("evil.example.com"))
        });
        assertThat(foreman(trusting("foreman.example.com"), https(certificate(subject))))
                .hasValue(untrusted("evil.example.com", "/"));
    }

    @Test
    void aNameCannotForgeALogLineOrAPage() throws Exception {
        var subject =
                new X500Name(new RDN[] {new RDN(BCStyle.CN, new DERUTF8String("<b>\n\u00e9\0" + "x".repeat(300)))});
        assertThat(foreman(trusting("foreman.example.com"), https(certificate(subject))))
                .hasValue(untrusted("?b????" + "x".repeat(249), "/"));
    }

    @Test
    void whatIsNotThereIsNamed() throws Exception {
        var authorizer = trusting("foreman.example.com");
        assertThat(foreman(authorizer, https(null))).hasValue(NO_CERTIFICATE);
        assertThat(foreman(authorizer, https(certificate("O=x", "san.example.com"))))
                .hasValue("could not read CN from the client certificate");
        assertThat(foreman(trusting(), https(null))).hasValue(NO_CERTIFICATE);
    }

    @Test
    void anUnreadableSubjectIsRefused() throws Exception {
        var notUtf8 = ASN1Primitive.fromByteArray(new byte[] {0x0c, 2, (byte) 0xc3, 0x28});
        var subject = new X500Name(new RDN[] {new RDN(BCStyle.CN, notUtf8)});
        assertThat(foreman(trusting("foreman.example.com"), https(certificate(subject))))
                .hasValue("could not parse the client certificate\n\nits subject is malformed");
    }

    @Test
    void anUnreadableSubjectAltNameNamesNobody() throws Exception {
        var unreadable =
                new Extension(Extension.subjectAlternativeName, false, new DEROctetString(new byte[] {4, 1, 0}));
        var authorizer = trusting("foreman.example.com");
        assertThat(foreman(authorizer, https(certificate(new X500Name("CN=other.example.com"), unreadable))))
                .hasValue(untrusted("other.example.com", "/"));
        assertThat(foreman(authorizer, https(certificate(new X500Name("CN=foreman.example.com"), unreadable))))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"/features", "/nosuch", "/", "''", "/serverName"})
    void theRefusalNamesThePath(String path) throws Exception {
        var refusal = refusal(
                trusting("foreman.example.com"), Role.FOREMAN, https(certificate("CN=other.example.com")), path);
        assertThat(refusal).hasValue(untrusted("other.example.com", path));
    }

    @Test
    void plainHttpIsKnownByItsReverseName() throws Exception {
        dns.add("7.2.0.192.in-addr.arpa.", 60, Type.PTR, "Foreman.example.com.")
                .add("foreman.example.com.", 60, Type.A, "192.0.2.7");
        assertThat(foreman(trusting("foreman.example.com"), http("192.0.2.7"))).isEmpty();
        assertThat(foreman(trusting("other.example.com"), http("192.0.2.7")))
                .hasValue(untrusted("foreman.example.com", "/"));
        assertThat(foreman(trusting(), http("192.0.2.7"))).hasValue(untrusted("foreman.example.com", "/"));
    }

    @Test
    void plainHttpFromThisHostIsItsHostsName() throws Exception {
        Files.writeString(directory.resolve("hosts"), "127.0.0.1 localhost\n::1 localhost ip6-localhost\n");
        for (var address : List.of("127.0.0.1", "::1")) {
            assertThat(refusal(trusting("foreman.example.com"), Role.FOREMAN, http(address), "/features"))
                    .hasValue(untrusted("localhost", "/features"));
            assertThat(foreman(trusting("localhost"), http(address))).isEmpty();
        }
    }

    @Test
    void aReverseNameThatDoesNotPointBackIsRefused() throws Exception {
        dns.add("7.2.0.192.in-addr.arpa.", 60, Type.PTR, "foreman.example.com.")
                .add("foreman.example.com.", 60, Type.A, "192.0.2.1");
        assertThat(foreman(trusting("foreman.example.com"), http("192.0.2.7")))
                .hasValue("untrusted client has no matching forward DNS lookup - foreman.example.com (192.0.2.7)");
    }

    @Test
    void aReverseNameThatDoesNotExistIsRefused() throws Exception {
        dns.add("7.2.0.192.in-addr.arpa.", 60, Type.PTR, "foreman.example.com.");
        assertThat(foreman(trusting("foreman.example.com"), http("192.0.2.7")))
                .hasValue("could not forward verify the remote hostname - foreman.example.com (192.0.2.7)\n\n"
                        + "no such name in DNS");
    }

    @Test
    void withoutForwardVerifyTheReverseNameIsEnough() throws Exception {
        dns.add("7.2.0.192.in-addr.arpa.", 60, Type.PTR, "foreman.example.com.");
        assertThat(foreman(authorizer(TRUSTED, null, false, false), http("192.0.2.7")))
                .isEmpty();
        assertThat(dns.asked).hasSize(1);
    }

    @Test
    void anAddressWithoutNameIsRefused() throws Exception {
        assertThat(foreman(trusting("foreman.example.com"), http("192.0.2.7")))
                .hasValue("unable to resolve hostname for ip address 192.0.2.7\n\nno such name in DNS");
        assertThat(foreman(trusting("foreman.example.com"), http("2001:db8:0:0::7")))
                .hasValue("unable to resolve hostname for ip address 2001:db8::7\n\nno such name in DNS");
    }

    @Test
    void aLinkLocalAddressIsItsOwnName() throws Exception {
        var loopback = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
        var address =
                Inet6Address.getByAddress(null, InetAddress.getByName("fe80::1").getAddress(), loopback.getIndex());
        var name = "fe80::1%" + loopback.getName();
        var peer = new Peer(false, address, Optional.empty());
        assertThat(foreman(trusting(name), peer)).isEmpty();
        assertThat(foreman(trusting("foreman.example.com"), peer)).hasValue(untrusted(name, "/"));
        assertThat(dns.asked).isEmpty();
    }

    @Test
    void aCertificateMeansNothingOnPlainHttp() throws Exception {
        var peer =
                new Peer(false, InetAddress.getByName("192.0.2.7"), Optional.of(certificate("CN=foreman.example.com")));
        assertThat(foreman(trusting("foreman.example.com"), peer)).isPresent();
        assertThat(refusal(trusting(), Role.MANAGED_HOST, peer, "/")).isPresent();
        assertThat(foreman(authorizer(null, null, true, false), peer)).isPresent();
    }

    @ParameterizedTest
    @EnumSource(names = {"FOREMAN", "MONITOR"})
    void withoutListAnyCertificateIsLetInButNotPlainHttp(Role role) throws Exception {
        var authorizer = authorizer(null, null, true, false);
        assertThat(refusal(authorizer, role, https(certificate("CN=any")), "/")).isEmpty();
        assertThat(refusal(authorizer, role, https(certificate("O=any")), "/")).isEmpty();
        assertThat(refusal(authorizer, role, https(null), "/")).hasValue("No client SSL certificate supplied");
        assertThat(refusal(authorizer, role, http("192.0.2.7"), "/"))
                .hasValue("Plain http is refused while :trusted_hosts: is unset. Set :trusted_hosts: (or"
                        + " :allow_http_without_trusted_hosts: true) in settings.yml");
        assertThat(dns.asked).isEmpty();
    }

    @Test
    void plainHttpWithoutListMayBeAllowed() throws Exception {
        var authorizer = authorizer(null, null, true, true);
        assertThat(foreman(authorizer, http("192.0.2.7"))).isEmpty();
        assertThat(foreman(authorizer, https(null))).hasValue("No client SSL certificate supplied");
        assertThat(foreman(authorizer(List.of(), null, true, true), http("192.0.2.7")))
                .isPresent();
    }

    @Test
    void monitorsHaveAListOfTheirOwn() throws Exception {
        var authorizer = authorizer(TRUSTED, List.of("prometheus.example.com"), true, true);
        var foreman = https(certificate("CN=foreman.example.com"));
        var prometheus = https(certificate("CN=prometheus.example.com"));
        assertThat(refusal(authorizer, Role.MONITOR, prometheus, "/metrics")).isEmpty();
        assertThat(refusal(authorizer, Role.FOREMAN, prometheus, "/metrics")).isPresent();
        assertThat(refusal(authorizer, Role.MONITOR, foreman, "/metrics"))
                .hasValue("Untrusted client foreman.example.com attempted to access /metrics."
                        + " Check :monitor_hosts: in settings.yml");
        assertThat(refusal(authorizer, Role.MONITOR, https(null), "/metrics")).hasValue(NO_CERTIFICATE);
        assertThat(refusal(authorizer(null, List.of(), true, true), Role.MONITOR, http("192.0.2.7"), "/metrics"))
                .isPresent();
    }

    @Test
    void withoutAListOfTheirOwnMonitorsAreTheTrustedHosts() throws Exception {
        assertThat(refusal(
                        trusting("foreman.example.com"),
                        Role.MONITOR,
                        https(certificate("CN=foreman.example.com")),
                        "/metrics"))
                .isEmpty();
        assertThat(refusal(trusting("foreman.example.com"), Role.MONITOR, https(certificate("CN=other")), "/metrics"))
                .hasValue(untrusted("other", "/metrics"));
    }
}
