package smartproxy.dhcp;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a DHCP server knows, as one request reads it. Either a snapshot that the provider holds, or a view whose methods ask the
 * backend when they are called, within the deadline it was made with; those throw {@link smartproxy.core.api.BackendException}.
 *
 * <p>Promises, each with a test in {@code DhcpProviderContract}:
 *
 * <ul>
 *   <li>Nothing here changes anything, and methods with {@code each} keep no object per record: a million leases pass through.
 *   <li>A snapshot does not change; its methods can be called from several threads.
 *   <li>Subnets, reservations and leases come in the order of the backend. No two subnets have the same network.
 *   <li>A reservation or lease is found in its own subnet alone. Of one MAC there is at most one reservation and one lease in a
 *       subnet, of one address at most one lease, but any number of reservations.
 * </ul>
 */
public interface DhcpView {
    List<Subnet> subnets();

    /** The subnet with that network address, else the smallest one that contains the address. */
    default Optional<Subnet> subnet(Ipv4 address) {
        var all = subnets();
        return all.stream()
                .filter(subnet -> subnet.network().equals(address))
                .findFirst()
                .or(() -> all.stream()
                        .filter(subnet -> subnet.contains(address))
                        .max(Comparator.comparingInt(Subnet::prefix)));
    }

    void eachReservation(Subnet subnet, Consumer<? super Reservation> consumer);

    void eachLease(Subnet subnet, Consumer<? super Lease> consumer);

    List<Reservation> reservationsAt(Subnet subnet, Ipv4 ip);

    Optional<Reservation> reservation(Subnet subnet, MacAddress mac);

    Optional<Lease> leaseAt(Subnet subnet, Ipv4 ip);

    Optional<Lease> lease(Subnet subnet, MacAddress mac);

    /** The addresses of all reservations and leases of the subnet. */
    UsedAddresses used(Subnet subnet);

    /**
     * Whether no reservation and no lease has the address; asked of an address that {@link #used} does not have, before it is
     * suggested. A provider with {@link DhcpAbility#FREE_CHECK} asks its backend here.
     */
    default boolean isFree(Subnet subnet, Ipv4 ip) {
        return reservationsAt(subnet, ip).isEmpty() && leaseAt(subnet, ip).isEmpty();
    }
}
