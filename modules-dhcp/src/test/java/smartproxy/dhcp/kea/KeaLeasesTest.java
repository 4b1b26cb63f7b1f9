package smartproxy.dhcp.kea;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import smartproxy.core.api.Deadline;
import smartproxy.core.store.LazyStore;
import smartproxy.dhcp.DhcpView;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.Lease;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.Subnet;
import smartproxy.dhcp.TestContext;

/** Leases as {@code kea-dhcp4} tells them. */
final class KeaLeasesTest {
    private static final Subnet SUBNET = Subnet.parse("192.0.2.0/24").orElseThrow();
    private static final Subnet OTHER = Subnet.parse("198.51.100.0/25").orElseThrow();
    private static final MacAddress CLIENT = MacAddress.of("02:00:00:00:00:10");

    private static String lease(int subnet, String ip, int state, long heard) {
        return "{\"ip-address\": \"%s\", \"hw-address\": \"%s\", \"state\": %d, \"cltt\": %d, \"valid-lft\": 3600, \"subnet-id\": %d}"
                .formatted(ip, CLIENT, state, heard, subnet);
    }

    /** @param leases that are told, whatever is asked for */
    private static DhcpView view(String... leases) {
        var told = "{\"leases\": [" + String.join(", ", leases) + "]}";
        var answers = Map.of(
                "list-commands",
                "[\"config-get\", \"lease4-get\", \"lease4-get-page\", \"lease4-get-by-hw-address\"]",
                "config-get",
                "{\"Dhcp4\": {\"subnet4\": [{\"id\": 1, \"subnet\": \"192.0.2.0/24\"},"
                        + " {\"id\": 2, \"subnet\": \"198.51.100.0/25\"}]}}",
                "lease4-get",
                leases[0],
                "lease4-get-page",
                told,
                "lease4-get-by-hw-address",
                told);
        var settings = KeaClientTest.settings();
        var context = new TestContext(KeaFactory.NAME, new LazyStore(Path.of("not-used")));
        var client = new KeaClient(
                KeaFactory.NAME,
                Family.V4,
                settings,
                (command, body, deadline) -> ("[{\"result\": 0, \"arguments\": " + answers.get(command) + "}]")
                        .getBytes(StandardCharsets.UTF_8));
        return new KeaDhcpProvider(settings, client, WriterLock.ALONE, context, Optional.empty())
                .view(Deadline.in(Duration.ofSeconds(10)));
    }

    private static List<Ipv4> shown(DhcpView view, Subnet subnet) {
        var leases = new ArrayList<Lease>();
        view.eachLease(subnet, leases::add);
        return leases.stream().map(Lease::ip).toList();
    }

    private static List<Ipv4> used(DhcpView view) {
        var used = new ArrayList<Ipv4>();
        view.used(SUBNET).each((first, last) -> used.add(new Ipv4(first)));
        return used;
    }

    @Test
    @DisplayName("of a client that came back under another identifier the lease is shown that it was last heard with")
    void theLaterLeaseOfAClient() {
        var earlier = lease(1, "192.0.2.10", 0, 1_600_000_000L);
        var later = lease(1, "192.0.2.11", 0, 1_700_000_000L);
        for (var view : List.of(view(earlier, later), view(later, earlier))) {
            assertThat(shown(view, SUBNET)).containsExactly(Ipv4.of("192.0.2.11"));
            assertThat(view.lease(SUBNET, CLIENT)).map(Lease::ip).contains(Ipv4.of("192.0.2.11"));
            assertThat(used(view)).containsExactlyInAnyOrder(Ipv4.of("192.0.2.10"), Ipv4.of("192.0.2.11"));
        }
    }

    @Test
    @DisplayName("a client with leases in two subnets is found in each with the one it has there")
    void leasesInTwoSubnets() {
        var view = view(lease(1, "192.0.2.10", 0, 1_600_000_000L), lease(2, "198.51.100.10", 0, 1_700_000_000L));
        assertThat(view.lease(SUBNET, CLIENT)).map(Lease::ip).contains(Ipv4.of("192.0.2.10"));
        assertThat(view.lease(OTHER, CLIENT)).map(Lease::ip).contains(Ipv4.of("198.51.100.10"));
        assertThat(shown(view, SUBNET)).containsExactly(Ipv4.of("192.0.2.10"));
        assertThat(shown(view, OTHER)).containsExactly(Ipv4.of("198.51.100.10"));
    }

    @Test
    @DisplayName("an address that was given back or reclaimed is nobody's, however it is asked for")
    void leasesThatHaveEnded() {
        for (var state : List.of(2, 3)) {
            var view = view(lease(1, "192.0.2.10", state, 1_600_000_000L));
            assertThat(shown(view, SUBNET)).isEmpty();
            assertThat(used(view)).isEmpty();
            assertThat(view.leaseAt(SUBNET, Ipv4.of("192.0.2.10"))).isEmpty();
            assertThat(view.lease(SUBNET, CLIENT)).isEmpty();
            assertThat(view.isFree(SUBNET, Ipv4.of("192.0.2.10"))).isTrue();
        }
    }
}
