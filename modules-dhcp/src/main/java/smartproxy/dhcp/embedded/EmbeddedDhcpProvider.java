package smartproxy.dhcp.embedded;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.Backend;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.CommitUnknownException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Lifecycle;
import smartproxy.core.api.Operation;
import smartproxy.core.api.ProviderContext;
import smartproxy.core.api.StartException;
import smartproxy.core.api.Store;
import smartproxy.dhcp.DhcpProvider;
import smartproxy.dhcp.DhcpView;
import smartproxy.dhcp.NewReservation;
import smartproxy.dhcp.Reservation;

/** Keeps reservations in the daemon's store. */
final class EmbeddedDhcpProvider implements DhcpProvider, Lifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedDhcpProvider.class);
    private static final Operation CREATE = Operation.once("create");
    private static final Operation CHANGE = Operation.once("change");
    private static final Operation REMOVE = Operation.once("remove");

    private final EmbeddedDhcpSettings settings;
    private final Backend backend;
    private final ReservationTable table;
    private final DhcpView view;

    EmbeddedDhcpProvider(EmbeddedDhcpSettings settings, ProviderContext context) {
        this.settings = settings;
        this.backend = context.backend();
        this.table = new ReservationTable(context.store());
        this.view = new EmbeddedView(settings.subnets(), table);
    }

    @Override
    public void start() throws StartException {
        try {
            table.prepare();
            for (var stored : table.transaction(table::networks)) {
                if (settings.subnets().stream()
                        .noneMatch(subnet -> subnet.network().equals(stored))) {
                    LOG.warn(
                            "{}: network {} is in the store but not in :networks:; its reservations are kept and not shown",
                            EmbeddedFactory.NAME,
                            stored);
                }
            }
        } catch (SQLException e) {
            throw new StartException(
                    EmbeddedFactory.NAME + ": the store with the reservations cannot be used: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        // nothing is open
    }

    @Override
    public Duration suggestionTime() {
        return settings.suggestionTime();
    }

    @Override
    public DhcpView view(Deadline deadline) {
        return view;
    }

    @Override
    public Creation create(NewReservation wanted, Deadline deadline) {
        var reservation = wanted.reservation();
        var what = "creation of " + reservation;
        checkSubnet(reservation, what);
        return change(CREATE, what, deadline, (connection, changing) -> {
            var present = new ArrayList<>(table.of(connection, reservation.subnet(), reservation.mac()));
            for (var other : table.at(connection, reservation.subnet(), reservation.ip())) {
                if (!wanted.related().contains(other.mac()) && !present.contains(other)) {
                    present.add(other);
                }
            }
            if (!present.isEmpty()) {
                return new Creation.Occupied(present);
            }
            changing.run();
            table.insert(connection, reservation);
            return new Creation.Created(reservation);
        });
    }

    @Override
    public Optional<Reservation> change(Reservation present, NewReservation wanted, Deadline deadline) {
        var options = new LinkedHashMap<>(present.options());
        wanted.reservation().options().forEach((option, value) -> {
            if (NewReservation.isVendorOption(option)) {
                options.put(option, value);
            }
        });
        if (options.equals(present.options())) {
            return Optional.empty();
        }
        var changed = present.withOptions(options);
        var what = "change of " + present;
        return change(CHANGE, what, deadline, (connection, changing) -> {
            changing.run();
            if (!table.delete(connection, present.subnet(), present.mac())) {
                throw BackendException.rejected(
                        EmbeddedFactory.NAME + ": " + what + ": it is not in the store any more; nothing was changed");
            }
            table.insert(connection, changed);
            return Optional.of(changed);
        });
    }

    @Override
    public Removal remove(Reservation reservation, Deadline deadline) {
        return change(REMOVE, "removal of " + reservation, deadline, (connection, changing) -> {
            changing.run();
            return table.delete(connection, reservation.subnet(), reservation.mac()) ? Removal.REMOVED : Removal.ABSENT;
        });
    }

    private void checkSubnet(Reservation reservation, String what) {
        if (settings.subnets().stream().noneMatch(reservation.subnet()::isSameAs)
                || !reservation.subnet().contains(reservation.ip())) {
            throw BackendException.rejected(EmbeddedFactory.NAME + ": " + what + ": no subnet for it; :networks: in "
                    + EmbeddedFactory.NAME + ".yml has " + settings.subnets());
        }
    }

    /** Work of one transaction. */
    @FunctionalInterface
    private interface Work<T> {
        /** @param changing run before the first change: a commit that fails then is of unknown outcome */
        T run(Connection connection, Runnable changing) throws SQLException;
    }

    private <T> T change(Operation operation, String what, Deadline deadline, Work<T> work) {
        return backend.call(operation, deadline, left -> {
            var changed = new AtomicBoolean();
            Store.Work<T> inTime = connection -> {
                if (left.expired()) {
                    throw new BackendException(
                            Kind.TIMEOUT,
                            Outcome.NOT_APPLIED,
                            EmbeddedFactory.NAME + ": " + what + ": no time was left; nothing was changed",
                            null);
                }
                changed.set(false);
                return work.run(connection, () -> changed.set(true));
            };
            try {
                return table.transaction(inTime);
            } catch (SQLException e) {
                var outcome =
                        e instanceof CommitUnknownException && changed.get() ? Outcome.UNKNOWN : Outcome.NOT_APPLIED;
                throw new BackendException(
                        Kind.UNAVAILABLE,
                        outcome,
                        EmbeddedFactory.NAME + ": " + what + ": the store failed: " + e.getMessage()
                                + (outcome == Outcome.UNKNOWN
                                        ? "; whether the change was made is unknown"
                                        : "; nothing was changed"),
                        e);
            }
        });
    }
}
