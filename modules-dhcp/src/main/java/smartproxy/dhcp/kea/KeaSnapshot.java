package smartproxy.dhcp.kea;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.Reservation;
import smartproxy.dhcp.Subnet;
import smartproxy.dhcp.UsedAddresses;

/**
 * What {@code kea-dhcp4} had when it was asked for everything.
 *
 * @param contents by network address, in its order
 */
record KeaSnapshot(KeaAbilities abilities, Map<Ipv4, Content> contents) implements KeaServer.Contents<KeaSnapshot> {
    /** What one subnet has. */
    static final class Content {
        final long id;
        final Subnet subnet;
        final Map<MacAddress, Reservation> reservations;
        final Map<Ipv4, List<Reservation>> byIp;
        final Map<MacAddress, KeaLease> leases;
        final int[] otherAddresses;
        final UsedAddresses used;

        /** @param otherAddresses of leases and of hosts that are not known by a MAC */
        Content(
                long id,
                Subnet subnet,
                Map<MacAddress, Reservation> reservations,
                Map<MacAddress, KeaLease> leases,
                int[] otherAddresses) {
            this.id = id;
            this.subnet = subnet;
            this.reservations = reservations;
            this.leases = leases;
            this.otherAddresses = otherAddresses;
            this.byIp = new LinkedHashMap<>();
            reservations
                    .values()
                    .forEach(reservation -> byIp.computeIfAbsent(reservation.ip(), ip -> new ArrayList<>(1))
                            .add(reservation));
            var all = IntStream.concat(
                            Arrays.stream(otherAddresses),
                            byIp.keySet().stream().mapToInt(Ipv4::bits))
                    .toArray();
            this.used = ranges -> {
                for (var ip : all) {
                    ranges.accept(ip, ip);
                }
            };
        }

        private Content after(Change change) {
            var others = new LinkedHashMap<>(reservations);
            others.remove(MacAddress.of(change.target.key().identifier()));
            if (change.host != null) {
                KeaRecords.reservation(subnet, change.host, true)
                        .ifPresent(reservation -> others.put(reservation.mac(), reservation));
            }
            return new Content(id, subnet, others, leases, otherAddresses);
        }
    }

    Optional<Content> content(Subnet subnet) {
        return Optional.ofNullable(contents.get(subnet.network())).filter(content -> content.subnet.isSameAs(subnet));
    }

    @Override
    public KeaSnapshot after(Change change) {
        var changed = new LinkedHashMap<>(contents);
        changed.replaceAll((network, content) ->
                content.subnet.toString().equals(change.target.subnet()) ? content.after(change) : content);
        return new KeaSnapshot(abilities, changed);
    }
}
