package smartproxy.dhcp.isc;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import smartproxy.core.api.Backend;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Lifecycle;
import smartproxy.core.api.Operation;
import smartproxy.core.api.ProviderContext;
import smartproxy.core.api.StartException;
import smartproxy.dhcp.DhcpProvider;
import smartproxy.dhcp.DhcpView;
import smartproxy.dhcp.NewReservation;
import smartproxy.dhcp.Reservation;
import smartproxy.dhcp.Subnet;
import smartproxy.dhcp.isc.OmapiClient.Host;
import smartproxy.dhcp.isc.OmapiClient.Talk;

/**
 * Changes dhcpd's hosts over OMAPI and reads what there is from its files.
 *
 * <p>dhcpd decides whether MAC and name are free, in one step with the creation. An address may be shared, so whether it is free is
 * known from the files alone.
 */
class IscDhcpProvider implements DhcpProvider, Lifecycle {
    private static final Operation CREATE = Operation.repeatable("create");
    private static final Operation CHANGE = Operation.repeatable("change");
    private static final Operation REMOVE = Operation.repeatable("remove");
    private static final Operation LOOK = Operation.repeatable("look");
    private static final String UNKNOWN = "; whether the change was made is unknown";
    private static final int MOST_TRIES = 3;
    private static final int LONGEST_NAME = 253;

    /** What dhcpd reads again from its own leases file, into which it writes names as they are. */
    private static final Pattern NAME = Pattern.compile("\\w[\\w-]*(?:\\.\\w[\\w-]*)*");

    private final String name;
    private final IscSettings settings;
    private final ProviderContext context;
    private final Backend backend;
    private final DhcpdFiles files;
    private final OmapiClient omapi;

    /** @param mounted see {@link DhcpdFiles} */
    IscDhcpProvider(String name, IscSettings settings, boolean mounted, ProviderContext context) {
        this.name = name;
        this.settings = settings;
        this.context = context;
        backend = context.backend();
        files = new DhcpdFiles(
                name, settings.config(), settings.leases(), mounted, () -> System.currentTimeMillis() / 1000);
        omapi = new OmapiClient(settings.server());
    }

    @Override
    public void start() throws StartException {
        try {
            files.start();
        } catch (DhcpdConf.Unusable e) {
            throw new StartException(name + ": " + e.getMessage(), e);
        }
        files.eachTick(() -> omapi.closeIdle(OmapiClient.IDLE));
        context.health("leases file", files::health);
    }

    @Override
    public void close() {
        files.close();
        omapi.close();
    }

    @Override
    public Duration suggestionTime() {
        return settings.suggestionTime();
    }

    @Override
    public DhcpView view(Deadline deadline) {
        return files.view();
    }

    @Override
    public boolean holds(Reservation reservation, Deadline deadline) {
        return call(
                LOOK,
                "look for " + reservation,
                deadline,
                new Sent(),
                (talk, sent) -> find(talk, reservation).isPresent());
    }

    /** One try. */
    @FunctionalInterface
    private interface Try<T> {
        T run(Talk talk, Sent sent) throws IOException;
    }

    private <T> T call(Operation operation, String what, Deadline deadline, Sent sent, Try<T> work) {
        try {
            return backend.call(operation, deadline, attempt -> omapi.talk(attempt, talk -> work.run(talk, sent)));
        } catch (BackendException e) {
            throw told(e, operation, what, sent.isUnanswered());
        }
    }

    /** The guard knows whether an attempt failed on its way; here it is known what was found out after that. */
    private BackendException told(BackendException e, Operation operation, String what, boolean unanswered) {
        var end = unanswered
                ? UNKNOWN
                : e.kind() == Kind.REJECTED || operation.equals(LOOK) ? "" : "; nothing was changed";
        return new BackendException(
                e.kind(), unanswered ? Outcome.UNKNOWN : Outcome.NOT_APPLIED, said(e, what) + end, e);
    }

    /** What dhcpd, or the guard, said, without what the guard guesses of the outcome. */
    private String said(BackendException e, String what) {
        var text = String.valueOf((e.getCause() instanceof BackendException answer ? answer : e).getMessage())
                .replace(UNKNOWN, "");
        return text.startsWith(name + ": ") ? text : name + ": " + what + ": " + text;
    }

    @Override
    public Creation create(NewReservation wanted, Deadline deadline) {
        var reservation = wanted.reservation();
        checkName(reservation.name());
        var statements = HostStatements.of(wanted);
        var stored = HostEntry.created(reservation, statements);
        return call(CREATE, "creation of " + reservation, deadline, new Sent(), (talk, sent) -> {
            for (var tries = 0; tries < MOST_TRIES; tries++) {
                if (sent.settle()) {
                    var made = talk.find(reservation.name()).filter(host -> isSame(host, reservation));
                    sent.settled();
                    if (made.isPresent()) {
                        return isOther(stored)
                                ? new Creation.Occupied(present(reservation))
                                : new Creation.Created(stored);
                    }
                } else {
                    talk.warm();
                }
                int result = sent.change(
                        () -> talk.create(reservation.name(), reservation.ip(), reservation.mac(), statements.sent()));
                switch (result) {
                    case OmapiResult.SUCCESS -> {
                        return new Creation.Created(stored);
                    }
                    case OmapiResult.PARSE_ERROR ->
                        throw BackendException.rejected("dhcpd does not understand the statements " + statements.sent()
                                + " An option may not be defined in dhcpd.conf; nothing was changed");
                    default -> {
                        var occupied = inTheWay(talk, reservation);
                        if (occupied.isPresent()) {
                            return occupied.get();
                        }
                    }
                }
            }
            throw BackendException.rejected(
                    "MAC or name was in use and was free again, several times in a row; try again");
        });
    }

    /**
     * What is in the way when dhcpd said that MAC or name are in use.
     *
     * @return empty when nothing is any more
     * @throws CallerException when it is not a reservation of that MAC in that subnet
     */
    private Optional<Creation> inTheWay(Talk talk, Reservation reservation) throws IOException {
        var byMac = talk.find(reservation.mac());
        if (byMac.isPresent()) {
            if (byMac.get().ip().filter(reservation.subnet()::contains).isEmpty()) {
                throw CallerException.conflict("Hardware address conflict.");
            }
            var shown = present(reservation);
            return Optional.of(
                    new Creation.Occupied(shown.isEmpty() ? List.of(known(byMac.get(), reservation.subnet())) : shown));
        }
        if (talk.find(reservation.name()).isPresent()) {
            throw CallerException.badRequest(
                    "Failed to add DHCP reservation for " + reservation + ": Entry already exists");
        }
        return Optional.empty();
    }

    private static void checkName(String text) {
        if (text.length() > LONGEST_NAME || !NAME.matcher(text).matches()) {
            throw CallerException.badRequest("Invalid host name " + text.replaceAll("\\p{Cntrl}", "?")
                    + ": dhcpd's leases file carries letters, digits, '-', '_' and single dots");
        }
    }

    private static boolean isSame(Host host, Reservation reservation) {
        return host.mac().filter(reservation.mac()::equals).isPresent()
                && host.ip().filter(reservation.ip()::equals).isPresent();
    }

    /** Whether the files show one with other options: then it was somebody else's. */
    private boolean isOther(Reservation stored) {
        return files.view()
                .reservation(stored.subnet(), stored.mac())
                .filter(shown ->
                        shown.name().equals(stored.name()) && shown.ip().equals(stored.ip()))
                .filter(shown -> !shown.options().equals(stored.options()))
                .isPresent();
    }

    private List<Reservation> present(Reservation reservation) {
        return files.view().reservation(reservation.subnet(), reservation.mac()).stream()
                .toList();
    }

    private static Reservation known(Host host, Subnet subnet) {
        var options = new LinkedHashMap<String, Object>();
        host.name().ifPresent(text -> options.put(Reservation.HOSTNAME, text));
        return new Reservation(
                subnet,
                host.name().orElse(""),
                host.ip().orElseThrow(),
                host.mac().orElseThrow(),
                true,
                options);
    }

    @Override
    public Optional<Reservation> change(Reservation present, NewReservation wanted, Deadline deadline) {
        var statements = HostStatements.of(wanted);
        var stored = HostEntry.created(wanted.reservation(), statements);
        if (!HostStatements.lacksVendorOptions(present, stored)) {
            return Optional.empty();
        }
        var what = "change of " + present;
        var before = files.view()
                .declaration(present.subnet(), present.mac())
                .orElseThrow(
                        () -> BackendException.rejected(
                                name + ": " + what
                                        + ": the leases file does not show it yet, and dhcpd does not tell its statements; nothing was changed, try again"));
        var again = HostEntry.statements(before)
                .filter(text -> present.deleteable())
                .orElseThrow(
                        () -> CallerException.conflict(
                                "Record " + present.subnet().network() + "/" + present.ip()
                                        + " already exists with other options, and was not made through this proxy; remove it first"));
        var replacement = new Replacement(present, wanted.reservation(), again, statements.sent());
        var sent = new Sent();
        try {
            backend.call(CHANGE, deadline, attempt -> omapi.talk(attempt, talk -> replacement.run(talk, sent)));
            return Optional.of(stored);
        } catch (BackendException e) {
            throw replacement.isUndone()
                    ? told(e, CHANGE, what, sent.isUnanswered())
                    : new BackendException(e.kind(), Outcome.UNKNOWN, said(e, what) + replacement.left(sent), e);
        }
    }

    /** By name first, as there may be hosts of that MAC in other subnets. */
    static Optional<Host> find(Talk talk, Reservation reservation) throws IOException {
        var byName = NAME.matcher(reservation.name()).matches()
                ? talk.find(reservation.name()).filter(host -> isSame(host, reservation))
                : Optional.<Host>empty();
        return byName.isPresent() ? byName : talk.find(reservation.mac()).filter(host -> isSame(host, reservation));
    }

    @Override
    public Removal remove(Reservation reservation, Deadline deadline) {
        return call(REMOVE, "removal of " + reservation, deadline, new Sent(), (talk, sent) -> {
            var repeated = sent.settle();
            if (!repeated && removeCreated(talk, reservation, sent)) {
                return Removal.REMOVED;
            }
            var found = find(talk, reservation);
            sent.settled();
            if (found.isEmpty()) {
                return repeated ? Removal.REMOVED : Removal.ABSENT;
            }
            return sent.change(() -> talk.delete(found.get())) ? Removal.REMOVED : Removal.ABSENT;
        });
    }

    /**
     * Without a look for it, as this connection made it.
     *
     * @return false when it did not, or somebody else removed that one since
     */
    private static boolean removeCreated(Talk talk, Reservation reservation, Sent sent) throws IOException {
        var created = talk.created(reservation.name()).filter(host -> isSame(host, reservation));
        if (created.isEmpty()) {
            return false;
        }
        talk.warm();
        return sent.change(() -> talk.delete(created.get()));
    }
}
