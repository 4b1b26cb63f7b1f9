package smartproxy.dhcp.kea;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.Reservation;
import smartproxy.dhcp.Subnet;
import smartproxy.dhcp.kea.KeaConfig.ServedSubnet;

/** Makes a {@link KeaSnapshot} of what {@code kea-dhcp4} tells. */
final class Kea4Collector implements KeaReader.Collector {
    private final List<Subnet> managed;
    private final Set<Ipv4> networks = new HashSet<>();
    private final Map<Long, Records> subnets = new LinkedHashMap<>();

    /** @param managed empty: all */
    Kea4Collector(List<Subnet> managed) {
        this.managed = managed;
    }

    /** What one subnet has. */
    private static final class Records {
        final Subnet subnet;
        final Map<MacAddress, KeaLease> leases = new LinkedHashMap<>();
        final Map<MacAddress, Reservation> reservations = new LinkedHashMap<>();
        final List<Integer> addresses = new ArrayList<>();

        Records(Subnet subnet) {
            this.subnet = subnet;
        }

        /** Of a client that came back under another identifier there are two: the later one counts. */
        void add(JsonNode lease) {
            Ipv4.parse(lease.path(KeaRecords.IP).asText("")).ifPresent(ip -> addresses.add(ip.bits()));
            KeaLease.of(lease).ifPresent(held -> leases.merge(held.mac(), held, KeaLease::later));
        }

        void add(JsonNode host, boolean deleteable) {
            KeaRecords.reservation(subnet, host, deleteable)
                    .ifPresentOrElse(
                            reservation -> reservations.putIfAbsent(reservation.mac(), reservation),
                            () -> addAddress(host));
        }

        void addAddress(JsonNode host) {
            Ipv4.parse(host.path(KeaRecords.IP).asText(""))
                    .filter(subnet::contains)
                    .ifPresent(ip -> addresses.add(ip.bits()));
        }

        KeaSnapshot.Content content(long id) {
            return new KeaSnapshot.Content(
                    id,
                    subnet,
                    reservations,
                    leases,
                    addresses.stream().mapToInt(Integer::intValue).toArray());
        }
    }

    @Override
    public boolean subnet(ServedSubnet served) {
        var subnet = Kea4Subnets.of(served);
        var wanted = managed.isEmpty() || managed.stream().anyMatch(subnet::isSameAs);
        if (!wanted || !networks.add(subnet.network())) {
            return false;
        }
        subnets.put(served.id(), new Records(subnet));
        return true;
    }

    private Records of(long subnetId) {
        var records = subnets.get(subnetId);
        if (records == null) {
            throw new IllegalArgumentException("no subnet " + subnetId);
        }
        return records;
    }

    @Override
    public void lease(long subnetId, JsonNode lease) {
        of(subnetId).add(lease);
    }

    @Override
    public void host(long subnetId, JsonNode host, boolean deleteable) {
        of(subnetId).add(host, deleteable);
    }

    @Override
    public void globalHost(JsonNode host) {
        subnets.values().forEach(records -> records.addAddress(host));
    }

    KeaSnapshot snapshot(KeaAbilities abilities) {
        var contents = new LinkedHashMap<Ipv4, KeaSnapshot.Content>();
        subnets.forEach((id, records) -> contents.put(records.subnet.network(), records.content(id)));
        return new KeaSnapshot(abilities, contents);
    }
}
