package smartproxy.dhcp;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A view with changes of the daemon's own laid over it. */
final class OverlaidView implements DhcpView {
    private final DhcpView view;
    private final Map<Overlay.Key, Overlay.Change> changes;

    /** @param changes not changed any more */
    OverlaidView(DhcpView view, Map<Overlay.Key, Overlay.Change> changes) {
        this.view = view;
        this.changes = changes;
    }

    @Override
    public List<Subnet> subnets() {
        return view.subnets();
    }

    @Override
    public Optional<Subnet> subnet(Ipv4 address) {
        return view.subnet(address);
    }

    @Override
    public void eachReservation(Subnet subnet, Consumer<? super Reservation> consumer) {
        view.eachReservation(subnet, reservation -> {
            if (!isChanged(subnet, reservation.mac())) {
                consumer.accept(reservation);
            }
        });
        created(subnet).forEach(consumer);
    }

    @Override
    public List<Reservation> reservationsAt(Subnet subnet, Ipv4 ip) {
        return Stream.concat(
                        view.reservationsAt(subnet, ip).stream()
                                .filter(reservation -> !isChanged(subnet, reservation.mac())),
                        created(subnet).filter(reservation -> reservation.ip().equals(ip)))
                .toList();
    }

    @Override
    public Optional<Reservation> reservation(Subnet subnet, MacAddress mac) {
        var change = changes.get(new Overlay.Key(subnet.network(), mac));
        if (change == null) {
            return view.reservation(subnet, mac);
        }
        return change.removed() ? Optional.empty() : Optional.of(change.reservation());
    }

    @Override
    public void eachLease(Subnet subnet, Consumer<? super Lease> consumer) {
        view.eachLease(subnet, consumer);
    }

    @Override
    public Optional<Lease> leaseAt(Subnet subnet, Ipv4 ip) {
        return view.leaseAt(subnet, ip);
    }

    @Override
    public Optional<Lease> lease(Subnet subnet, MacAddress mac) {
        return view.lease(subnet, mac);
    }

    /** What was removed counts as used until the view shows that it is not. */
    @Override
    public UsedAddresses used(Subnet subnet) {
        var used = view.used(subnet);
        var added = created(subnet).map(Reservation::ip).toList();
        return added.isEmpty()
                ? used
                : ranges -> {
                    used.each(ranges);
                    added.forEach(ip -> ranges.accept(ip.bits(), ip.bits()));
                };
    }

    @Override
    public boolean isFree(Subnet subnet, Ipv4 ip) {
        return created(subnet).noneMatch(reservation -> reservation.ip().equals(ip)) && view.isFree(subnet, ip);
    }

    private boolean isChanged(Subnet subnet, MacAddress mac) {
        return changes.containsKey(new Overlay.Key(subnet.network(), mac));
    }

    private Stream<Reservation> created(Subnet subnet) {
        return changes.values().stream()
                .filter(change -> !change.removed()
                        && change.reservation().subnet().network().equals(subnet.network()))
                .map(Overlay.Change::reservation);
    }
}
