package smartproxy.dhcp.kea;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Finding;
import smartproxy.core.store.LazyStore;
import smartproxy.dhcp.Subnet;
import smartproxy.dhcp.TestContext;
import smartproxy.dhcp.UnknownHost;

/** What the live check says of Kea, and that it only asks. */
class KeaCheckTest {
    private final FakeKea kea = new FakeKea();
    private final String what = "dhcp_kea " + KeaClientTest.settings().server();

    private List<String> look(Subnet... managed) {
        var settings = KeaClientTest.settings(List.of(managed), Optional.empty());
        var context = new TestContext(KeaFactory.NAME, new LazyStore(Path.of("not-used")));
        return new CheckableKeaProvider(
                        settings,
                        new KeaClient(KeaFactory.NAME, Family.V4, settings, kea),
                        WriterLock.ALONE,
                        context,
                        Optional.empty())
                .probe(new UnknownHost(), Deadline.in(Duration.ofSeconds(10))).stream()
                        .map(Finding::toString)
                        .toList();
    }

    @Test
    void saysHowReservationsAreChangedAndWhatIsServed() {
        assertThat(look())
                .containsExactly(
                        "ok: " + what + ": answers; reservations are changed by config-set, as host_cmds is not loaded",
                        "warning: " + what + ": shows no leases; let it load libdhcp_lease_cmds.so",
                        "ok: " + what + ": serves 2 subnets");
        assertThat(kea.commands).containsExactly("config-get", "list-commands");
    }

    @Test
    void hostCommandsAreSeen() {
        kea.answers.put(
                "list-commands",
                "[{\"result\":0,\"arguments\":[\"config-get\",\"config-write\",\"lease4-get-page\","
                        + "\"reservation-add\"]}]");
        assertThat(look())
                .contains("ok: " + what
                        + ": answers; reservations are changed by host_cmds, kept in the configuration file")
                .noneMatch(line -> line.startsWith("warning: "));
    }

    @Test
    void aManagedSubnetThatIsNotServedIsAnError() {
        assertThat(look(
                        Subnet.parse("192.0.2.0/24").orElseThrow(),
                        Subnet.parse("203.0.113.0/24").orElseThrow()))
                .filteredOn(line -> line.startsWith("error: "))
                .containsExactly(
                        "error: " + what
                                + ": does not serve 203.0.113.0/255.255.255.0; correct subnets of dhcp.yml, or Kea's configuration");
    }

    @Test
    @DisplayName("a Kea that cannot keep what is changed is an error, one that serves nothing a warning")
    void whatKeaLacks() {
        kea.answers.put("list-commands", "[{\"result\":0,\"arguments\":[\"config-get\",\"lease4-get-page\"]}]");
        kea.answers.put("config-get", "[{\"result\":0,\"arguments\":{\"Dhcp4\":{}}}]");
        assertThat(look())
                .containsExactly(
                        "ok: " + what + ": answers; reservations are changed by config-set, as host_cmds is not loaded",
                        "error: " + what + ": cannot write its configuration; use a Kea that has config-write",
                        "warning: " + what + ": serves no IPv4 subnet; add one to its configuration");
    }

    @Test
    void whatKeaRefusesIsAnError() {
        kea.answers.put("config-get", "[{\"result\":1,\"text\":\"not for you\"}]");
        assertThat(look())
                .containsExactly("error: " + what
                        + ": dhcp_kea: not for you; nothing can be changed there until this is mended");
    }

    @Test
    void aRefusalIsAnError() {
        kea.before.put("list-commands", () -> {
            throw BackendException.rejected("dhcp_kea: it does not accept user 'foreman'");
        });
        assertThat(look())
                .singleElement()
                .asString()
                .startsWith("error: " + what)
                .contains("does not accept user", "until this is mended");
    }
}
