package smartproxy.dhcp;

import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.KeyedSerializer;
import smartproxy.core.api.Store;

/**
 * One change at a time for each client and each address, in the order they came; also between daemons that share a store, in any
 * order. Turns are taken in one order, clients by their value and the address last, so that no two changes wait for each other.
 *
 * @param <C> what a client is known by
 * @param <A> an address
 */
final class ChangeLocks<C extends Comparable<C>, A> {
    private final Store store;
    private final String clientKey;
    private final String ipKey;
    private final KeyedSerializer<C> clients = new KeyedSerializer<>();
    private final KeyedSerializer<A> ips = new KeyedSerializer<>();

    /**
     * @param clientKey begins the key of a client's turn in the store
     * @param ipKey begins the key of an address's turn
     */
    ChangeLocks(Store store, String clientKey, String ipKey) {
        this.store = store;
        this.clientKey = clientKey;
        this.ipKey = ipKey;
    }

    static ChangeLocks<MacAddress, Ipv4> ofDhcp(Store store) {
        return new ChangeLocks<>(store, "dhcp mac ", "dhcp ip ");
    }

    static ChangeLocks<ClientId, Ipv6> ofDhcp6(Store store) {
        return new ChangeLocks<>(store, "dhcp6 client ", "dhcp6 ip ");
    }

    /**
     * @throws BusyException when the change before it has not ended by the deadline; nothing was begun
     * @throws BackendException when the shared store cannot be asked; nothing was begun
     */
    <T> T inOrder(Collection<C> of, Deadline deadline, Supplier<T> work) {
        return next(new TreeSet<>(of).iterator(), deadline, work);
    }

    private <T> T next(Iterator<C> rest, Deadline deadline, Supplier<T> work) {
        if (!rest.hasNext()) {
            return work.get();
        }
        var client = rest.next();
        return clients.inOrder(
                client,
                deadline,
                () -> store.exclusively(clientKey + client, deadline, () -> next(rest, deadline, work)));
    }

    /** Called alone, or within the turns of clients. */
    <T> T inOrder(A ip, Deadline deadline, Supplier<T> work) {
        return ips.inOrder(ip, deadline, () -> store.exclusively(ipKey + ip, deadline, work));
    }

    /**
     * Under the turns of an address and of whoever has it.
     *
     * @param holders who has it now
     * @param work gets those whose turns are held; does nothing when others have the address, and returns these
     */
    void inOrderOfHolders(A ip, Deadline deadline, Supplier<List<C>> holders, Function<List<C>, List<C>> work) {
        // a change that runs may be about to add one
        var expected = inOrder(ip, deadline, holders);
        while (true) {
            var held = expected;
            var found = inOrder(held, deadline, () -> inOrder(ip, deadline, () -> work.apply(held)));
            if (found.isEmpty()) {
                return;
            }
            expected = found;
        }
    }
}
