package smartproxy.dhcp.kea;

import smartproxy.core.api.BusyException;
import smartproxy.core.api.Deadline;

/** Keeps the writers of other daemons away while a Kea's whole configuration is read, changed and set. */
@FunctionalInterface
interface WriterLock {
    /** Of a daemon that shares nothing with others. */
    WriterLock ALONE = (name, deadline, work) -> work.run();

    /**
     * Does the work while no other daemon has the lock of that name.
     *
     * @param name of the Kea: {@code kea http://127.0.0.1:8000/}
     * @throws BusyException when it was not to be had by the deadline; the work was not begun
     */
    void hold(String name, Deadline deadline, Runnable work);
}
