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
    private final ChangeLocks<MacAddress, Ipv4> locks;
    private final ChangeLocks<ClientId, Ipv6> locks6;
    private final Overlay overlay = new Overlay(System::nanoTime);
    private final UnusedIps unused;

    private DhcpState(ChangeLocks<MacAddress, Ipv4> locks, ChangeLocks<ClientId, Ipv6> locks6, UnusedIps unused) {
        this.locks = locks;
        this.locks6 = locks6;
        this.unused = unused;
    }

    static DhcpState open(Store store) throws SQLException {
        return new DhcpState(
                ChangeLocks.ofDhcp(store), ChangeLocks.ofDhcp6(store), UnusedIps.open(store, InstantSource.system()));
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
