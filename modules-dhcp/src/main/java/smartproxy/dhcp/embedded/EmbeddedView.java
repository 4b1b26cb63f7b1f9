package smartproxy.dhcp.embedded;

import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.Store;
import smartproxy.dhcp.DhcpView;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.Lease;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.Reservation;
import smartproxy.dhcp.Subnet;
import smartproxy.dhcp.UsedAddresses;

/** What is in the store when it is asked for. There are no leases. */
final class EmbeddedView implements DhcpView {
    private final List<Subnet> subnets;
    private final ReservationTable table;
    private final Map<Ipv4, Used> used = new ConcurrentHashMap<>();

    EmbeddedView(List<Subnet> subnets, ReservationTable table) {
        this.subnets = subnets;
        this.table = table;
    }

    @Override
    public List<Subnet> subnets() {
        return subnets;
    }

    /** In pages, so that a slow reader keeps nobody from the store. */
    @Override
    public void eachReservation(Subnet subnet, Consumer<? super Reservation> consumer) {
        var from = subnet.network().value();
        while (from <= subnet.broadcast().value()) {
            var start = from;
            var page = read(connection -> table.page(connection, subnet, start));
            page.forEach(consumer);
            from = page.isEmpty()
                    ? Long.MAX_VALUE
                    : page.get(page.size() - 1).ip().value() + 1;
        }
    }

    @Override
    public void eachLease(Subnet subnet, Consumer<? super Lease> consumer) {
        // none
    }

    @Override
    public List<Reservation> reservationsAt(Subnet subnet, Ipv4 ip) {
        return read(connection -> table.at(connection, subnet, ip));
    }

    @Override
    public Optional<Reservation> reservation(Subnet subnet, MacAddress mac) {
        return read(connection -> table.of(connection, subnet, mac)).stream().findFirst();
    }

    @Override
    public Optional<Lease> leaseAt(Subnet subnet, Ipv4 ip) {
        return Optional.empty();
    }

    @Override
    public Optional<Lease> lease(Subnet subnet, MacAddress mac) {
        return Optional.empty();
    }

    @Override
    public UsedAddresses used(Subnet subnet) {
        var addresses = read(connection -> table.used(connection, subnet));
        return used.merge(subnet.network(), new Used(addresses), (old, now) -> old.isSameAs(now) ? old : now);
    }

    /** Addresses, each a range of its own. */
    private static final class Used implements UsedAddresses {
        private final int[] addresses;

        Used(int[] addresses) {
            this.addresses = addresses;
        }

        boolean isSameAs(Used other) {
            return Arrays.equals(addresses, other.addresses);
        }

        @Override
        public void each(Ranges ranges) {
            for (var ip : addresses) {
                ranges.accept(ip, ip);
            }
        }
    }

    private <T> T read(Store.Work<T> work) {
        try {
            return table.transaction(work);
        } catch (SQLException e) {
            throw new BackendException(
                    Kind.UNAVAILABLE,
                    Outcome.NOT_APPLIED,
                    EmbeddedFactory.NAME + ": the store cannot be read: " + e.getMessage(),
                    e);
        }
    }
}
