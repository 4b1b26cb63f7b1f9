package smartproxy.dns;

import java.util.List;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.Deadline;

/**
 * One way to change DNS records. A provider talks to its backend and nothing else: rules about conflicts are the service's.
 *
 * <p>Promises, each with a test in {@code DnsProviderContract}:
 *
 * <ul>
 *   <li>Thread-safe. Calls for one name come one at a time; calls for different names come together.
 *   <li>When a call returns normally, the backend holds what it says, durably, and answers queries so.
 *   <li>When a call throws with {@link BackendException.Outcome#NOT_APPLIED}, nothing was changed and nothing will be.
 *   <li>A call ends by its deadline.
 *   <li>Nothing but the named record or record set is changed.
 * </ul>
 */
public interface DnsProvider {
    /**
     * Adds a record unless something is in its way.
     *
     * <p>A, AAAA and PTR: in the way is any record of that type, or a CNAME, at that name. CNAME: any record at that name. SRV:
     * a CNAME at that name; other SRV records stay and the new one joins them; an equal one is {@link Creation.Created} too.
     *
     * @return {@link Creation.Occupied} with what was found, and nothing changed
     * @throws BackendException when the backend fails or refuses; {@code REJECTED} when it serves no zone for the name
     */
    Creation create(DnsRecord record, Deadline deadline);

    /**
     * Removes all records of a type at a name.
     *
     * @throws BackendException when the backend fails or refuses; {@code REJECTED} when it serves no zone for the name
     */
    Removal remove(DnsName name, RecordType type, Deadline deadline);

    /** What {@link #create} did. */
    sealed interface Creation {
        /** The record is there. */
        record Created() implements Creation {}

        /**
         * Something is in its way; nothing was changed.
         *
         * @param present the records of the wanted type found at the name, also behind one CNAME; empty when only others are
         *     there
         */
        record Occupied(List<DnsRecord> present) implements Creation {
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
