package smartproxy.dhcp.kea;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import smartproxy.dhcp.ClientId;
import smartproxy.dhcp.Ipv6;
import smartproxy.dhcp.Reservation6;
import smartproxy.dhcp.Subnet6;
import smartproxy.dhcp.kea.KeaConfig.ServedSubnet;

/**
 * What {@code kea-dhcp6} had when it was asked for everything. Immutable.
 *
 * @param contents by network address, in its order
 */
record Kea6Snapshot(KeaAbilities abilities, Map<Ipv6, Content> contents) implements KeaServer.Contents<Kea6Snapshot> {
    /** What one subnet has. */
    record Content(long id, Subnet6 subnet, Map<ClientId, Reservation6> reservations, List<Kea6Lease> leases) {
        private Content after(Change change) {
            var others = new LinkedHashMap<>(reservations);
            others.keySet().removeIf(client -> Kea6Records.key(client).equals(change.target.key()));
            if (change.host != null) {
                Kea6Records.reservation(subnet, change.host, true)
                        .ifPresent(reservation -> others.put(reservation.client(), reservation));
            }
            return new Content(id, subnet, others, leases);
        }
    }

    /** Makes one of what is told. */
    static final class Collector implements KeaReader.Collector {
        private final Map<Long, Content> subnets = new LinkedHashMap<>();

        @Override
        public boolean subnet(ServedSubnet served) {
            var subnet = Kea6Records.subnet(served);
            if (subnets.values().stream()
                    .anyMatch(other -> other.subnet.network().equals(subnet.network()))) {
                return false;
            }
            subnets.put(served.id(), new Content(served.id(), subnet, new LinkedHashMap<>(), new ArrayList<>()));
            return true;
        }

        private Optional<Content> of(long subnetId) {
            return Optional.ofNullable(subnets.get(subnetId));
        }

        @Override
        public void lease(long subnetId, JsonNode lease) {
            of(subnetId).ifPresent(content -> Kea6Lease.of(lease).ifPresent(content.leases::add));
        }

        @Override
        public void host(long subnetId, JsonNode host, boolean deleteable) {
            of(subnetId)
                    .ifPresent(content -> Kea6Records.reservation(content.subnet, host, deleteable)
                            .ifPresent(reservation ->
                                    content.reservations.putIfAbsent(reservation.client(), reservation)));
        }

        @Override
        public void globalHost(JsonNode host) {
            // none of a subnet, and no address is suggested
        }

        Kea6Snapshot snapshot(KeaAbilities abilities) {
            var contents = new LinkedHashMap<Ipv6, Content>();
            subnets.values().forEach(content -> contents.put(content.subnet.network(), content));
            return new Kea6Snapshot(abilities, contents);
        }
    }

    Optional<Content> content(Subnet6 subnet) {
        return Optional.ofNullable(contents.get(subnet.network())).filter(content -> content.subnet.isSameAs(subnet));
    }

    @Override
    public Kea6Snapshot after(Change change) {
        var changed = new LinkedHashMap<>(contents);
        changed.replaceAll((network, content) ->
                content.subnet.toString().equals(change.target.subnet()) ? content.after(change) : content);
        return new Kea6Snapshot(abilities, changed);
    }
}
