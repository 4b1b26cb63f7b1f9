package smartproxy.dhcp.infoblox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import smartproxy.dhcp.Lease;
import smartproxy.dhcp.Subnet;

/** Which leases count when a client moved, and its old address was given to another. */
final class GridLeasesTest {
    private static final Subnet SUBNET = Subnet.parse("192.0.2.0/24").orElseThrow();

    private static ObjectNode lease(String ip, String mac, long starts) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("address", ip)
                .put("hardware", mac)
                .put("starts", starts);
    }

    private static List<String> shown(List<ObjectNode> objects) {
        var leases = new GridLeases("default", SUBNET);
        objects.forEach(leases::add);
        return leases.all().stream().map(Lease::toString).toList();
    }

    @Test
    @DisplayName(
            "a client that moved on keeps its new address, and whoever got its old one has that, told in any order")
    void anAddressThatChangedHands() {
        var before = lease("192.0.2.10", "02:00:00:00:00:01", 10);
        var heir = lease("192.0.2.10", "02:00:00:00:00:02", 20);
        var moved = lease("192.0.2.11", "02:00:00:00:00:01", 30);
        for (var told : List.of(
                List.of(before, moved, heir),
                List.of(before, heir, moved),
                List.of(heir, before, moved),
                List.of(heir, moved, before),
                List.of(moved, before, heir),
                List.of(moved, heir, before))) {
            assertThat(shown(told))
                    .as(told.toString())
                    .containsExactlyInAnyOrder("192.0.2.11 / 02:00:00:00:00:01", "192.0.2.10 / 02:00:00:00:00:02");
        }
    }
}
