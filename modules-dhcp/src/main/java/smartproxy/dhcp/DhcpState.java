package smartproxy.dhcp;

import java.sql.SQLException;
import java.time.InstantSource;
import smartproxy.core.api.Store;
import smartproxy.dhcp.unused.UnusedIps;

/**
 * What two generations of the module have in common during a reload: whose turn it is, what was changed just now, and which
 * addresses are suggested.
 */
final class DhcpState implements AutoCloseable {
    private final ChangeLocks locks;
    private final Overlay overlay = new Overlay(System::nanoTime);
    private final UnusedIps unused;

    private DhcpState(ChangeLocks locks, UnusedIps unused) {
        this.locks = locks;
        this.unused = unused;
    }

    static DhcpState open(Store store) throws SQLException {
        return new DhcpState(new ChangeLocks(store), UnusedIps.open(store, InstantSource.system()));
    }

    ChangeLocks locks() {
        return locks;
    }

    Overlay overlay() {
        return overlay;
    }

    UnusedIps unused() {
        return unused;
    }

    @Override
    public void close() {
        // nothing is open
    }
}
