package smartproxy.dhcp;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;

/**
 * One way to read and change a DHCP server. A provider talks to its backend and nothing else: rules about conflicts, suggestions
 * of unused addresses and what callers see between a change and its appearance in the view are the service's.
 *
 * <p>Promises, each with a test in {@code DhcpProviderContract}:
 *
 * <ul>
 *   <li>Thread-safe. Changes of one MAC or address come one at a time; others come together.
 *   <li>When a change returns normally, the backend holds what it says, durably.
 *   <li>When it throws with {@link BackendException.Outcome#NOT_APPLIED}, or a {@link CallerException}, nothing was changed and
 *       nothing will be.
 *   <li>A call ends by its deadline.
 *   <li>Nothing but the named reservation is changed.
 * </ul>
 */
public interface DhcpProvider {
    /** The default of {@link #suggestionTime()}. */
    Duration SUGGESTION_TIME = Duration.ofMinutes(30);

    /**
     * What the server has now, as far as this provider knows; see {@link DhcpAbility#FRESH_READS}. Cheap: it is made for each
     * request.
     *
     * @throws BackendException when nothing is known and the backend cannot be asked
     */
    DhcpView view(Deadline deadline);

    /**
     * Adds a reservation unless something is in its way: a reservation of that MAC in the subnet, or one of that address whose
     * MAC is not related. Leases are never in the way. The service has looked into a view before, so this is for what the view
     * did not show.
     *
     * @return {@link Creation.Occupied} with what was found, and nothing changed
     * @throws CallerException 400 or 409 when the backend could not carry it back as it is, or refuses it for a reason that lies
     *     in the request, such as a name in use
     * @throws BackendException when the backend fails or refuses
     */
    Creation create(NewReservation wanted, Deadline deadline);

    /**
     * Removes the reservation of that MAC in that subnet.
     *
     * @param reservation as the view showed it, deleteable
     * @throws BackendException when the backend fails or refuses
     */
    Removal remove(Reservation reservation, Deadline deadline);

    /**
     * Gives a reservation that is equal in all that is compared the vendor options that are wanted too. Asked with {@link
     * DhcpAbility#VENDOR_OPTIONS} alone, and when some are wanted; those that are stored and not wanted do not matter.
     *
     * @param present as the view showed it
     * @return the reservation as views will show it; empty when it had them already, and nothing was changed
     * @throws CallerException 409 when it cannot be changed, as it stands in a file of the server's administrator
     * @throws BackendException when the backend fails or refuses; the message says so when the reservation may be gone
     */
    default Optional<Reservation> change(Reservation present, NewReservation wanted, Deadline deadline) {
        return Optional.empty();
    }

    /**
     * Whether the backend itself, past any file or cache that views are made of, has a reservation of that MAC and address.
     * Asked when a view does not show a change for long; never with {@link DhcpAbility#FRESH_READS}.
     *
     * @throws BackendException when it cannot be asked
     */
    default boolean holds(Reservation reservation, Deadline deadline) {
        return view(deadline)
                .reservation(reservation.subnet(), reservation.mac())
                .filter(present -> present.ip().equals(reservation.ip()))
                .isPresent();
    }

    /** The DHCPv6 side of the server, where it has one that is served; constant. */
    default Optional<Dhcp6Provider> dhcp6() {
        return Optional.empty();
    }

    /** How long an address that was suggested is kept from others; constant. */
    default Duration suggestionTime() {
        return SUGGESTION_TIME;
    }

    /** What {@link #create} did. */
    sealed interface Creation {
        /** @param stored the reservation as views will show it */
        record Created(Reservation stored) implements Creation {}

        /**
         * Something is in its way; nothing was changed.
         *
         * @param present the reservations of the MAC and of the address, as far as they could be found
         */
        record Occupied(List<Reservation> present) implements Creation {
            public Occupied {
                present = List.copyOf(present);
            }
        }
    }

    /** What {@link #remove} did. */
    enum Removal {
        REMOVED,
        /** There was none. */
        ABSENT
    }
}
