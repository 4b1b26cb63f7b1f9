package smartproxy.dhcp.infoblox;

import java.util.LinkedHashMap;
import java.util.Optional;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.Reservation;
import smartproxy.dhcp.Subnet;

/**
 * An address of an object of the grid.
 *
 * @param mac empty when DHCP serves it to nobody in particular
 * @param alone whether the object has no other address
 * @param filename empty when the object has none of its own
 * @param nextServer likewise
 */
record Entry(ObjectNames names, Ipv4 ip, Optional<MacAddress> mac, boolean alone, String filename, String nextServer) {
    /** What Foreman is told; nothing of an address that has no name or no MAC. */
    Optional<Reservation> reservation(Subnet subnet) {
        if (names.name().isEmpty() || !subnet.contains(ip)) {
            return Optional.empty();
        }
        var options = new LinkedHashMap<String, Object>();
        options.put(Reservation.HOSTNAME, names.hostname());
        if (!nextServer.isEmpty()) {
            options.put(Reservation.NEXT_SERVER, nextServer);
        }
        if (!filename.isEmpty()) {
            options.put(Reservation.FILENAME, filename);
        }
        return mac.map(address -> new Reservation(subnet, names.name(), ip, address, alone, options));
    }
}
