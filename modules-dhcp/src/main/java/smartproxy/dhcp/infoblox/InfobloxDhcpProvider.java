package smartproxy.dhcp.infoblox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.Backend;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Finding;
import smartproxy.core.api.HealthSource.Health;
import smartproxy.core.api.Lifecycle;
import smartproxy.core.api.LiveCheck;
import smartproxy.core.api.Operation;
import smartproxy.core.api.ProviderContext;
import smartproxy.core.api.SharedResources;
import smartproxy.core.api.StartException;
import smartproxy.dhcp.DhcpProvider;
import smartproxy.dhcp.DhcpView;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.NewReservation;
import smartproxy.dhcp.Reservation;
import smartproxy.infoblox.GridRestarts;
import smartproxy.infoblox.StoredMemory;
import smartproxy.infoblox.Wapi;
import smartproxy.infoblox.WapiRefusal;

/**
 * Looks, then changes, then has the grid's services restarted: of callers in other processes two may reserve an address at once.
 * The grid refuses a second reservation of a MAC in a network by itself.
 */
final class InfobloxDhcpProvider implements DhcpProvider, Lifecycle, LiveCheck {
    private static final Operation CREATE = Operation.repeatable("create");
    private static final Operation REMOVE = Operation.repeatable("remove");
    private static final Operation RESTART = Operation.repeatable("restart");
    private static final String UNKNOWN = "; whether the change was made is unknown";

    private static final Map<String, Object> HOW_TO_RESTART = Map.of(
            "member_order",
            "SEQUENTIALLY",
            "restart_option",
            "RESTART_IF_NEEDED",
            "sequential_delay",
            15,
            "service_option",
            "DHCP");

    private final InfobloxDhcpSettings settings;
    private final Wapi wapi;
    private final ProviderContext context;
    private final Backend backend;
    private final GridRecords records;
    private final GridReader reader;
    private final GridRestarts.Rules rules;
    private final ObjectMapper json = new ObjectMapper();
    private volatile SharedResources.@Nullable Lease<GridRestarts> restarts;

    InfobloxDhcpProvider(InfobloxDhcpSettings settings, Wapi wapi, ProviderContext context) {
        this.settings = settings;
        this.wapi = wapi;
        this.context = context;
        this.backend = context.backend();
        this.records = GridRecords.of(settings);
        this.reader = new GridReader(settings, wapi, backend);
        this.rules = new GridRestarts.Rules(this::restart, settings.restarts().window());
        context.health("grid restart", this::health);
    }

    private Health health() {
        var lease = restarts;
        return lease == null ? new Health(true, "not started") : lease.get().health();
    }

    @Override
    public void start() throws StartException {
        var server = settings.grid().server();
        try {
            var lease = context.shared()
                    .acquire(
                            "infoblox restart " + server,
                            GridRestarts.class,
                            () -> new GridRestarts(backend.name(), StoredMemory.of(context.store(), server)));
            lease.get().attach(rules);
            restarts = lease;
        } catch (Exception e) {
            throw new StartException(backend.name() + ": the store cannot be used: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        var lease = restarts;
        if (lease != null) {
            lease.get().detach(rules);
            lease.close();
        }
    }

    private GridRestarts restarts() {
        var lease = restarts;
        if (lease == null) {
            throw new IllegalStateException(backend.name() + " is not started");
        }
        return lease.get();
    }

    @Override
    public List<Finding> probe(Host host, Deadline deadline) {
        return new DhcpGridCheck(settings, wapi, backend).probe(deadline);
    }

    @Override
    public Duration suggestionTime() {
        return settings.suggestionTime();
    }

    @Override
    public DhcpView view(Deadline deadline) {
        return new InfobloxView(reader, deadline);
    }

    /** How far the attempts of one call came; all run on its thread. */
    private static final class Progress {
        private boolean sent;
    }

    /** A part of an attempt. */
    @FunctionalInterface
    private interface Step<T> {
        T run(Progress progress, Deadline attempt) throws WapiRefusal, IOException, InterruptedException;
    }

    private <T> T call(Operation operation, Deadline deadline, String what, Step<T> step) {
        var progress = new Progress();
        return backend.call(operation, deadline, attempt -> {
            try {
                return step.run(progress, attempt);
            } catch (WapiRefusal refusal) {
                var broken = refusal.status() >= 500 && progress.sent;
                throw new BackendException(
                        Kind.REJECTED,
                        broken ? Outcome.UNKNOWN : Outcome.NOT_APPLIED,
                        backend.name() + ": " + what + " at " + settings.grid().server() + ": " + refusal.getMessage()
                                + " (status " + refusal.status() + ")" + advice(refusal) + (broken ? UNKNOWN : ""),
                        refusal);
            }
        });
    }

    private String advice(WapiRefusal refusal) {
        if (refusal.parentIsMissing()) {
            return "; there is no DNS zone for its name in view " + settings.dnsView();
        }
        return refusal.isNotFound() ? "; check network_view and dns_view" : "";
    }

    /** A change. */
    @FunctionalInterface
    private interface Change<T> {
        T make();
    }

    /** Makes a change and has it served, unless nothing was changed for certain. */
    private <T> T served(Change<T> change, Predicate<T> isUnchanged, Deadline deadline) {
        var restarts = restarts();
        var mayBeMade = true;
        long number;
        T result;
        restarts.begin();
        try {
            result = change.make();
            mayBeMade = !isUnchanged.test(result);
        } catch (BackendException e) {
            mayBeMade = e.outcome() == Outcome.UNKNOWN;
            throw e;
        } catch (CallerException e) {
            mayBeMade = false;
            throw e;
        } finally {
            number = restarts.end(mayBeMade);
        }
        if (mayBeMade && settings.restarts().awaited()) {
            await(restarts, number, deadline);
        }
        return result;
    }

    /** The change is made whatever becomes of this; health tells of a restart that fails. */
    private void await(GridRestarts restarts, long number, Deadline deadline) {
        try {
            if (restarts.await(number, deadline)) {
                Thread.sleep(deadline.within(settings.restarts().pause()).leftMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void restart(Deadline deadline) {
        call(RESTART, deadline, "restart of the DHCP services", (progress, attempt) -> {
            var grids = wapi.find("grid", "", Map.of(), attempt);
            if (grids.isEmpty()) {
                throw BackendException.rejected(backend.name() + ": the grid does not show itself to user '"
                        + settings.grid().username()
                        + "', so its services cannot be restarted; give it the permission");
            }
            wapi.call(grids.get(0), "restartservices", HOW_TO_RESTART, attempt);
            return true;
        });
    }

    @Override
    public Creation create(NewReservation wanted, Deadline deadline) {
        var reservation = wanted.reservation();
        check(reservation.mac());
        var object = records.object(wanted);
        var stored = records.entries(json.valueToTree(object)).get(0);
        return served(
                () -> call(
                        CREATE,
                        deadline,
                        "creation of " + reservation,
                        (progress, attempt) -> create(wanted, object, stored, progress, attempt)),
                Creation.Occupied.class::isInstance,
                deadline);
    }

    private static void check(MacAddress mac) {
        if (!GridRecords.canHave(mac)) {
            throw CallerException.badRequest("Invalid MAC " + mac + ": Infoblox knows those of 6 octets alone");
        }
        if (mac.equals(GridRecords.NOBODY)) {
            throw CallerException.badRequest("Invalid MAC " + mac + ": Infoblox keeps addresses with it for nobody");
        }
    }

    private Creation create(
            NewReservation wanted, Map<String, Object> object, Entry stored, Progress progress, Deadline attempt)
            throws WapiRefusal, IOException, InterruptedException {
        var subnet = wanted.reservation().subnet();
        var created = new Creation.Created(stored.reservation(subnet).orElseThrow());
        var present = inTheWay(wanted, attempt);
        if (!present.isEmpty()) {
            // what an earlier attempt made is its own
            return progress.sent && present.contains(stored) ? created : occupied(wanted, present);
        }
        var sentBefore = progress.sent;
        progress.sent = true;
        try {
            wapi.create(records.type(), object, attempt);
            return created;
        } catch (WapiRefusal refusal) {
            progress.sent = sentBefore || refusal.status() >= 500;
            if (!refusal.isConflict() || refusal.parentIsMissing()) {
                throw refusal;
            }
            var now = inTheWay(wanted, attempt);
            if (now.isEmpty()) {
                // of another type, another subnet, or the name
                throw CallerException.conflict("Record " + wanted.reservation().ip()
                        + " conflicts with an existing record. The grid says: " + refusal.getMessage());
            }
            return sentBefore && now.contains(stored) ? created : occupied(wanted, now);
        }
    }

    private static Creation occupied(NewReservation wanted, List<Entry> present) {
        return new Creation.Occupied(present.stream()
                .flatMap(entry -> entry.reservation(wanted.reservation().subnet()).stream())
                .toList());
    }

    /** Entries of the MAC in the subnet, and those of the address that are not of related MACs. */
    private List<Entry> inTheWay(NewReservation wanted, Deadline attempt)
            throws WapiRefusal, IOException, InterruptedException {
        var reservation = wanted.reservation();
        var found = new LinkedHashMap<Entry, Boolean>();
        for (var object : wapi.find(records.type(), records.fields(), records.of(reservation.mac()), attempt)) {
            records.entries(object).stream()
                    .filter(entry ->
                            entry.mac().filter(reservation.mac()::equals).isPresent()
                                    && reservation.subnet().contains(entry.ip()))
                    .forEach(entry -> found.put(entry, true));
        }
        for (var object : wapi.find(records.type(), records.fields(), records.at(reservation.ip()), attempt)) {
            records.entries(object).stream()
                    .filter(entry -> entry.ip().equals(reservation.ip())
                            && entry.mac().filter(wanted.related()::contains).isEmpty())
                    .forEach(entry -> found.put(entry, true));
        }
        return new ArrayList<>(found.keySet());
    }

    @Override
    public Removal remove(Reservation reservation, Deadline deadline) {
        return served(
                () -> call(
                        REMOVE,
                        deadline,
                        "removal of " + reservation,
                        (progress, attempt) -> remove(reservation, progress, attempt)),
                Removal.ABSENT::equals,
                deadline);
    }

    private Removal remove(Reservation reservation, Progress progress, Deadline attempt)
            throws WapiRefusal, IOException, InterruptedException {
        Optional<JsonNode> found = Optional.empty();
        for (var object : wapi.find(records.type(), records.fields(), records.at(reservation.ip()), attempt)) {
            for (var entry : records.entries(object)) {
                if (entry.ip().equals(reservation.ip())
                        && entry.mac().filter(reservation.mac()::equals).isPresent()) {
                    if (!entry.alone()) {
                        throw BackendException.rejected(backend.name() + ": removal of " + reservation
                                + ": the host record has further addresses; take this one out of it in the grid");
                    }
                    found = Optional.of(object);
                }
            }
        }
        if (found.isEmpty()) {
            return progress.sent ? Removal.REMOVED : Removal.ABSENT;
        }
        progress.sent = true;
        wapi.delete(found.get(), attempt);
        return Removal.REMOVED;
    }
}
