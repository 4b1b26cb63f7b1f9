package smartproxy.dns;

import java.util.Set;
import java.util.function.Supplier;
import smartproxy.core.api.Backend;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.KeyedSerializer;

/**
 * The rules every DNS provider shares: what is a conflict, what is done already, one change at a time for each name whatever
 * the type.
 */
public final class DnsService {
    private static final String UNCHANGED = "nothing was changed";

    private final DnsProvider provider;
    private final Set<DnsAbility> abilities;
    private final Backend backend;
    private final KeyedSerializer<String> names = new KeyedSerializer<>();

    /** @param backend of the provider, for its permits */
    public DnsService(DnsProvider provider, Set<DnsAbility> abilities, Backend backend) {
        this.provider = provider;
        this.abilities = Set.copyOf(abilities);
        this.backend = backend;
    }

    /**
     * Creates a record; one that is there already is left as it is.
     *
     * @throws CallerException 400 when the provider cannot hold the type, 409 when something else is at that name
     */
    public void create(DnsRecord record, Deadline deadline) {
        require(record.type(), "Creation");
        var creation = inOrder(record.name(), deadline, () -> provider.create(record, deadline));
        if (creation instanceof DnsProvider.Creation.Occupied occupied
                && occupied.present().stream().noneMatch(record::isSameAs)) {
            throw CallerException.conflict(inUse(record));
        }
    }

    /**
     * Removes all records of a type at a name.
     *
     * @throws CallerException 404 when there is none and the provider declares {@link DnsAbility#ABSENT_IS_NOT_FOUND}
     */
    public void remove(DnsName name, RecordType type, Deadline deadline) {
        require(type, "Deletion");
        var removal = inOrder(name, deadline, () -> provider.remove(name, type, deadline));
        if (removal == DnsProvider.Removal.ABSENT && abilities.contains(DnsAbility.ABSENT_IS_NOT_FOUND)) {
            throw CallerException.notFound("Cannot find DNS entry for " + name);
        }
    }

    private <T> T inOrder(DnsName name, Deadline deadline, Supplier<T> change) {
        try (var permit = backend.admit()) {
            return names.inOrder(name.key(), deadline, change);
        } catch (BackendException e) {
            throw told(e);
        }
    }

    /** With what is known of the change, where the provider has not said it. A no speaks for itself. */
    private static BackendException told(BackendException e) {
        var message = String.valueOf(e.getMessage());
        return e.outcome() == Outcome.UNKNOWN || e.kind() == Kind.REJECTED || message.contains(UNCHANGED)
                ? e
                : new BackendException(e.kind(), e.outcome(), message + "; " + UNCHANGED, e);
    }

    private void require(RecordType type, String what) {
        var missing = (type == RecordType.SRV && !abilities.contains(DnsAbility.SRV))
                || (type == RecordType.CNAME && !abilities.contains(DnsAbility.CNAME));
        if (missing) {
            throw CallerException.badRequest(what + " of " + type + " records not implemented");
        }
    }

    /** The blank inside the quotes is the reference's; scripts match it. */
    private static String inUse(DnsRecord record) {
        return record.type() == RecordType.PTR
                ? "'" + record.name() + "' is already in use"
                : "'" + record.name() + " 'is already in use";
    }
}
