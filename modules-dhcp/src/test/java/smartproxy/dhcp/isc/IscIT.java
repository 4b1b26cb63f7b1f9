package smartproxy.dhcp.isc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;
import smartproxy.dhcp.DhcpProvider.Creation.Created;
import smartproxy.dhcp.DhcpProvider.Creation.Occupied;
import smartproxy.dhcp.DhcpProvider.Removal;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.NewReservation;
import smartproxy.dhcp.Reservation;
import smartproxy.dhcp.Subnet;

/** What the provider does with a real dhcpd, besides the contract. */
@Execution(ExecutionMode.CONCURRENT)
class IscIT {
    @TempDir
    Path directory;

    LabDhcpd dhcpd;
    Provider dhcp;

    @BeforeEach
    void start() {
        dhcpd = LabDhcpd.start(directory);
        dhcp = new Provider(dhcpd.settings());
    }

    @AfterEach
    void stop() {
        dhcp.close();
        dhcpd.close();
    }

    @Test
    void whatIsSaidToBeStoredIsWhatTheFileShows() {
        var options = new String[][] {
            {},
            {"filename", "pxelinux.0", "nextServer", "192.0.2.1"},
            {"filename", "gr\u00fcn\"\\", "nextServer", "boot.example.com"},
            {"<sun>root_path_name", "/boot/root", "<sun>install_server_ip", "192.0.2.1", "<sun>install_server_name", "i"
            },
            {"filename", "ztp.cfg/1", "nextServer", "192.0.2.1"},
            {"filename", "poap.cfg/1", "nextServer", "192.0.2.1"},
            {"filename", "poap.cfg/1"},
            {"filename", "", "nextServer", ""},
            // too long for one line of the file
            {"filename", "gr\u00fcn/".repeat(40), "nextServer", "b\u00fccher.example.com"},
            {
                "filename",
                "/x".repeat(120),
                "<sun>install_path",
                "/\u00fc".repeat(80),
                "<sun>root_path_name",
                "/x".repeat(120)
            },
        };
        for (var i = 0; i < options.length; i++) {
            var created = (Created) dhcp.create(Provider.reservation(i + 1, options[i]));
            var shown = dhcp.shownSoon(i + 1).options();
            assertThat(shown).isEqualTo(created.stored().options());
            assertThat(shown.keySet().stream().toList())
                    .isEqualTo(created.stored().options().keySet().stream().toList());
        }
        dhcpd.stop();
        dhcpd.restart();
        for (var i = 0; i < options.length; i++) {
            assertThat(dhcp.holds(Provider.reservation(i + 1))).isTrue();
            assertThat(dhcp.shownSoon(i + 1).text("filename"))
                    .isEqualTo(Provider.reservation(i + 1, options[i]).filename());
        }
    }

    @Test
    void aNameInUseIsTheCallersMistakeAndNothingIsChanged() {
        dhcp.create(Provider.reservation(1));
        var other = Provider.reservation(2);
        var same = new Reservation(
                other.subnet(), Provider.reservation(1).name(), other.ip(), other.mac(), true, other.options());
        assertThatThrownBy(() -> dhcp.create(same))
                .isInstanceOf(CallerException.class)
                .hasMessage("Failed to add DHCP reservation for " + same + ": Entry already exists");
        assertThat(dhcp.holds(same)).isFalse();
    }

    @Test
    void aMacThatHasAnAddressElsewhereIsAConflict() {
        dhcp.create(Provider.reservation(1));
        var elsewhere = new Subnet(Ipv4.of("198.51.100.0"), 24, Map.of());
        var there = new Reservation(
                elsewhere,
                "other",
                Ipv4.of("198.51.100.7"),
                Provider.mac(1),
                true,
                Map.of(Reservation.HOSTNAME, "other"));
        assertThatThrownBy(() -> dhcp.create(there))
                .isInstanceOfSatisfying(
                        CallerException.class, e -> assertThat(e.status()).isEqualTo(409))
                .hasMessage("Hardware address conflict.");
        assertThat(dhcp.create(Provider.reservation(1))).isInstanceOf(Occupied.class);
    }

    @Test
    void anOptionThatDhcpdDoesNotKnowIsNamed() throws Exception {
        Files.writeString(dhcpd.conf(), Files.readString(dhcpd.conf()).replaceAll("(?m)^option .*FM_ZTP.*$", ""));
        dhcpd.stop();
        dhcpd.restart();
        var ztp = Provider.reservation(1, "filename", "ztp.cfg", "nextServer", "192.0.2.1");
        assertThatThrownBy(() -> dhcp.create(ztp))
                .isInstanceOf(BackendException.class)
                .hasMessageContainingAll(
                        "does not understand", "FM_ZTP.config-file-name", "dhcpd.conf", "nothing was changed");
        assertThat(dhcp.holds(ztp)).isFalse();
        await().atMost(Duration.ofSeconds(60)).until(() -> dhcp.shown(1).isEmpty());
        assertThat(dhcp.create(Provider.reservation(1))).isInstanceOf(Created.class);
    }

    private void showsSoon(Map<String, Object> options) {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() ->
                        assertThat(dhcp.shown(1).map(Reservation::options)).contains(options));
    }

    @Test
    void aChangeMakesTheHostAnewAndKeepsItOverARestart() {
        var before =
                Provider.reservation(1, "filename", "inetboot", "nextServer", "192.0.2.1", "<sun>root_path_name", "/a");
        dhcp.create(before);
        var present = dhcp.shownSoon(1);
        var after =
                Provider.reservation(1, "filename", "inetboot", "nextServer", "192.0.2.1", "<sun>root_path_name", "/b");

        assertThat(dhcp.change(present, before)).isEmpty();
        var changed = dhcp.change(present, after).orElseThrow();

        assertThat(changed.options()).containsEntry("root_path_name", "/b").containsEntry("filename", "inetboot");
        showsSoon(changed.options());
        dhcpd.stop();
        dhcpd.restart();
        assertThat(dhcp.holds(after)).isTrue();
        showsSoon(changed.options());
    }

    @Test
    void aChangeThatDhcpdDoesNotUnderstandIsUndoneStatementByStatement() throws Exception {
        Files.writeString(
                dhcpd.conf(), Files.readString(dhcpd.conf()).replaceAll("(?m)^option SUNW.install-path .*$", ""));
        dhcpd.stop();
        dhcpd.restart();
        dhcp.create(Provider.reservation(
                1,
                "filename",
                "gr\u00fcn",
                "nextServer",
                "192.0.2.1",
                "<sun>root_path_name",
                "/a",
                "<sun>root_server_ip",
                "192.0.2.7"));
        var present = dhcp.shownSoon(1);
        var declaration = dhcp.declaration(1);
        var wrong = Provider.reservation(
                1,
                "filename",
                "gr\u00fcn",
                "nextServer",
                "192.0.2.1",
                "<sun>root_path_name",
                "/b",
                "<sun>install_path",
                "/c");

        assertThatThrownBy(() -> dhcp.change(present, wrong))
                .isInstanceOfSatisfying(
                        BackendException.class,
                        e -> assertThat(e.outcome()).isEqualTo(BackendException.Outcome.NOT_APPLIED))
                .hasMessageContainingAll(
                        "dhcp_isc: change of h1.example.com",
                        "does not understand",
                        "SUNW.install-path",
                        "the one before is there again, nothing was changed");

        assertThat(dhcp.holds(present)).isTrue();
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(dhcp.shown(1)).contains(present));
        assertThat(dhcp.declaration(1)).isEqualTo(declaration);
        dhcpd.stop();
        dhcpd.restart();
        assertThat(dhcp.shown(1)).contains(present);
    }

    @Test
    void oneOfDhcpdConfIsNotChanged() {
        var mac = MacAddress.of("02:ff:00:00:00:99");
        var standing = dhcp.provider
                .view(Deadline.in(Duration.ofSeconds(5)))
                .reservation(Provider.SUBNET, mac)
                .orElseThrow();
        var wanted =
                standing.withOptions(Map.of(Reservation.HOSTNAME, standing.hostname(), "<sun>root_path_name", "/a"));
        assertThatThrownBy(() -> dhcp.change(standing, wanted))
                .isInstanceOfSatisfying(
                        CallerException.class, e -> assertThat(e.status()).isEqualTo(409))
                .hasMessageContainingAll("Record 192.0.2.0/192.0.2.9 already exists", "not made through this proxy");
        assertThat(dhcp.holds(standing)).isTrue();
    }

    @Test
    void oneOfAnotherAddressOrMacIsNotRemoved() {
        dhcp.create(Provider.reservation(1));
        var one = Provider.reservation(1);
        var otherIp = new Reservation(
                one.subnet(), one.name(), Provider.reservation(2).ip(), one.mac(), true, one.options());
        var otherMac = new Reservation(one.subnet(), one.name(), one.ip(), Provider.mac(2), true, one.options());
        assertThat(dhcp.remove(otherIp)).isEqualTo(Removal.ABSENT);
        assertThat(dhcp.remove(otherMac)).isEqualTo(Removal.ABSENT);
        assertThat(dhcp.holds(one)).isTrue();
        assertThat(dhcp.remove(one)).isEqualTo(Removal.REMOVED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void oneThatSomebodyElseMadeAnewIsNotTakenForOurs(boolean alike) throws Exception {
        var ours = Provider.reservation(1);
        var ip = alike ? ours.ip() : Provider.reservation(2).ip();
        dhcp.create(ours);
        try (var others = new OmapiClient(dhcpd.settings().server())) {
            int made = others.talk(Deadline.in(Duration.ofSeconds(20)), talk -> {
                assertThat(talk.delete(talk.find(ours.mac()).orElseThrow())).isTrue();
                return talk.create(ours.name(), ip, ours.mac(), "filename = \"theirs\";");
            });
            assertThat(made).isEqualTo(OmapiResult.SUCCESS);

            assertThat(dhcp.remove(ours)).isEqualTo(alike ? Removal.REMOVED : Removal.ABSENT);

            var left = others.talk(Deadline.in(Duration.ofSeconds(20)), talk -> talk.find(ours.name()));
            assertThat(left.flatMap(OmapiClient.Host::ip)).isEqualTo(alike ? Optional.empty() : Optional.of(ip));
        }
    }

    @Test
    void relatedMacsAreNoMatterOfTheServers() {
        dhcp.create(Provider.reservation(1));
        var sibling = Provider.reservation(2);
        var bonded = new Reservation(
                sibling.subnet(), sibling.name(), Provider.reservation(1).ip(), sibling.mac(), true, sibling.options());
        assertThat(dhcp.provider.create(
                        new NewReservation(bonded, Optional.empty(), Set.of(Provider.mac(1))),
                        Deadline.in(Duration.ofSeconds(60))))
                .isInstanceOf(Created.class);
        assertThat(dhcp.shownSoon(2).ip()).isEqualTo(dhcp.shownSoon(1).ip());
    }
}
