package smartproxy.dns.infoblox;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.Backend;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Finding;
import smartproxy.core.api.LiveCheck;
import smartproxy.core.api.Operation;
import smartproxy.core.api.OutcomeUnknownException;
import smartproxy.core.api.ProxyException;
import smartproxy.dns.DnsName;
import smartproxy.dns.DnsProvider;
import smartproxy.dns.DnsRecord;
import smartproxy.dns.RecordType;
import smartproxy.infoblox.Wapi;
import smartproxy.infoblox.WapiRefusal;

/**
 * Looks, then changes: of callers in other processes two may create a name at once. The grid refuses a second equal record by
 * itself, so an attempt whose outcome is unknown can be repeated, and tells a record of its own from another's.
 */
final class InfobloxProvider implements DnsProvider, LiveCheck {
    private static final Logger LOG = LoggerFactory.getLogger(InfobloxProvider.class);

    private static final Operation CREATE = Operation.repeatable("create");
    private static final Operation REMOVE = Operation.repeatable("remove");
    private static final Operation FIND_MEMBERS = Operation.repeatable("find members");
    private static final Operation CLEAR_CACHE = Operation.repeatable("clear cache");
    private static final Duration LONGEST_CLEARING = Duration.ofSeconds(10);

    private final InfobloxSettings settings;
    private final Wapi wapi;
    private final InfobloxRecords records;
    private final Backend backend;
    private final GridCheck check;

    InfobloxProvider(InfobloxSettings settings, Wapi wapi, Backend backend) {
        this.settings = settings;
        this.wapi = wapi;
        this.records = new InfobloxRecords(wapi, settings.view());
        this.backend = backend;
        this.check = new GridCheck(settings, records, backend);
    }

    @Override
    public List<Finding> probe(Host host, Deadline deadline) {
        return check.probe(host, deadline);
    }

    /** How far the attempts of one call came; all run on its thread. */
    private static final class Progress {
        private boolean sent;
        private int removed;
    }

    /** A part of an attempt. */
    @FunctionalInterface
    private interface Step<T> {
        T run(Deadline attempt) throws WapiRefusal, IOException, InterruptedException;
    }

    @Override
    public Creation create(DnsRecord record, Deadline deadline) {
        if (record.type() == RecordType.SRV) {
            throw BackendException.rejected(backend.name() + ": SRV records are not implemented");
        }
        var progress = new Progress();
        var creation =
                call(CREATE, deadline, progress, "creation of " + record, attempt -> create(record, progress, attempt));
        if (creation instanceof Creation.Created) {
            clearCaches(record.name(), record + " is created", deadline);
        }
        return creation;
    }

    private Creation create(DnsRecord record, Progress progress, Deadline attempt)
            throws WapiRefusal, IOException, InterruptedException {
        var present = records.find(record.name(), record.type(), attempt);
        if (!present.isEmpty()) {
            return found(record, present, progress.sent);
        }
        var sentBefore = progress.sent;
        progress.sent = true;
        try {
            records.create(record, attempt);
            return new Creation.Created();
        } catch (WapiRefusal refusal) {
            progress.sent = sentBefore || refusal.status() >= 500;
            if (!refusal.isConflict() || refusal.parentIsMissing()) {
                throw refusal;
            }
            return inTheWay(record, refusal, sentBefore, attempt);
        }
    }

    /** @param sentBefore what is there may be what an earlier attempt made */
    private static Creation found(DnsRecord record, List<DnsRecord> present, boolean sentBefore) {
        return sentBefore && present.stream().anyMatch(record::isSameAs)
                ? new Creation.Created()
                : new Creation.Occupied(present);
    }

    private Creation inTheWay(DnsRecord record, WapiRefusal refusal, boolean sentBefore, Deadline attempt)
            throws WapiRefusal, IOException, InterruptedException {
        var present = records.find(record.name(), record.type(), attempt);
        if (!present.isEmpty()) {
            return found(record, present, sentBefore);
        }
        if (record.type() == RecordType.CNAME) {
            for (var type : List.of(RecordType.A, RecordType.AAAA, RecordType.PTR)) {
                if (!records.objects(record.name(), type, attempt).isEmpty()) {
                    return new Creation.Occupied(List.of());
                }
            }
        } else {
            for (var alias : records.find(record.name(), RecordType.CNAME, attempt)) {
                return new Creation.Occupied(behind(alias, record, attempt));
            }
        }
        if (refusal.alreadyExists()) {
            // of a type that is not ours to look at: a host, a delegation, the zone itself
            return new Creation.Occupied(List.of());
        }
        throw refusal;
    }

    private List<DnsRecord> behind(DnsRecord alias, DnsRecord wanted, Deadline attempt)
            throws WapiRefusal, IOException, InterruptedException {
        var target = DnsName.service(alias.data());
        if (target.isEmpty()) {
            return List.of();
        }
        return records.find(target.get(), wanted.type(), attempt).stream()
                .map(found -> new DnsRecord(wanted.name(), wanted.type(), found.data(), found.ttl()))
                .toList();
    }

    @Override
    public Removal remove(DnsName name, RecordType type, Deadline deadline) {
        if (type == RecordType.SRV) {
            // It made none; those of others are not its to remove.
            return Removal.ABSENT;
        }
        var progress = new Progress();
        var what = "removal of " + name + " " + type;
        var removal = call(REMOVE, deadline, progress, what, attempt -> remove(name, type, progress, attempt));
        if (removal == Removal.REMOVED) {
            clearCaches(name, name + " " + type + " is removed", deadline);
        }
        return removal;
    }

    private Removal remove(DnsName name, RecordType type, Progress progress, Deadline attempt)
            throws WapiRefusal, IOException, InterruptedException {
        var objects = records.objects(name, type, attempt);
        if (objects.isEmpty() && !progress.sent) {
            requireZone(name, attempt);
            return Removal.ABSENT;
        }
        for (var object : objects) {
            progress.sent = true;
            wapi.delete(object, attempt);
            progress.removed++;
        }
        return Removal.REMOVED;
    }

    /** Foreman reads "absent" as done, so it is said only of a name that could be there. */
    private void requireZone(DnsName name, Deadline attempt) throws IOException, InterruptedException {
        try {
            if (records.zones(name, attempt).isEmpty()) {
                throw BackendException.rejected(backend.name() + ": no zone for " + name + " in view "
                        + settings.view() + " of " + settings.grid().server()
                        + "; check dns_view, and that the user may read the zone");
            }
        } catch (WapiRefusal e) {
            LOG.info("{} does not tell its zones: {}", settings.grid().server(), e.getMessage());
        }
    }

    private <T> T call(Operation operation, Deadline deadline, Progress progress, String what, Step<T> step) {
        return backend.call(operation, deadline, attempt -> {
            try {
                return step.run(attempt);
            } catch (WapiRefusal refusal) {
                throw refused(refusal, progress, what);
            } catch (IOException e) {
                throw progress.removed == 0 || e instanceof OutcomeUnknownException
                        ? e
                        : new OutcomeUnknownException(e);
            }
        });
    }

    private BackendException refused(WapiRefusal refusal, Progress progress, String what) {
        var broken = refusal.status() >= 500 && progress.sent;
        var text = backend.name() + ": " + what + " at " + settings.grid().server() + ": " + refusal.getMessage()
                + " (status " + refusal.status() + ")";
        if (refusal.parentIsMissing()) {
            text += "; there is no zone for it in view " + settings.view();
        }
        if (progress.removed > 0) {
            text += "; " + progress.removed + " of its records are removed, the others are not";
        } else if (broken) {
            text += "; whether the change was made is unknown";
        }
        var partly = broken || progress.removed > 0;
        return new BackendException(Kind.REJECTED, partly ? Outcome.UNKNOWN : Outcome.NOT_APPLIED, text, refusal);
    }

    /** The change is made, and true, whatever becomes of this: members may answer with what they remember a while longer. */
    private void clearCaches(DnsName name, String done, Deadline deadline) {
        if (!settings.clearsCaches()) {
            return;
        }
        var time = deadline.within(LONGEST_CLEARING);
        try {
            var members = call(FIND_MEMBERS, time, new Progress(), "list of members", records::members);
            for (var member : members) {
                clearCache(name, done, member, time);
            }
        } catch (ProxyException e) {
            warn(done, "the members", e);
        }
    }

    private void clearCache(DnsName name, String done, JsonNode member, Deadline time) {
        var host = member.path("host_name").asText("(unnamed)");
        try {
            Map<String, Object> arguments =
                    Map.of("clear_full_tree", false, "domain", name.key(), "view", settings.view());
            call(CLEAR_CACHE, time, new Progress(), "clearing of the cache of " + host, attempt -> {
                wapi.call(member, "clear_dns_cache", arguments, attempt);
                return true;
            });
        } catch (ProxyException e) {
            warn(done, host, e);
        }
    }

    private static void warn(String done, String where, ProxyException e) {
        LOG.warn(
                "{}, but the DNS cache of {} was not cleared, old answers may be given until they expire: {}",
                done,
                where,
                e.getMessage());
    }
}
