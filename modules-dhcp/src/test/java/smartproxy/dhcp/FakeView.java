package smartproxy.dhcp;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** A snapshot of lists. */
public final class FakeView implements DhcpView {
    private final List<Subnet> subnets;
    private final List<Reservation> reservations;
    private final List<Lease> leases;
    private final UsedAddresses extra;
    private final Map<Subnet, UsedAddresses> used = new ConcurrentHashMap<>();

    public FakeView(List<Subnet> subnets, List<Reservation> reservations, List<Lease> leases) {
        this(subnets, reservations, leases, UsedAddresses.NONE);
    }

    public FakeView(List<Subnet> subnets, List<Reservation> reservations, List<Lease> leases, UsedAddresses extra) {
        this.subnets = subnets;
        this.reservations = reservations;
        this.leases = leases;
        this.extra = extra;
    }

    @Override
    public List<Subnet> subnets() {
        return subnets;
    }

    /** Of all subnets. */
    public List<Reservation> reservations() {
        return reservations;
    }

    /** The same with one reservation more. */
    public FakeView with(Reservation reservation) {
        var more = new ArrayList<>(reservations);
        more.add(reservation);
        return new FakeView(subnets, more, leases, extra);
    }

    /** The same without the reservation of that MAC. */
    public FakeView without(MacAddress mac) {
        return new FakeView(
                subnets,
                reservations.stream().filter(other -> !other.mac().equals(mac)).toList(),
                leases,
                extra);
    }

    @Override
    public void eachReservation(Subnet subnet, Consumer<? super Reservation> consumer) {
        reservations.stream()
                .filter(reservation -> reservation.subnet().isSameAs(subnet))
                .forEach(consumer);
    }

    @Override
    public void eachLease(Subnet subnet, Consumer<? super Lease> consumer) {
        leases.stream().filter(lease -> lease.subnet().isSameAs(subnet)).forEach(consumer);
    }

    private List<Reservation> reservations(Subnet subnet) {
        var all = new ArrayList<Reservation>();
        eachReservation(subnet, all::add);
        return all;
    }

    private List<Lease> leases(Subnet subnet) {
        var all = new ArrayList<Lease>();
        eachLease(subnet, all::add);
        return all;
    }

    @Override
    public List<Reservation> reservationsAt(Subnet subnet, Ipv4 ip) {
        return reservations(subnet).stream()
                .filter(reservation -> reservation.ip().equals(ip))
                .toList();
    }

    @Override
    public Optional<Reservation> reservation(Subnet subnet, MacAddress mac) {
        return reservations(subnet).stream()
                .filter(reservation -> reservation.mac().equals(mac))
                .findFirst();
    }

    @Override
    public Optional<Lease> leaseAt(Subnet subnet, Ipv4 ip) {
        return leases(subnet).stream().filter(lease -> lease.ip().equals(ip)).findFirst();
    }

    @Override
    public Optional<Lease> lease(Subnet subnet, MacAddress mac) {
        return leases(subnet).stream().filter(lease -> lease.mac().equals(mac)).findFirst();
    }

    @Override
    public UsedAddresses used(Subnet subnet) {
        return used.computeIfAbsent(subnet, key -> ranges -> {
            extra.each(ranges);
            eachReservation(
                    subnet,
                    record -> ranges.accept(record.ip().bits(), record.ip().bits()));
            eachLease(
                    subnet,
                    record -> ranges.accept(record.ip().bits(), record.ip().bits()));
        });
    }
}
