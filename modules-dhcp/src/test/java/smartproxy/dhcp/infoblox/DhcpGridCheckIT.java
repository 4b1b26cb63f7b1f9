package smartproxy.dhcp.infoblox;

import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.matching;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static org.assertj.core.api.Assertions.assertThat;

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
import smartproxy.core.tls.TestPki;
import smartproxy.dhcp.Subnet;
import smartproxy.dhcp.UnknownHost;
import smartproxy.infoblox.FakeGrid;

/** What the live check says of a grid, and that it only reads there. */
class DhcpGridCheckIT {
    private static final TestPki PKI = TestPki.create("Grid CA", TestPki.KeyType.EC_P256);

    @TempDir
    private Path directory;

    private FakeDhcpGrid grid;
    private String what;

    @BeforeEach
    void start() {
        PKI.writeTo(directory);
        grid = FakeDhcpGrid.start(
                directory, PKI.issueServer().key(TestPki.KeyType.EC_P256).sign());
        what = "dhcp_infoblox " + grid.address();
    }

    @AfterEach
    void stop() {
        grid.close();
    }

    private InfobloxDhcpSettings settings() {
        return Provider.settings(grid.address(), directory.resolve("ca.pem"));
    }

    private List<String> look(InfobloxDhcpSettings settings) {
        try (var provider = Provider.created(settings, directory)) {
            return ((LiveCheck) provider.provider)
                    .probe(new UnknownHost(), Deadline.in(Duration.ofSeconds(60))).stream()
                            .map(Finding::toString)
                            .toList();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aGoodUserSeesNetworksAndRecords() {
        var before = grid.serial();
        assertThat(look(Provider.managed(settings(), Provider.SUBNET)))
                .containsExactly(
                        "ok: " + what
                                + ": takes user 'foreman', and shows it networks in network view default (whether it"
                                + " may write, only a change tells)",
                        "ok: " + what + " subnet 192.0.2.0/255.255.255.0: is in network view default",
                        "ok: " + what + ": lets it read objects of type fixedaddress",
                        "ok: " + what + ": its services are restarted after changes, if the user may do that");
        assertThat(grid.serial()).isEqualTo(before);
        assertThat(grid.calls()).hasSize(4).allMatch(call -> call.startsWith("GET "));
        assertThat(grid.complaints()).isEmpty();
    }

    @Test
    void hostsAreLookedForInTheirView() {
        assertThat(look(Provider.hosts(settings())))
                .contains("ok: " + what + ": lets it read objects of type record:host");
        assertThat(look(Provider.views(Provider.hosts(settings()), "inside", "default")))
                .anyMatch(line -> line.startsWith("error: " + what + ": record:host: View inside not found")
                        && line.contains("correct dns_view"));
        assertThat(grid.complaints()).isEmpty();
    }

    @Test
    void aSubnetThatIsNotThereIsAnError() {
        assertThat(look(Provider.managed(
                        settings(), Subnet.parse("203.0.113.0/24").orElseThrow())))
                .contains("error: " + what
                        + " subnet 203.0.113.0/255.255.255.0: is not in network view default; correct subnets of dhcp.yml,"
                        + " or let the user read it");
    }

    @Test
    void aNetworkViewThatIsNotThereIsNamed() {
        assertThat(look(Provider.views(settings(), "default", "lab")))
                .singleElement()
                .asString()
                .startsWith("error: ")
                .contains("View lab not found", "correct network_view");
    }

    @Test
    void aUserWithoutPermissionSeesNothing() {
        grid.server().stubFor(get(urlPathMatching(".*/network")).atPriority(1).willReturn(okJson("[]")));
        assertThat(look(settings()))
                .anyMatch(
                        line -> line.startsWith("error: " + what + ": takes user 'foreman', and shows it no network"));
    }

    @Test
    void aGridThatDoesNotShowItselfIsAWarning() {
        grid.server()
                .stubFor(get(urlPathMatching(".*/grid"))
                        .atPriority(1)
                        .willReturn(FakeGrid.refused(403, "AdmConDataError", "Data", "not permitted")));
        assertThat(look(settings()))
                .filteredOn(line -> !line.startsWith("ok: "))
                .singleElement()
                .asString()
                .startsWith("warning: " + what + ": does not show itself")
                .contains("not permitted", "permission to restart DHCP services");
    }

    @Test
    void aGridThatShowsNoGridIsAWarning() {
        grid.instead(get(urlPathMatching(".*/grid")), okJson("[]"));
        assertThat(look(settings()))
                .filteredOn(line -> !line.startsWith("ok: "))
                .containsExactly("warning: " + what
                        + ": does not show itself, so its services cannot be restarted; give the user the permission to"
                        + " restart DHCP services, or no change is served");
    }

    @Test
    void aSubnetThatIsNotToldIsAnErrorAndTheLookGoesOn() {
        grid.instead(
                get(urlPathMatching(".*/network")).withQueryParam("network", matching(".+")),
                FakeGrid.refused(403, "AdmConDataError", "Data", "not permitted"));
        assertThat(look(Provider.managed(settings(), Provider.SUBNET)))
                .filteredOn(line -> !line.startsWith("ok: "))
                .singleElement()
                .asString()
                .startsWith("error: " + what + " subnet 192.0.2.0/255.255.255.0: not permitted")
                .contains("(status 403)");
    }

    @Test
    void aWrongPasswordIsNamedAndNotShown() {
        var wrong = Provider.grid(grid.address(), directory.resolve("ca.pem"), "wr0ng");
        assertThat(look(Provider.with(settings(), wrong)))
                .singleElement()
                .asString()
                .startsWith("error: " + what + ": it does not accept user 'foreman'; check username and password")
                .doesNotContain("wr0ng");
    }

    @Test
    void aGridThatIsAwayIsAnError() {
        var settings = settings();
        grid.server().stop();
        assertThat(look(settings))
                .singleElement()
                .asString()
                .startsWith("error: " + what)
                .contains("Connection refused");
    }
}
