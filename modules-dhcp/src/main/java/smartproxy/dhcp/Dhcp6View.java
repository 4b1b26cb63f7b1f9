package smartproxy.dhcp;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a DHCPv6 server knows, as one request reads it; as {@link DhcpView}, but that it shows every change that ended before it
 * was made. Of one client there is at most one reservation in a subnet, but any number of leases.
 */
public interface Dhcp6View {
    List<Subnet6> subnets();

    void eachReservation(Subnet6 subnet, Consumer<? super Reservation6> consumer);

    void eachLease(Subnet6 subnet, Consumer<? super Lease6> consumer);

    List<Reservation6> reservationsAt(Subnet6 subnet, Ipv6 ip);

    Optional<Reservation6> reservation(Subnet6 subnet, ClientId client);

    Optional<Lease6> leaseAt(Subnet6 subnet, Ipv6 ip);

    /** The one last heard of. */
    Optional<Lease6> lease(Subnet6 subnet, ClientId client);

    /** The subnet with that network address. */
    default Optional<Subnet6> subnet(Ipv6 network) {
        return subnets().stream()
                .filter(subnet -> subnet.network().equals(network))
                .findFirst();
    }
}
