package smartproxy.dhcp;

import java.util.Collection;
import java.util.Iterator;
import java.util.TreeSet;
import java.util.function.Supplier;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.KeyedSerializer;
import smartproxy.core.api.Store;

/**
 * One change at a time for each MAC and each address, in the order they came; also between daemons that share a store, in any
 * order. Turns are taken in one order, MACs by their value and the address last, so that no two changes wait for each other.
 */
final class ChangeLocks {
    private final Store store;
    private final KeyedSerializer<MacAddress> macs = new KeyedSerializer<>();
    private final KeyedSerializer<Ipv4> ips = new KeyedSerializer<>();

    ChangeLocks(Store store) {
        this.store = store;
    }

    /**
     * @throws BusyException when the change before it has not ended by the deadline; nothing was begun
     * @throws BackendException when the shared store cannot be asked; nothing was begun
     */
    <T> T inOrder(Collection<MacAddress> of, Deadline deadline, Supplier<T> work) {
        return next(new TreeSet<>(of).iterator(), deadline, work);
    }

    private <T> T next(Iterator<MacAddress> rest, Deadline deadline, Supplier<T> work) {
        if (!rest.hasNext()) {
            return work.get();
        }
        var mac = rest.next();
        return macs.inOrder(
                mac, deadline, () -> store.exclusively("dhcp mac " + mac, deadline, () -> next(rest, deadline, work)));
    }

    /** Called alone, or within the turns of MACs. */
    <T> T inOrder(Ipv4 ip, Deadline deadline, Supplier<T> work) {
        return ips.inOrder(ip, deadline, () -> store.exclusively("dhcp ip " + ip, deadline, work));
    }
}
