package smartproxy.dhcp.kea;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import smartproxy.core.api.Deadline;
import smartproxy.dhcp.ClientId;
import smartproxy.dhcp.Dhcp6View;
import smartproxy.dhcp.Ipv6;
import smartproxy.dhcp.Lease6;
import smartproxy.dhcp.Reservation6;
import smartproxy.dhcp.Subnet6;

/** Lists from a snapshot; leases of an address or DUID from Kea itself, which finds none by MAC. */
final class Kea6View implements Dhcp6View {
    private static final String BY_IP = Family.V6.leaseCommand("get");
    private static final String BY_DUID = Family.V6.leaseCommand("get-by-duid");

    private final Kea6Snapshot snapshot;
    private final KeaServer<Kea6Snapshot> server;
    private final Deadline deadline;

    Kea6View(Kea6Snapshot snapshot, KeaServer<Kea6Snapshot> server, Deadline deadline) {
        this.snapshot = snapshot;
        this.server = server;
        this.deadline = deadline;
    }

    @Override
    public List<Subnet6> subnets() {
        return snapshot.contents().values().stream()
                .map(Kea6Snapshot.Content::subnet)
                .toList();
    }

    @Override
    public void eachReservation(Subnet6 subnet, Consumer<? super Reservation6> consumer) {
        snapshot.content(subnet)
                .ifPresent(content -> content.reservations().values().forEach(consumer));
    }

    @Override
    public void eachLease(Subnet6 subnet, Consumer<? super Lease6> consumer) {
        snapshot.content(subnet)
                .ifPresent(content -> content.leases().forEach(lease -> consumer.accept(lease.in(content.subnet()))));
    }

    @Override
    public List<Reservation6> reservationsAt(Subnet6 subnet, Ipv6 ip) {
        return snapshot.content(subnet).stream()
                .flatMap(content -> content.reservations().values().stream())
                .filter(reservation -> reservation.ips().contains(ip))
                .toList();
    }

    @Override
    public Optional<Reservation6> reservation(Subnet6 subnet, ClientId client) {
        return snapshot.content(subnet).map(content -> content.reservations().get(client));
    }

    @Override
    public Optional<Lease6> leaseAt(Subnet6 subnet, Ipv6 ip) {
        return snapshot.abilities().can(BY_IP) && subnet.contains(ip)
                ? server.find(deadline, (reader, attempt) -> reader.leaseAt(ip.toString(), attempt))
                        .flatMap(Kea6Lease::of)
                        .map(lease -> lease.in(subnet))
                : Optional.empty();
    }

    @Override
    public Optional<Lease6> lease(Subnet6 subnet, ClientId client) {
        var content = snapshot.content(subnet);
        if (content.isEmpty()) {
            return Optional.empty();
        }
        var leases = client.kind() == ClientId.Kind.DUID && snapshot.abilities().can(BY_DUID)
                ? server
                        .find(
                                deadline,
                                (reader, attempt) ->
                                        reader.leases(BY_DUID, content.get().id(), Kea6Records.key(client), attempt))
                        .stream()
                        .flatMap(lease -> Kea6Lease.of(lease).stream())
                : content.get().leases().stream().filter(lease -> lease.isOf(client));
        return leases.max(Comparator.comparingLong(Kea6Lease::since)).map(lease -> lease.in(subnet));
    }
}
