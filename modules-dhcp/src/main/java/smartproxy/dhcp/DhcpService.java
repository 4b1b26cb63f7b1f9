package smartproxy.dhcp;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.Backend;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.ProxyException;
import smartproxy.dhcp.unused.Suggestion;
import smartproxy.dhcp.unused.UnusedIps;
import smartproxy.dhcp.unused.Window;

/**
 * The rules every DHCP provider shares: what is a conflict, what is done already, one change at a time for each MAC and each
 * address, and that a change is seen by the next read.
 */
final class DhcpService {
    private static final Logger LOG = LoggerFactory.getLogger(DhcpService.class);

    /** What a read waits for the backend to confirm a change that the view does not show. */
    private static final Duration CONFIRMATION = Duration.ofSeconds(2);

    private final DhcpProvider provider;
    private final Set<DhcpAbility> abilities;
    private final Backend backend;
    private final BootServers bootServers;
    private final UnusedIps.Rules rules;
    private final Supplier<DhcpState> state;

    /**
     * @param backend of the provider, for its permits
     * @param rules how unused addresses are suggested
     * @param state asked for from the module's start on
     */
    DhcpService(
            DhcpProvider provider,
            Set<DhcpAbility> abilities,
            Backend backend,
            BootServers bootServers,
            UnusedIps.Rules rules,
            Supplier<DhcpState> state) {
        this.provider = provider;
        this.abilities = Set.copyOf(abilities);
        this.backend = backend;
        this.bootServers = bootServers;
        this.rules = rules;
        this.state = state;
    }

    boolean can(DhcpAbility ability) {
        return abilities.contains(ability);
    }

    /** Work with a view. */
    @FunctionalInterface
    interface Reading<T, E extends Exception> {
        T read(DhcpView view) throws E;
    }

    /** Reads, with one permit of the backend where reading needs it. */
    <T, E extends Exception> T read(Deadline deadline, Reading<T, E> reading) throws E {
        if (can(DhcpAbility.LOCAL_READS)) {
            return reading.read(view(deadline));
        }
        try (var permit = backend.admit()) {
            return reading.read(view(deadline));
        }
    }

    /** The provider's view with the daemon's own changes. */
    private DhcpView view(Deadline deadline) {
        var view = provider.view(deadline);
        if (can(DhcpAbility.FRESH_READS)) {
            return view;
        }
        var overlay = state.get().overlay();
        overlay.overdue().ifPresent(change -> confirm(change, deadline));
        return overlay.over(view);
    }

    private void confirm(Overlay.Change change, Deadline deadline) {
        try (var permit = backend.admit()) {
            if (provider.holds(change.reservation(), deadline.within(CONFIRMATION)) == change.removed()) {
                state.get().overlay().deny(change);
            }
        } catch (ProxyException e) {
            LOG.debug("Whether {} is as it was left cannot be asked now", change.reservation(), e);
        }
    }

    /**
     * Creates a reservation; an equal one is left as it is.
     *
     * @param related MACs whose reservations of the same address are no conflict
     * @throws CallerException 409 when another reservation has the MAC or the address
     */
    void create(Reservation reservation, Set<MacAddress> related, Deadline deadline) {
        try (var permit = backend.admit()) {
            var bootServer = reservation.nextServer().flatMap(server -> bootServers.addressOf(server, deadline));
            var wanted = new NewReservation(reservation, bootServer, related);
            var locks = state.get().locks();
            locks.inOrder(
                    List.of(reservation.mac()),
                    deadline,
                    () -> locks.inOrder(reservation.ip(), deadline, () -> inTurn(wanted, deadline)));
            endSuggestions(reservation);
        }
    }

    /** Removes one after the other; where one fails, the caller is told of those before it. */
    static <R> void removeEach(List<R> reservations, Consumer<R> removal) {
        var removed = new ArrayList<R>();
        for (var reservation : reservations) {
            try {
                removal.accept(reservation);
            } catch (BackendException | BusyException e) {
                if (removed.isEmpty()) {
                    throw e;
                }
                var kind = e instanceof BackendException failed ? failed.kind() : Kind.UNAVAILABLE;
                throw new BackendException(
                        kind, Outcome.UNKNOWN, "removed " + removed + ", then: " + e.getMessage(), e);
            }
            removed.add(reservation);
        }
    }

    /** The reservation stands, so this cannot fail it: what is left over ends by itself. */
    private void endSuggestions(Reservation reservation) {
        try {
            state.get().unused().end(reservation.ip(), Optional.of(reservation.mac()));
        } catch (BackendException e) {
            LOG.warn("Suggestions for {} were not ended: {}", reservation, e.getMessage());
        }
    }

    /**
     * An address of the window that nobody uses, suggested to nobody else for a while.
     *
     * @return empty when there is none
     */
    Optional<Ipv4> suggest(Subnet subnet, Window window, Optional<MacAddress> mac, Deadline deadline) {
        return read(
                deadline,
                first -> state.get().unused().suggest(() -> view(deadline), subnet, window, mac, rules, deadline));
    }

    /** What is suggested in a subnet now. */
    List<Suggestion> suggestions(Subnet subnet) {
        return state.get().unused().of(subnet);
    }

    /** Others may have the address from now on. */
    void endSuggestion(Ipv4 ip) {
        state.get().unused().end(ip, Optional.empty());
    }

    private boolean inTurn(NewReservation wanted, Deadline deadline) {
        var reservation = wanted.reservation();
        var view = view(deadline);
        var present = new LinkedHashSet<>(view.reservationsAt(reservation.subnet(), reservation.ip()));
        view.reservation(reservation.subnet(), reservation.mac()).ifPresent(present::add);
        var equal = equal(wanted, present, deadline);
        if (equal.isPresent()) {
            return change(equal.get(), wanted, deadline);
        }
        var creation = provider.create(wanted, deadline);
        if (creation instanceof DhcpProvider.Creation.Created created) {
            if (!can(DhcpAbility.FRESH_READS)) {
                state.get().overlay().created(created.stored());
            }
            return true;
        }
        var found = equal(wanted, ((DhcpProvider.Creation.Occupied) creation).present(), deadline);
        return change(found.orElseThrow(() -> conflict(reservation)), wanted, deadline);
    }

    /** Equal but for vendor options, of which those that are wanted are to be there. */
    private boolean change(Reservation present, NewReservation wanted, Deadline deadline) {
        if (!can(DhcpAbility.VENDOR_OPTIONS) || !wanted.hasVendorOptions()) {
            return false;
        }
        var changed = provider.change(present, wanted, deadline);
        if (!can(DhcpAbility.FRESH_READS)) {
            changed.ifPresent(state.get().overlay()::changed);
        }
        return changed.isPresent();
    }

    /** The equal one that is there, if any; 409 when something is in the way. */
    private Optional<Reservation> equal(NewReservation wanted, Iterable<Reservation> present, Deadline deadline) {
        var inTheWay = false;
        for (var other : present) {
            if (isEqual(wanted, other, deadline)) {
                return Optional.of(other);
            }
            inTheWay |= other.mac().equals(wanted.reservation().mac())
                    || !wanted.related().contains(other.mac());
        }
        if (inTheWay) {
            throw conflict(wanted.reservation());
        }
        return Optional.empty();
    }

    /** What Foreman does not choose does not count: type, related MACs, hardware type, further options and their order. */
    private boolean isEqual(NewReservation wanted, Reservation present, Deadline deadline) {
        var reservation = wanted.reservation();
        return reservation.mac().equals(present.mac())
                && reservation.ip().equals(present.ip())
                && reservation.subnet().isSameAs(present.subnet())
                && reservation.name().equalsIgnoreCase(present.name())
                && reservation.hostname().equalsIgnoreCase(present.hostname())
                && (!can(DhcpAbility.BOOT)
                        || (reservation.filename().equals(present.filename())
                                && isEqualBootServer(wanted, present.nextServer(), deadline)));
    }

    private boolean isEqualBootServer(NewReservation wanted, Optional<String> present, Deadline deadline) {
        var server = wanted.reservation().nextServer();
        if (server.isEmpty() || present.isEmpty()) {
            return server.isEmpty() && present.isEmpty();
        }
        return server.get().equalsIgnoreCase(present.get())
                || (wanted.bootServer().isPresent()
                        && wanted.bootServer().equals(bootServers.addressOf(present.get(), deadline)));
    }

    private static CallerException conflict(Reservation wanted) {
        return CallerException.conflict("Record " + wanted.subnet().network() + "/" + wanted.ip() + " already exists");
    }

    /**
     * Removes the reservation of a MAC; nothing happens when there is none.
     *
     * @throws CallerException 400 when only its server's administrator can remove it, or it is a lease
     */
    void remove(Ipv4 network, MacAddress mac, Deadline deadline) {
        try (var permit = backend.admit()) {
            var locks = state.get().locks();
            locks.inOrder(List.of(mac), deadline, () -> {
                var view = view(deadline);
                literal(view, network).ifPresent(subnet -> {
                    var reservation = view.reservation(subnet, mac);
                    if (reservation.isEmpty()) {
                        view.lease(subnet, mac).ifPresent(DhcpService::refuse);
                    }
                    reservation.ifPresent(
                            present -> locks.inOrder(present.ip(), deadline, () -> remove(List.of(present), deadline)));
                });
                return true;
            });
        }
    }

    /** The same for all reservations of an address. */
    void remove(Ipv4 network, Ipv4 ip, Deadline deadline) {
        try (var permit = backend.admit()) {
            state.get()
                    .locks()
                    .inOrderOfHolders(
                            ip,
                            deadline,
                            () -> macsAt(network, ip, deadline),
                            macs -> remove(network, ip, macs, deadline));
        }
    }

    private List<MacAddress> macsAt(Ipv4 network, Ipv4 ip, Deadline deadline) {
        var view = view(deadline);
        return literal(view, network).stream()
                .flatMap(subnet -> view.reservationsAt(subnet, ip).stream())
                .map(Reservation::mac)
                .toList();
    }

    /** @return the MACs found there, when not all of them were expected and so nothing was done */
    private List<MacAddress> remove(Ipv4 network, Ipv4 ip, List<MacAddress> expected, Deadline deadline) {
        var view = view(deadline);
        var subnet = literal(view, network);
        if (subnet.isEmpty()) {
            return List.of();
        }
        var present = view.reservationsAt(subnet.get(), ip);
        var macs = present.stream().map(Reservation::mac).toList();
        if (!expected.containsAll(macs)) {
            return macs;
        }
        if (present.isEmpty()) {
            view.leaseAt(subnet.get(), ip).ifPresent(DhcpService::refuse);
        }
        remove(present, deadline);
        return List.of();
    }

    private boolean remove(List<Reservation> reservations, Deadline deadline) {
        for (var reservation : reservations) {
            if (!reservation.deleteable()) {
                refuse(reservation);
            }
        }
        removeEach(reservations, reservation -> {
            provider.remove(reservation, deadline);
            if (!can(DhcpAbility.FRESH_READS)) {
                state.get().overlay().removed(reservation);
            }
        });
        return true;
    }

    static void refuse(Object record) {
        throw CallerException.badRequest(record + " is static - unable to delete");
    }

    /** The subnet, when it is named by its own network address. */
    static Optional<Subnet> literal(DhcpView view, Ipv4 network) {
        return view.subnet(network).filter(subnet -> subnet.network().equals(network));
    }

    /**
     * The records of an address: its reservations, else its lease.
     *
     * @return empty when there are none
     */
    static List<?> at(DhcpView view, Subnet subnet, Ipv4 ip) {
        var reservations = view.reservationsAt(subnet, ip);
        return reservations.isEmpty() ? view.leaseAt(subnet, ip).stream().toList() : new ArrayList<>(reservations);
    }

    /** The record of a MAC: its reservation, else its lease. */
    static Optional<?> of(DhcpView view, Subnet subnet, MacAddress mac) {
        var reservation = view.reservation(subnet, mac);
        return reservation.isPresent() ? reservation : view.lease(subnet, mac);
    }
}
