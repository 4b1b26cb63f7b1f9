package smartproxy.dhcp.kea;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import smartproxy.core.api.Deadline;
import smartproxy.dhcp.ClientId;
import smartproxy.dhcp.DhcpProvider.Creation;
import smartproxy.dhcp.DhcpProvider.Removal;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.Ipv6;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.NewReservation;
import smartproxy.dhcp.Reservation;
import smartproxy.dhcp.Reservation6;
import smartproxy.dhcp.Subnet;
import smartproxy.dhcp.Subnet6;

/** Reservations by number, each with a client and an address of its own, that a load creates and removes. */
interface KeaReservations {
    /** @return false when something was in the way */
    boolean create(int n, Deadline deadline);

    Removal remove(int n, Deadline deadline);

    /** Which of them are there, as a provider is told that knows nothing yet. */
    IntPredicate shown(Deadline deadline) throws Exception;

    /** Those of {@code kea-dhcp4}. */
    final class Four implements KeaReservations {
        private final LabKea kea;
        private final KeaDhcpProvider provider;
        private final Subnet subnet;

        Four(LabKea kea, KeaDhcpProvider provider) {
            this.kea = kea;
            this.provider = provider;
            subnet = provider.view(Deadline.in(Duration.ofSeconds(60)))
                    .subnet(Ipv4.of("10.20.0.0"))
                    .orElseThrow();
        }

        private Reservation reservation(int n) {
            return new Reservation(
                    subnet,
                    "h" + n,
                    Ipv4.of(subnet.network().value() + 256 + n),
                    MacAddress.of("02:00:01:%02x:%02x:%02x".formatted(n >> 16, n >> 8 & 255, n & 255)),
                    true,
                    Map.of(Reservation.HOSTNAME, "h" + n));
        }

        @Override
        public boolean create(int n, Deadline deadline) {
            return provider.create(new NewReservation(reservation(n), Optional.empty(), Set.of()), deadline)
                    instanceof Creation.Created;
        }

        @Override
        public Removal remove(int n, Deadline deadline) {
            return provider.remove(reservation(n), deadline);
        }

        @Override
        public IntPredicate shown(Deadline deadline) throws Exception {
            var view = kea.provider(kea.settings()).view(deadline);
            return n -> view.reservation(subnet, reservation(n).mac()).isPresent();
        }
    }

    /** Those of {@code kea-dhcp6}. */
    final class Six implements KeaReservations {
        private final LabKea kea;
        private final Kea6Provider provider;
        private final Subnet6 subnet;

        Six(LabKea kea, Kea6Provider provider) {
            this.kea = kea;
            this.provider = provider;
            subnet = provider.view(Deadline.in(Duration.ofSeconds(60)))
                    .subnet(Ipv6.of("2001:db8:20::"))
                    .orElseThrow();
        }

        private Reservation6 reservation(int n) {
            var client = ClientId.duid("00:03:00:01:02:00:01:%02x:%02x:%02x".formatted(n >> 16, n >> 8 & 255, n & 255));
            var ip = Ipv6.of("2001:db8:20:1::%x:%x".formatted(n >> 16, n & 0xffff));
            return new Reservation6(subnet, "h" + n, client.orElseThrow(), List.of(ip), List.of(), true, "h" + n);
        }

        @Override
        public boolean create(int n, Deadline deadline) {
            return provider.create(reservation(n), deadline).done();
        }

        @Override
        public Removal remove(int n, Deadline deadline) {
            return provider.remove(reservation(n), deadline);
        }

        @Override
        public IntPredicate shown(Deadline deadline) throws Exception {
            var view = kea.provider6().view(deadline);
            return n -> view.reservation(subnet, reservation(n).client()).isPresent();
        }
    }
}
