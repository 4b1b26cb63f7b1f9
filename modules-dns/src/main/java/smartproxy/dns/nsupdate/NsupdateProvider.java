package smartproxy.dns.nsupdate;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Type;
import smartproxy.core.api.Backend;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Finding;
import smartproxy.core.api.Lifecycle;
import smartproxy.core.api.LiveCheck;
import smartproxy.core.api.Operation;
import smartproxy.core.api.ProviderContext;
import smartproxy.core.api.StartException;
import smartproxy.dns.DnsName;
import smartproxy.dns.DnsProvider;
import smartproxy.dns.DnsRecord;
import smartproxy.dns.RecordType;

/**
 * Changes records by RFC 2136 updates. The update goes first and carries what it requires as prerequisites, so that the server
 * decides between callers; it is asked what is there only when it says no.
 */
final class NsupdateProvider implements DnsProvider, Lifecycle, LiveCheck {
    private static final Operation UPDATE = Operation.repeatable("update");
    private static final Operation SETTLE = Operation.repeatable("settle");
    private static final int MOST_TRIES = 3;

    /**
     * Without a word from the server for longer than this, it is asked for the zone before an update is sent: when it is away,
     * no update is on its way then, and the answer "nothing was changed" is certain.
     */
    static final Duration FRESH = Duration.ofSeconds(1);

    private final NsupdateSettings settings;
    private final Duration fresh;
    private final Backend backend;
    private final ProviderContext context;
    private final DnsTransport transport;
    private final Lookup lookup;
    private final Refusals refusals;
    private final ZoneFinder zones;
    private final Unsettled unsettled;
    private final ServerCheck check;

    /**
     * @param clock tells the time of signatures
     * @param fresh see {@link #FRESH}
     */
    NsupdateProvider(
            NsupdateSettings settings, @Nullable TsigKey key, Clock clock, Duration fresh, ProviderContext context) {
        this.settings = settings;
        this.fresh = fresh;
        this.context = context;
        this.backend = context.backend();
        var signer = key == null ? null : new TsigSigner(key, clock);
        this.transport = new DnsTransport(settings.server(), signer);
        this.lookup = new Lookup(transport, settings.fudgeMax());
        this.refusals = new Refusals(settings.server(), signer);
        this.zones = new ZoneFinder(lookup, refusals, settings.zoneTtlMax());
        this.check = new ServerCheck(settings, signer, backend, transport, lookup, refusals, zones);
        this.unsettled = new Unsettled(
                (change, deadline) -> backend.call(SETTLE, deadline, attempt -> look(change, Name.root, attempt)),
                settings.fudgeSlack());
    }

    @Override
    public void start() throws StartException {
        unsettled.start(context.shared(), settings.server());
        context.health("unsettled changes", unsettled::health);
    }

    @Override
    public void close() {
        unsettled.close();
        transport.close();
    }

    @Override
    public List<Finding> probe(Host host, Deadline deadline) {
        return check.probe(host, deadline);
    }

    @Override
    public Creation create(DnsRecord record, Deadline deadline) {
        var change = new Change.Create(record);
        return this.<Creation>carryOut(
                change, deadline, (answer, zone, repeated, attempt) -> switch (answer.getRcode()) {
                    case Rcode.NOERROR -> Optional.of(new Creation.Created());
                    case Rcode.YXDOMAIN, Rcode.YXRRSET, Rcode.NXDOMAIN, Rcode.NXRRSET -> {
                        var found = look(change, zone, attempt);
                        yield Optional.of(found)
                                .filter(seen -> seen.isInTheWayOf(change.type()))
                                .map(seen -> inTheWay(change, seen, repeated));
                    }
                    case Rcode.REFUSED -> {
                        // The server may look at its policy before it looks at the prerequisites.
                        var found = look(change, zone, attempt);
                        if (record.type() == RecordType.SRV
                                ? !change.isSeenIn(found)
                                : found.records().isEmpty()) {
                            throw refusals.ofUpdate(answer, zone, change.toString());
                        }
                        yield Optional.of(
                                record.type() == RecordType.SRV
                                        ? new Creation.Created()
                                        : inTheWay(change, found, repeated));
                    }
                    default -> throw refusals.ofUpdate(answer, zone, change.toString());
                });
    }

    private static Creation inTheWay(Change change, Found found, boolean repeated) {
        // What is in the way of a repeated update may be what the first one made.
        return repeated && change.isSeenIn(found) ? new Creation.Created() : new Creation.Occupied(found.records());
    }

    @Override
    public Removal remove(DnsName name, RecordType type, Deadline deadline) {
        var change = new Change.Remove(name, type);
        return carryOut(change, deadline, (answer, zone, repeated, attempt) -> switch (answer.getRcode()) {
            case Rcode.NOERROR -> Optional.of(Removal.REMOVED);
            case Rcode.NXRRSET, Rcode.NXDOMAIN -> Optional.of(repeated ? Removal.REMOVED : Removal.ABSENT);
            case Rcode.YXRRSET -> Optional.empty();
            default -> throw refusals.ofUpdate(answer, zone, change.toString());
        });
    }

    /** Makes of the server's answer what the caller is told. */
    @FunctionalInterface
    private interface Judge<T> {
        /**
         * @param repeated whether an earlier update of the same call may have been carried out
         * @return empty when the update is to be tried again with the zone found anew
         */
        Optional<T> judge(Message answer, Name zone, boolean repeated, Deadline attempt)
                throws IOException, InterruptedException;
    }

    private <T> T carryOut(Change change, Deadline deadline, Judge<T> judge) {
        unsettled.await(change.name(), deadline);
        var validity = new Validity(settings, deadline);
        try (var updates = new Conversation(transport, validity::fudge)) {
            try {
                var result = backend.call(UPDATE, deadline, attempt -> attempt(change, updates, judge, attempt));
                if (updates.hasUnanswered()) {
                    unsettled.overtaken(change, validity.end());
                }
                return result;
            } catch (BackendException e) {
                throw told(e, change, leaves(change, updates, validity));
            } catch (RuntimeException | Error e) {
                leaves(change, updates, validity);
                throw e;
            }
        }
    }

    /** Whether an update may still be on its way, which then is settled before the next change of the name. */
    private boolean leaves(Change change, Conversation updates, Validity validity) {
        if (updates.hasUnanswered()) {
            unsettled.unknown(change, validity.end());
        }
        return updates.hasUnanswered();
    }

    private static BackendException told(BackendException e, Change change, boolean unanswered) {
        if (unanswered) {
            return told(
                    e,
                    Outcome.UNKNOWN,
                    "unknown whether " + change + " was made; this is settled before the next change of that name");
        }
        return e.kind() == Kind.REJECTED ? e : told(e, Outcome.NOT_APPLIED, "nothing was changed");
    }

    private static BackendException told(BackendException e, Outcome outcome, String text) {
        return new BackendException(e.kind(), outcome, e.getMessage() + "; " + text, e);
    }

    private <T> T attempt(Change change, Conversation updates, Judge<T> judge, Deadline deadline)
            throws IOException, InterruptedException {
        var name = Names.wire(change.name());
        var zone = zones.find(name, deadline);
        if (!transport.heardWithin(fresh)) {
            lookup.query(zone, Type.SOA, deadline);
        }
        for (var tries = 0; tries < MOST_TRIES; tries++) {
            var current = zone;
            var answer = updates.ask(() -> change.update(current), deadline);
            var wrongZone = answer.getRcode() == Rcode.NOTZONE || Refusals.isNotAuthoritative(answer);
            var result = wrongZone ? Optional.<T>empty() : judge.judge(answer, zone, updates.hasUnanswered(), deadline);
            if (result.isPresent()) {
                return result.get();
            }
            zone = zones.findAnew(name, deadline);
            if (wrongZone && zone.equals(current)) {
                throw refusals.ofUpdate(answer, zone, change.toString());
            }
        }
        throw refusals.unstable(name, change.toString());
    }

    private Found look(Change change, Name zone, Deadline deadline) throws IOException, InterruptedException {
        var name = Names.wire(change.name());
        var answer = lookup.query(name, Names.wire(change.type()), deadline);
        if (answer.getRcode() != Rcode.NOERROR && answer.getRcode() != Rcode.NXDOMAIN) {
            throw refusals.ofQuery(answer, name, Names.wire(change.type()));
        }
        return Found.in(answer, change.name(), change.type(), zone);
    }
}
