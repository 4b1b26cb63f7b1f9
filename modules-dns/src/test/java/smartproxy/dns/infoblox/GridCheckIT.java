package smartproxy.dns.infoblox;

import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Finding;
import smartproxy.core.api.LiveCheck;
import smartproxy.core.api.LiveCheck.Host;
import smartproxy.core.api.Secret;
import smartproxy.core.tls.TestPki;
import smartproxy.infoblox.FakeGrid;

/** What the live check says of a grid, and that it only reads there. */
class GridCheckIT {
    private static final TestPki PKI = TestPki.create("Grid CA", TestPki.KeyType.EC_P256);
    private static final List<String> NOBODY = List.of();

    @TempDir
    private Path directory;

    private FakeDnsGrid grid;
    private String what;

    @BeforeEach
    void start() {
        PKI.writeTo(directory);
        grid = FakeDnsGrid.start(
                directory, PKI.issueServer().key(TestPki.KeyType.EC_P256).sign());
        what = "dns_infoblox " + grid.address();
    }

    @AfterEach
    void stop() {
        grid.close();
    }

    @Test
    void aGoodUserSeesItsZones() {
        var before = grid.serial();
        var asked = List.of(
                "example.com",
                "WWW.example.com",
                "2.0.192.in-addr.arpa",
                "7.2.0.192.in-addr.arpa",
                "8.b.d.0.1.0.0.2.ip6.arpa");

        assertThat(look(settings("2.0"), asked, NOBODY))
                .containsExactly(
                        "ok: " + what
                                + ": takes user 'foreman', and shows it zones in view default (whether it may write,"
                                + " only a change tells)",
                        "ok: " + what + " zone example.com: is in view default",
                        "ok: " + what + " zone 192.0.2.0/24: is in view default",
                        "ok: " + what + " zone 2001:db8::/32: is in view default");

        assertThat(grid.serial()).isEqualTo(before);
        assertThat(grid.calls())
                .hasSize(1 + asked.size())
                .allMatch(call -> call.startsWith("GET /wapi/v2.0/zone_auth?"));
        assertThat(grid.complaints()).isEmpty();
    }

    @Test
    void aZoneThatIsNotThereIsAnErrorWhenAskedFor() {
        assertThat(look(settings("2.0"), List.of("example.org", "no name"), List.of("www.example.com")))
                .filteredOn(line -> line.startsWith("error: "))
                .containsExactly(
                        "error: " + what
                                + ": shows no zone for example.org in view default; create it there, or let the"
                                + " user read it",
                        "error: " + what + ": 'no name' is no DNS name; correct it");
    }

    @Test
    void ofLikelyNamesOnlyThoseServedCount() {
        assertThat(look(settings("2.0"), NOBODY, List.of("x.example.org", "no name", "y.example.com")))
                .hasSize(2)
                .allMatch(line -> line.startsWith("ok: "))
                .anyMatch(line -> line.contains(" zone example.com: "));
        assertThat(look(settings("2.0"), NOBODY, List.of("x.example.org")))
                .anyMatch(line -> line.startsWith("warning: ") && line.endsWith("--zone example.com"));
    }

    @Test
    void aWrongPasswordIsNamedAndNotShown() {
        var wrong = Provider.with(settings("2.0"), new Secret("wr0ng"));
        assertThat(look(wrong, List.of("example.com"), NOBODY))
                .singleElement()
                .asString()
                .startsWith("error: " + what + ": it does not accept user 'foreman'; check username and password")
                .doesNotContain("wr0ng");
    }

    @Test
    void aViewThatIsNotThereIsNamed() {
        var other = new InfobloxSettings(settings("2.0").grid(), "inside");
        assertThat(look(other, List.of("example.com"), NOBODY))
                .singleElement()
                .asString()
                .startsWith("error: ")
                .contains("View inside not found", "correct dns_view");
    }

    @Test
    void aUserWithoutPermissionSeesNothing() {
        grid.server().stubFor(get(urlPathMatching(".*/zone_auth")).atPriority(1).willReturn(okJson("[]")));
        assertThat(look(settings("2.0"), List.of("example.com"), NOBODY))
                .containsExactly(
                        "error: " + what + ": takes user 'foreman', and shows it no zone in view default; give it"
                                + " read and write permission for the zones, or correct dns_view");
    }

    @Test
    void membersAreLookedAtWhenTheirCachesAreToBeCleared() {
        assertThat(look(settings("2.12"), List.of("example.com"), NOBODY))
                .contains("ok: " + what + ": the DNS caches of 2 members are cleared of what changes");
        grid.server()
                .stubFor(get(urlPathMatching(".*/member:dns"))
                        .atPriority(1)
                        .willReturn(FakeGrid.refused(403, "AdmConDataError", "Data", "not permitted")));
        assertThat(look(settings("2.12"), List.of("example.com"), NOBODY))
                .filteredOn(line -> !line.startsWith("ok: "))
                .singleElement()
                .asString()
                .startsWith("warning: " + what + ": does not tell its members: not permitted")
                .contains("Grid DNS Properties");
    }

    @Test
    void anUnknownVersionIsAnError() {
        assertThat(look(settings("2.11"), List.of("example.com"), NOBODY))
                .singleElement()
                .asString()
                .startsWith("error: ")
                .contains("/wapi/v2.11/", "not supported");
    }

    @Test
    void anUntrustedCertificateIsAnError() {
        var other = directory.resolve("other");
        TestPki.create("Other CA", TestPki.KeyType.EC_P256).writeTo(other);
        assertThat(look(Provider.settings(grid.address(), other.resolve("ca.pem"), "2.0"), NOBODY, NOBODY))
                .singleElement()
                .asString()
                .startsWith("error: " + what)
                .contains("signed by no authority in " + other.resolve("ca.pem") + " (infoblox_ca_file)");
        assertThat(grid.calls()).isEmpty();
    }

    @Test
    void aGridThatIsAwayIsAnError() {
        var settings = settings("2.0");
        grid.server().stop();
        assertThat(look(settings, List.of("example.com"), NOBODY))
                .singleElement()
                .asString()
                .startsWith("error: " + what)
                .contains("Connection refused");
    }

    private InfobloxSettings settings(String version) {
        return Provider.settings(grid.address(), directory.resolve("ca.pem"), version);
    }

    /** As {@code check} does it: built, never started. */
    private static List<String> look(InfobloxSettings settings, List<String> asked, List<String> likely) {
        try (var context = new Provider(settings, Duration.ofSeconds(20))) {
            return ((LiveCheck) context.provider)
                    .probe(new Names(asked, likely), Deadline.in(Duration.ofSeconds(60))).stream()
                            .map(Finding::toString)
                            .toList();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private record Names(List<String> asked, List<String> likely) implements Host {
        @Override
        public Finding port(String what, boolean tcp, InetSocketAddress address) {
            throw new UnsupportedOperationException();
        }
    }
}
