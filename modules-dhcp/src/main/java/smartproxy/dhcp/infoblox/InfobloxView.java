package smartproxy.dhcp.infoblox;

import java.util.HashSet;
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

/** Asks the grid, each time. */
final class InfobloxView implements DhcpView {
    private final GridReader reader;
    private final Deadline deadline;

    InfobloxView(GridReader reader, Deadline deadline) {
        this.reader = reader;
        this.deadline = deadline;
    }

    @Override
    public List<Subnet> subnets() {
        return reader.subnets(deadline);
    }

    @Override
    public Optional<Subnet> subnet(Ipv4 address) {
        var exact = reader.subnet(address, deadline);
        return exact.isPresent() ? exact : DhcpView.super.subnet(address);
    }

    /** The grid would not take a second one of a MAC in a network, but it may have one from elsewhere. */
    @Override
    public void eachReservation(Subnet subnet, Consumer<? super Reservation> consumer) {
        var seen = new HashSet<MacAddress>();
        reader.eachEntry(
                subnet,
                deadline,
                entry -> entry.reservation(subnet)
                        .filter(reservation -> seen.add(reservation.mac()))
                        .ifPresent(consumer));
    }

    @Override
    public void eachLease(Subnet subnet, Consumer<? super Lease> consumer) {
        reader.leases(subnet, deadline).all().forEach(consumer);
    }

    @Override
    public List<Reservation> reservationsAt(Subnet subnet, Ipv4 ip) {
        return reader.at(subnet, ip, deadline).stream()
                .flatMap(entry -> entry.reservation(subnet).stream())
                .toList();
    }

    @Override
    public Optional<Reservation> reservation(Subnet subnet, MacAddress mac) {
        return reader.of(subnet, mac, deadline).stream()
                .flatMap(entry -> entry.reservation(subnet).stream())
                .findFirst();
    }

    @Override
    public Optional<Lease> leaseAt(Subnet subnet, Ipv4 ip) {
        return reader.leasesAt(subnet, ip, deadline).first();
    }

    @Override
    public Optional<Lease> lease(Subnet subnet, MacAddress mac) {
        return reader.leasesOf(subnet, mac, deadline).first();
    }

    @Override
    public UsedAddresses used(Subnet subnet) {
        return reader.used(subnet, deadline);
    }

    @Override
    public boolean isFree(Subnet subnet, Ipv4 ip) {
        return reader.isFree(subnet, ip, deadline);
    }
}
