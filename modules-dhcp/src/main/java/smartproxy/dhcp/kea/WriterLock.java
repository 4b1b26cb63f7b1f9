package smartproxy.dhcp.kea;

import java.util.function.Supplier;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.Deadline;

/** Keeps the writers of other daemons away while a Kea's whole configuration is read, changed and set. */
@FunctionalInterface
interface WriterLock {
    /** Of a daemon that shares nothing with others. */
    WriterLock ALONE = new WriterLock() {
        @Override
        public <T> T exclusively(String name, Deadline deadline, Supplier<T> work) {
            return work.get();
        }
    };

    /**
     * Does the work while no other daemon has the lock of that name. Callers of one daemon take turns before.
     *
     * @param name of the Kea: {@code dhcp_kea http://127.0.0.1:8000/}
     * @throws BusyException when it was not to be had by the deadline; the work was not begun
     */
    <T> T exclusively(String name, Deadline deadline, Supplier<T> work);
}
