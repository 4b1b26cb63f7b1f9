package smartproxy.dhcp.kea;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import smartproxy.dhcp.ClientId;
import smartproxy.dhcp.Ipv6;
import smartproxy.dhcp.Lease6;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.Subnet6;
import smartproxy.dhcp.TimeText;

/**
 * An IPv6 lease as it is held in the snapshot, as {@link KeaLease}.
 *
 * @param mac where Kea learnt it
 */
record Kea6Lease(
        Ipv6 ip, ClientId duid, Optional<MacAddress> mac, String hostname, long since, long seconds, String state) {
    private static final String PREFIX = "IA_PD";

    /** The lease; empty when its client has no DUID, as of an address that was declined, or it is of a prefix, or not held. */
    static Optional<Kea6Lease> of(JsonNode lease) {
        var ip = Ipv6.parse(lease.path(KeaRecords.IP).asText(""));
        var duid = ClientId.duid(lease.path(HostKey.DUID).asText(""));
        if (ip.isEmpty()
                || duid.isEmpty()
                || lease.path("type").asText("").equals(PREFIX)
                || !KeaRecords.isHeld(lease)) {
            return Optional.empty();
        }
        return Optional.of(new Kea6Lease(
                ip.get(),
                duid.get(),
                MacAddress.parse(lease.path(HostKey.MAC).asText("")),
                lease.path("hostname").asText(""),
                lease.path("cltt").longValue(),
                lease.path("valid-lft").longValue(),
                KeaRecords.state(lease)));
    }

    /** Whether it is that client's. */
    boolean isOf(ClientId client) {
        return client.kind() == ClientId.Kind.DUID
                ? duid.equals(client)
                : mac.map(MacAddress::toString).filter(client.text()::equals).isPresent();
    }

    /** As it is shown. */
    Lease6 in(Subnet6 subnet) {
        return new Lease6(subnet, ip, duid, mac, TimeText.of(since), TimeText.of(since + seconds), state, hostname);
    }
}
