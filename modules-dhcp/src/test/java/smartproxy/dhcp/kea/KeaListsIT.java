package smartproxy.dhcp.kea;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.Deadline;
import smartproxy.dhcp.DhcpView;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.Lease;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.Reservation;
import smartproxy.dhcp.Subnet;

/** What stands in Kea is listed whole: files, a database, leases of several pages. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class KeaListsIT {
    private static final int MANY = 2 * KeaReader.PAGE + 50;

    private final LabKea kea;
    private final KeaClient client;

    KeaListsIT(@TempDir Path directory) throws Exception {
        kea = new LabKea(directory, "3.0", "plain pgsql");
        client = kea.client(kea.settings());
    }

    @AfterAll
    void stop() throws Exception {
        kea.close();
    }

    private static Deadline soon() {
        return Deadline.in(Duration.ofSeconds(30));
    }

    private DhcpView view() throws Exception {
        return kea.provider(kea.settings()).view(soon());
    }

    private static Subnet subnet(DhcpView view, String network) {
        return view.subnet(Ipv4.of(network)).orElseThrow();
    }

    private static List<Reservation> reservations(DhcpView view, Subnet subnet) {
        var all = new ArrayList<Reservation>();
        view.eachReservation(subnet, all::add);
        return all;
    }

    private static ObjectNode host(int subnet, int n, String ip) {
        return KeaClient.object()
                .put("subnet-id", subnet)
                .put("ip-address", ip)
                .put("hw-address", "02:00:00:01:%02x:%02x".formatted(n / 256, n % 256));
    }

    private void reserve(ObjectNode host) throws Exception {
        client.change(
                "reservation-add",
                KeaClient.object().put("operation-target", "database").set("reservation", host),
                soon());
    }

    @Test
    void subnetsOfSharedNetworksAreThereToo() throws Exception {
        var view = view();
        assertThat(view.subnets())
                .extracting(Subnet::toString)
                .containsExactly("192.0.2.0/255.255.255.0", "10.20.0.0/255.255.0.0", "198.51.100.0/255.255.255.128");
        assertThat(subnet(view, "192.0.2.0").options())
                .containsExactly(
                        Map.entry("routers", List.of("192.0.2.1")),
                        Map.entry("domain_name", "example.com"),
                        Map.entry("domain_name_servers", List.of("192.0.2.53", "192.0.2.54")),
                        Map.entry("range", List.of("192.0.2.200", "192.0.2.220")));
        assertThat(subnet(view, "198.51.100.0").options())
                .containsExactly(Map.entry("range", List.of("198.51.100.64", "198.51.100.127")));
    }

    @Test
    @DisplayName("a reservation of the file is shown and cannot be removed, one of the database can")
    void whatStandsInTheFileIsNotOursToRemove() throws Exception {
        reserve(host(1, 1, "192.0.2.77").put("hostname", "db.example.com"));
        var view = view();
        assertThat(reservations(view, subnet(view, "192.0.2.0")))
                .extracting(Reservation::name, Reservation::deleteable)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("static.example.com", false),
                        org.assertj.core.groups.Tuple.tuple("db.example.com", true));
        var fixed = view.reservation(subnet(view, "192.0.2.0"), MacAddress.of("52:54:00:00:00:09"))
                .orElseThrow();
        assertThat(fixed.filename()).contains("pxelinux.0");
        assertThat(fixed.nextServer()).contains("192.0.2.1");
    }

    @Test
    void aReservationOfAllSubnetsKeepsItsAddressUsed() throws Exception {
        reserve(host(0, 3, "192.0.2.99"));
        var view = view();
        var subnet = subnet(view, "192.0.2.0");
        var used = new HashSet<Integer>();
        view.used(subnet).each((first, last) -> used.add(first));
        assertThat(used).contains(Ipv4.of("192.0.2.99").bits());
        assertThat(view.isFree(subnet, Ipv4.of("192.0.2.99"))).isFalse();
        assertThat(view.reservationsAt(subnet, Ipv4.of("192.0.2.99"))).isEmpty();
    }

    @Test
    void listsOfThreePagesAreWhole() throws Exception {
        for (var n = 0; n < MANY; n++) {
            reserve(host(20, n, "10.20.%d.%d".formatted(n / 256, n % 256)));
            client.change(
                    "lease4-add",
                    host(20, n, "10.20.%d.%d".formatted(100 + n / 256, n % 256)).put("valid-lft", 3600),
                    soon());
        }
        var view = view();
        var subnet = subnet(view, "10.20.0.0");
        assertThat(reservations(view, subnet))
                .hasSize(MANY)
                .extracting(Reservation::ip)
                .doesNotHaveDuplicates();
        var leases = new ArrayList<Lease>();
        view.eachLease(subnet, leases::add);
        assertThat(leases).hasSize(MANY).extracting(Lease::ip).doesNotHaveDuplicates();
        assertThat(view.leaseAt(subnet, leases.get(0).ip())).contains(leases.get(0));
        var used = new HashSet<Integer>();
        view.used(subnet).each((first, last) -> used.add(first));
        assertThat(used).hasSize(2 * MANY);
    }

    @Test
    @DisplayName("a reclaimed lease is none; a declined address is used, though nobody has it")
    void leasesThatAreNotHeld() throws Exception {
        client.change("lease4-add", host(7, 1, "198.51.100.10").put("state", 2), soon());
        client.change("lease4-add", host(7, 2, "198.51.100.11").put("state", 1), soon());
        var view = view();
        var subnet = subnet(view, "198.51.100.0");
        assertThat(view.leaseAt(subnet, Ipv4.of("198.51.100.10"))).isEmpty();
        assertThat(view.isFree(subnet, Ipv4.of("198.51.100.10"))).isTrue();
        assertThat(view.isFree(subnet, Ipv4.of("198.51.100.11"))).isFalse();
        assertThat(view.leaseAt(subnet, Ipv4.of("198.51.100.11")).orElseThrow().state())
                .isEqualTo("declined");
    }

    @Test
    void whatOthersChangeIsShownAfterTheSetTime() throws Exception {
        var s = kea.settings();
        var provider = kea.provider(new KeaSettings(
                s.url(),
                s.username(),
                s.password(),
                Duration.ofSeconds(1),
                s.caFile(),
                s.certificate(),
                s.privateKey(),
                s.timeout(),
                s.suggestionTime(),
                List.of(Subnet.parse("192.0.2.0/24").orElseThrow()),
                Optional.empty()));
        var subnet = subnet(provider.view(soon()), "192.0.2.0");
        assertThat(provider.view(soon()).subnets()).hasSize(1);
        reserve(host(1, 2, "192.0.2.78"));
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(provider.view(soon()).reservationsAt(subnet, Ipv4.of("192.0.2.78")))
                        .extracting(Reservation::name)
                        .containsExactly("host-020000010002"));
    }
}
