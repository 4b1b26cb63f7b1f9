package smartproxy.dhcp;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;

/** The rules of {@link DhcpService} for IPv6, where less is to be told apart: no boot servers, no vendor options, no siblings. */
final class Dhcp6Service {
    private final Dhcp6Provider provider;
    private final Supplier<ChangeLocks<ClientId, Ipv6>> locks;

    /** @param locks asked for from the module's start on */
    Dhcp6Service(Dhcp6Provider provider, Supplier<ChangeLocks<ClientId, Ipv6>> locks) {
        this.provider = provider;
        this.locks = locks;
    }

    /** Work with a view. */
    @FunctionalInterface
    interface Reading<T, E extends Exception> {
        T read(Dhcp6View view) throws E;
    }

    /** Reads, with one permit of the backend. */
    <T, E extends Exception> T read(Deadline deadline, Reading<T, E> reading) throws E {
        try (var permit = provider.backend().admit()) {
            return reading.read(provider.view(deadline));
        }
    }

    /**
     * Creates a reservation; an equal one is left as it is.
     *
     * @param wanted with one address
     * @throws CallerException 409 when another reservation has the client or the address
     */
    void create(Reservation6 wanted, Deadline deadline) {
        var ip = wanted.ips().get(0);
        try (var permit = provider.backend().admit()) {
            var turns = locks.get();
            turns.inOrder(
                    List.of(wanted.client()),
                    deadline,
                    () -> turns.inOrder(ip, deadline, () -> inTurn(wanted, ip, deadline)));
        }
    }

    private boolean inTurn(Reservation6 wanted, Ipv6 ip, Deadline deadline) {
        var view = provider.view(deadline);
        var present = new LinkedHashSet<>(view.reservationsAt(wanted.subnet(), ip));
        view.reservation(wanted.subnet(), wanted.client()).ifPresent(present::add);
        if (!present.isEmpty()) {
            return isThere(wanted, present);
        }
        var creation = provider.create(wanted, deadline);
        return creation.done() || isThere(wanted, creation.present());
    }

    /** 409 when what is there is another one. */
    private static boolean isThere(Reservation6 wanted, Iterable<Reservation6> present) {
        for (var other : present) {
            if (isEqual(wanted, other)) {
                return true;
            }
        }
        throw CallerException.conflict(
                "Record " + wanted.subnet() + " " + wanted.ips().get(0) + " already exists");
    }

    private static boolean isEqual(Reservation6 wanted, Reservation6 present) {
        return wanted.client().equals(present.client())
                && wanted.ips().equals(present.ips())
                && wanted.subnet().isSameAs(present.subnet())
                && wanted.name().equalsIgnoreCase(present.name())
                && wanted.hostname().equalsIgnoreCase(present.hostname());
    }

    /**
     * Removes the reservation of a client; nothing happens when there is none.
     *
     * @throws CallerException 400 when only its server's administrator can remove it, or it is a lease
     */
    void remove(Ipv6 network, ClientId client, Deadline deadline) {
        try (var permit = provider.backend().admit()) {
            var turns = locks.get();
            turns.inOrder(List.of(client), deadline, () -> {
                var view = provider.view(deadline);
                view.subnet(network).ifPresent(subnet -> {
                    var reservation = view.reservation(subnet, client);
                    if (reservation.isEmpty()) {
                        view.lease(subnet, client).ifPresent(DhcpService::refuse);
                    }
                    reservation.ifPresent(present ->
                            turns.inOrder(present.ips().get(0), deadline, () -> remove(List.of(present), deadline)));
                });
                return true;
            });
        }
    }

    /** The same for all reservations of an address. */
    void remove(Ipv6 network, Ipv6 ip, Deadline deadline) {
        try (var permit = provider.backend().admit()) {
            locks.get()
                    .inOrderOfHolders(
                            ip,
                            deadline,
                            () -> clients(at(provider.view(deadline), network, ip)),
                            held -> remove(network, ip, held, deadline));
        }
    }

    private static List<Reservation6> at(Dhcp6View view, Ipv6 network, Ipv6 ip) {
        return view.subnet(network)
                .map(subnet -> view.reservationsAt(subnet, ip))
                .orElse(List.of());
    }

    private static List<ClientId> clients(List<Reservation6> reservations) {
        return reservations.stream().map(Reservation6::client).toList();
    }

    private List<ClientId> remove(Ipv6 network, Ipv6 ip, List<ClientId> held, Deadline deadline) {
        var view = provider.view(deadline);
        var present = at(view, network, ip);
        if (!held.containsAll(clients(present))) {
            return clients(present);
        }
        if (present.isEmpty()) {
            view.subnet(network).flatMap(subnet -> view.leaseAt(subnet, ip)).ifPresent(DhcpService::refuse);
        }
        remove(present, deadline);
        return List.of();
    }

    private boolean remove(List<Reservation6> reservations, Deadline deadline) {
        reservations.stream().filter(reservation -> !reservation.deleteable()).forEach(DhcpService::refuse);
        DhcpService.removeEach(reservations, reservation -> provider.remove(reservation, deadline));
        return true;
    }

    /** The records of an address: its reservations, else its lease. */
    static List<?> at(Dhcp6View view, Subnet6 subnet, Ipv6 ip) {
        var reservations = view.reservationsAt(subnet, ip);
        return reservations.isEmpty() ? view.leaseAt(subnet, ip).stream().toList() : reservations;
    }

    /** The record of a client: its reservation, else its lease. */
    static Optional<?> of(Dhcp6View view, Subnet6 subnet, ClientId client) {
        var reservation = view.reservation(subnet, client);
        return reservation.isPresent() ? reservation : view.lease(subnet, client);
    }
}
