package smartproxy.dhcp.kea;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.Lease;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.Reservation;
import smartproxy.dhcp.Subnet;
import smartproxy.dhcp.TimeText;

/**
 * A lease as it is held in the snapshot, of which there may be many; what is shown is made of it when it is shown.
 *
 * @param hostname empty when there is none
 * @param since when its client was last heard, in seconds of the epoch
 * @param seconds for which it was given then
 */
record KeaLease(Ipv4 ip, MacAddress mac, String hostname, long since, long seconds, String state) {
    /** The lease; empty when its client is not known by a MAC, as of an address that was declined, or it is not held. */
    static Optional<KeaLease> of(JsonNode lease) {
        var ip = Ipv4.parse(lease.path(KeaRecords.IP).asText(""));
        var mac = MacAddress.parse(lease.path(HostKey.MAC).asText(""));
        if (ip.isEmpty() || mac.isEmpty() || !KeaRecords.isHeld(lease)) {
            return Optional.empty();
        }
        return Optional.of(new KeaLease(
                ip.get(),
                mac.get(),
                lease.path("hostname").asText(""),
                lease.path("cltt").longValue(),
                lease.path("valid-lft").longValue(),
                KeaRecords.state(lease)));
    }

    /** The one whose client was heard later. */
    KeaLease later(KeaLease other) {
        return since <= other.since ? other : this;
    }

    /** As it is shown. */
    Lease in(Subnet subnet) {
        return new Lease(
                subnet,
                Lease.nameFor(mac),
                ip,
                mac,
                TimeText.of(since),
                TimeText.of(since + seconds),
                state,
                hostname.isEmpty() ? Map.of() : Map.of(Reservation.HOSTNAME, hostname));
    }
}
