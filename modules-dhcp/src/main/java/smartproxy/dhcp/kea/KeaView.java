package smartproxy.dhcp.kea;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import smartproxy.core.api.Deadline;
import smartproxy.dhcp.DhcpView;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.Lease;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.Reservation;
import smartproxy.dhcp.Subnet;
import smartproxy.dhcp.UsedAddresses;

/** Lists from a snapshot; single leases, and whether an address is free, from Kea itself. */
final class KeaView implements DhcpView {
    private final KeaSnapshot snapshot;
    private final KeaDhcpProvider provider;
    private final Deadline deadline;

    KeaView(KeaSnapshot snapshot, KeaDhcpProvider provider, Deadline deadline) {
        this.snapshot = snapshot;
        this.provider = provider;
        this.deadline = deadline;
    }

    @Override
    public List<Subnet> subnets() {
        return snapshot.contents().values().stream()
                .map(content -> content.subnet)
                .toList();
    }

    @Override
    public void eachReservation(Subnet subnet, Consumer<? super Reservation> consumer) {
        snapshot.content(subnet)
                .ifPresent(content -> content.reservations.values().forEach(consumer));
    }

    @Override
    public void eachLease(Subnet subnet, Consumer<? super Lease> consumer) {
        snapshot.content(subnet)
                .ifPresent(
                        content -> content.leases.values().forEach(lease -> consumer.accept(lease.in(content.subnet))));
    }

    @Override
    public List<Reservation> reservationsAt(Subnet subnet, Ipv4 ip) {
        return snapshot.content(subnet)
                .map(content -> List.copyOf(content.byIp.getOrDefault(ip, List.of())))
                .orElse(List.of());
    }

    @Override
    public Optional<Reservation> reservation(Subnet subnet, MacAddress mac) {
        return snapshot.content(subnet).map(content -> content.reservations.get(mac));
    }

    @Override
    public Optional<Lease> leaseAt(Subnet subnet, Ipv4 ip) {
        return snapshot.content(subnet).flatMap(content -> provider.leaseAt(snapshot, content, ip, deadline));
    }

    @Override
    public Optional<Lease> lease(Subnet subnet, MacAddress mac) {
        return snapshot.content(subnet).flatMap(content -> provider.lease(snapshot, content, mac, deadline));
    }

    @Override
    public UsedAddresses used(Subnet subnet) {
        return snapshot.content(subnet).map(content -> content.used).orElse(UsedAddresses.NONE);
    }

    @Override
    public boolean isFree(Subnet subnet, Ipv4 ip) {
        return snapshot.content(subnet)
                .map(content -> provider.isFree(snapshot, content, ip, deadline))
                .orElse(true);
    }
}
