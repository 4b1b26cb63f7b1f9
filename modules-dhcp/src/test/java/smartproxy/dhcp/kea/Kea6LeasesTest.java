package smartproxy.dhcp.kea;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import smartproxy.core.api.Deadline;
import smartproxy.core.store.LazyStore;
import smartproxy.dhcp.ClientId;
import smartproxy.dhcp.Dhcp6View;
import smartproxy.dhcp.Ipv6;
import smartproxy.dhcp.Lease6;
import smartproxy.dhcp.Subnet6;
import smartproxy.dhcp.TestContext;

/** Leases as {@code kea-dhcp6} tells them. */
final class Kea6LeasesTest {
    private static final Subnet6 SUBNET = Subnet6.parse("2001:db8:1::/64").orElseThrow();
    private static final ClientId CLIENT = ClientId.duid("01:02:03").orElseThrow();

    private static String lease(String ip, String type, int state, long heard) {
        return "{\"ip-address\": \"%s\", \"type\": \"%s\", \"state\": %d, \"cltt\": %d, \"valid-lft\": 3600,"
                        .formatted(ip, type, state, heard)
                + " \"duid\": \"01:02:03\", \"iaid\": 1, \"subnet-id\": 1}";
    }

    private static Dhcp6View view(String... leases) {
        var told = "{\"leases\": [" + String.join(", ", leases) + "]}";
        var answers = Map.of(
                "list-commands",
                "[\"config-get\", \"lease6-get-page\", \"lease6-get-by-duid\"]",
                "config-get",
                "{\"Dhcp6\": {\"subnet6\": [{\"id\": 1, \"subnet\": \"2001:db8:1::/64\"}]}}",
                "lease6-get-page",
                told,
                "lease6-get-by-duid",
                told);
        var settings = KeaClientTest.settings();
        var context = new TestContext(KeaFactory.NAME, new LazyStore(Path.of("not-used")));
        var backend = context.backend(Family.V6.service());
        var client = new KeaClient(
                backend.name(),
                Family.V6,
                settings,
                (command, body, deadline) -> ("[{\"result\": 0, \"arguments\": " + answers.get(command) + "}]")
                        .getBytes(StandardCharsets.UTF_8));
        return new Kea6Provider(settings, client, WriterLock.ALONE, backend, context)
                .view(Deadline.in(Duration.ofSeconds(10)));
    }

    @Test
    @DisplayName("a client that has a prefix, too, is shown with the address it was last heard with")
    void aPrefixOfTheClientDoesNotHideItsAddress() {
        var view = view(
                lease("2001:db8:1::11", "IA_NA", 0, 1_700_000_000L),
                lease("2001:db8:1::10", "IA_NA", 0, 1_600_000_000L),
                lease("2001:db8:70::", "IA_PD", 0, 1_700_000_000L));
        assertThat(view.lease(SUBNET, CLIENT)).map(Lease6::ip).contains(Ipv6.of("2001:db8:1::11"));
    }

    @Test
    @DisplayName("an address that its host chose and registered is neither given by Kea nor declined")
    void aRegisteredAddressIsToldFromADeclinedOne() {
        var leases = new ArrayList<Lease6>();
        view(
                        lease("2001:db8:1::10", "IA_NA", 0, 1_600_000_000L),
                        lease("2001:db8:1::11", "IA_NA", 1, 1_600_000_000L),
                        lease("2001:db8:1::12", "IA_NA", 4, 1_600_000_000L))
                .eachLease(SUBNET, leases::add);
        assertThat(leases).extracting(Lease6::state).isEqualTo(List.of("active", "declined", "registered"));
    }
}
