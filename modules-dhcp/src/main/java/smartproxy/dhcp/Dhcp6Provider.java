package smartproxy.dhcp;

import java.util.List;
import smartproxy.core.api.Backend;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;

/** The DHCPv6 side of a {@link DhcpProvider}; the same promises count. */
public interface Dhcp6Provider {
    /** Guards its server, which may be away while the one of DHCPv4 is not. */
    Backend backend();

    /** @throws BackendException when nothing is known and the server cannot be asked */
    Dhcp6View view(Deadline deadline);

    /**
     * Adds a reservation unless one of its client in the subnet, or of one of its addresses, is in the way. Leases never are.
     *
     * @throws CallerException 400 when the server could not carry it back as it is
     * @throws BackendException when the server fails or refuses
     */
    Creation create(Reservation6 wanted, Deadline deadline);

    /**
     * Removes the reservation of that client in that subnet.
     *
     * @param reservation as the view showed it, deleteable
     * @throws BackendException when the server fails or refuses
     */
    DhcpProvider.Removal remove(Reservation6 reservation, Deadline deadline);

    /**
     * What {@link #create} did.
     *
     * @param done false when something was in the way: nothing was changed
     * @param present the reservations in the way, as far as they could be found
     */
    record Creation(boolean done, List<Reservation6> present) {
        public Creation {
            present = List.copyOf(present);
        }
    }
}
