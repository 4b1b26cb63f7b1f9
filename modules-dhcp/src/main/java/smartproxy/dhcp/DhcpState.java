package smartproxy.dhcp;

import java.sql.SQLException;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import smartproxy.core.api.Store;
import smartproxy.dhcp.unused.UnusedIps;

/**
 * What two generations of the module have in common during a reload: whose turn it is, what was changed just now, and which
 * addresses are suggested.
 */
final class DhcpState implements AutoCloseable {
    private final ChangeLocks<MacAddress, Ipv4> locks;
    private final ChangeLocks<ClientId, Ipv6> locks6;
    private final Overlay overlay;
    private final UnusedIps unused;

    private DhcpState(Store store, LongSupplier nanoTime) throws SQLException {
        locks = ChangeLocks.ofDhcp(store);
        locks6 = ChangeLocks.ofDhcp6(store);
        overlay = new Overlay(nanoTime);
        unused = UnusedIps.open(store, InstantSource.system());
    }

    static DhcpState open(Store store) throws SQLException {
        return open(store, System::nanoTime);
    }

    static DhcpState open(Store store, LongSupplier nanoTime) throws SQLException {
        return new DhcpState(store, nanoTime);
    }

    ChangeLocks<MacAddress, Ipv4> locks() {
        return locks;
    }

    ChangeLocks<ClientId, Ipv6> locks6() {
        return locks6;
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
