package smartproxy.dhcp.kea;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.Reservation;
import smartproxy.dhcp.Subnet;
import smartproxy.dhcp.UsedAddresses;

/**
 * What Kea had when it was asked for everything. Immutable.
 *
 * @param commands it knows
 * @param contents by network address, in its order
 */
record KeaSnapshot(Set<String> commands, Writing writing, Map<Ipv4, Content> contents) {
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

        private Content with(Map<MacAddress, Reservation> others) {
            return new Content(id, subnet, others, leases, otherAddresses);
        }
    }

    Optional<Content> content(Subnet subnet) {
        return Optional.ofNullable(contents.get(subnet.network())).filter(content -> content.subnet.isSameAs(subnet));
    }

    boolean can(String command) {
        return commands.contains(command);
    }

    KeaSnapshot with(Reservation reservation) {
        return changed(reservation.subnet(), reservations -> reservations.put(reservation.mac(), reservation));
    }

    KeaSnapshot without(Reservation reservation) {
        return changed(reservation.subnet(), reservations -> reservations.remove(reservation.mac()));
    }

    private KeaSnapshot changed(Subnet subnet, java.util.function.Consumer<Map<MacAddress, Reservation>> change) {
        var content = content(subnet);
        if (content.isEmpty()) {
            return this;
        }
        var reservations = new LinkedHashMap<>(content.get().reservations);
        change.accept(reservations);
        var changed = new LinkedHashMap<>(contents);
        changed.put(subnet.network(), content.get().with(reservations));
        return new KeaSnapshot(commands, writing, changed);
    }
}
