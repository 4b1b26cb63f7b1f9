package smartproxy.dhcp.kea;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.Backend;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.HealthSource.Health;
import smartproxy.core.api.Lifecycle;
import smartproxy.core.api.Operation;
import smartproxy.core.api.ProviderContext;
import smartproxy.core.api.SharedResources;
import smartproxy.core.api.StartException;
import smartproxy.dhcp.DhcpProvider;
import smartproxy.dhcp.DhcpView;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.Lease;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.NewReservation;
import smartproxy.dhcp.Reservation;

/** Reads from a cache of bounded age, writes in the way that Kea can, and lays its own changes on the cache. */
class KeaDhcpProvider implements DhcpProvider, Lifecycle {
    private static final Operation READ = Operation.repeatable("read");
    private static final Operation FIND = Operation.repeatable("find");
    private static final Operation CHANGE = Operation.repeatable("change");

    private final KeaSettings settings;
    private final Backend backend;
    private final SharedResources shared;
    private final KeaReader reader;
    private final ConfigWriter configWriter;
    private final HostWriter hostWriter;
    private final WriterLock lock;
    private final KeaCache cache;
    private volatile @Nullable Writing writing;
    private SharedResources.@Nullable Lease<Turns> turns;

    /** @param lock between daemons that change the same Kea */
    KeaDhcpProvider(KeaSettings settings, KeaClient client, WriterLock lock, ProviderContext context) {
        this.lock = lock;
        this.settings = settings;
        this.backend = context.backend();
        this.shared = context.shared();
        this.reader = new KeaReader(backend.name(), client, settings.managed());
        this.configWriter = new ConfigWriter(backend.name(), client, reader);
        this.hostWriter = new HostWriter(backend.name(), client, reader);
        this.cache = new KeaCache(settings.cacheTime(), this::read);
        context.health("reservations", this::health);
    }

    private Health health() {
        var known = writing;
        return new Health(true, known == null ? "Kea was not asked yet what it can do" : "changed " + known);
    }

    @Override
    public void start() throws StartException {
        try {
            turns = shared.acquire(key(), Turns.class, Turns::new);
            turns().caches().add(cache);
        } catch (Exception e) {
            throw new StartException(backend.name() + ": " + e.getMessage(), e);
        }
    }

    /** What writers of one Kea have in common. */
    private String key() {
        return KeaFactory.NAME + " " + settings.url();
    }

    @Override
    public void close() {
        var lease = turns;
        if (lease != null) {
            lease.get().caches().remove(cache);
            lease.close();
        }
    }

    /** A part of an attempt. */
    @FunctionalInterface
    private interface Question<T> {
        T ask(Deadline attempt) throws KeaRefusal, IOException, InterruptedException;
    }

    private <T> T call(Operation operation, Deadline deadline, Question<T> question) {
        return backend.call(operation, deadline, attempt -> {
            try {
                return question.ask(attempt);
            } catch (KeaRefusal e) {
                if (e.isUnsupported()) {
                    cache.doubt();
                }
                throw BackendException.rejected(backend.name() + ": " + operation.name() + ": " + e.getMessage());
            }
        });
    }

    private KeaSnapshot read(Deadline deadline) {
        var snapshot = call(READ, deadline, reader::everything);
        writing = snapshot.writing();
        return snapshot;
    }

    @Override
    public DhcpView view(Deadline deadline) {
        return new KeaView(cache.get(deadline), this, deadline);
    }

    Optional<Lease> leaseAt(KeaSnapshot kea, KeaSnapshot.Content content, Ipv4 ip, Deadline deadline) {
        return kea.can("lease4-get") && content.subnet.contains(ip)
                ? call(FIND, deadline, attempt -> reader.leaseAt(ip, attempt))
                        .flatMap(KeaLease::of)
                        .map(lease -> lease.in(content.subnet))
                : Optional.empty();
    }

    Optional<Lease> lease(KeaSnapshot kea, KeaSnapshot.Content content, MacAddress mac, Deadline deadline) {
        return kea.can("lease4-get-by-hw-address")
                ? call(FIND, deadline, attempt -> reader.lease(content.id, mac, attempt))
                        .flatMap(KeaLease::of)
                        .map(lease -> lease.in(content.subnet))
                : Optional.empty();
    }

    boolean isFree(KeaSnapshot kea, KeaSnapshot.Content content, Ipv4 ip, Deadline deadline) {
        return call(FIND, deadline, attempt -> {
            if (kea.can("lease4-get") && reader.leaseAt(ip, attempt).isPresent()) {
                return false;
            }
            if (kea.writing() != Writing.CONFIG) {
                var none = reader.hosts(content.id, ip, kea.can("reservation-get-by-address"), attempt)
                        .isEmpty();
                if (none && kea.writing() == Writing.DATABASE) {
                    reader.checkDatabase(attempt);
                }
                return none;
            }
            return reader.config(attempt).isFree(content.id, ip);
        });
    }

    @Override
    public Creation create(NewReservation wanted, Deadline deadline) {
        var host = KeaRecords.host(wanted);
        var reservation = wanted.reservation();
        var stored = KeaRecords.reservation(reservation.subnet(), host, true).orElseThrow();
        var kea = cache.get(deadline);
        var outcome = make(kea, Change.add(idOf(kea, reservation), reservation, wanted.related(), host, deadline));
        if (!outcome.done()) {
            // what is there was not shown by the view: the cache is behind
            cache.doubt();
            return new Creation.Occupied(outcome.inTheWay());
        }
        turns().caches().forEach(each -> each.apply(snapshot -> snapshot.with(stored)));
        return new Creation.Created(stored);
    }

    @Override
    public Removal remove(Reservation reservation, Deadline deadline) {
        var kea = cache.get(deadline);
        var outcome = make(kea, Change.remove(idOf(kea, reservation), reservation, deadline));
        turns().caches().forEach(each -> each.apply(snapshot -> snapshot.without(reservation)));
        return outcome.done() ? Removal.REMOVED : Removal.ABSENT;
    }

    private long idOf(KeaSnapshot kea, Reservation reservation) {
        return kea.content(reservation.subnet())
                .orElseThrow(() -> BackendException.rejected(
                        backend.name() + ": Kea does not serve " + reservation.subnet() + " any more"))
                .id;
    }

    private Change.Result make(KeaSnapshot kea, Change change) {
        try {
            if (kea.writing() != Writing.DATABASE) {
                return turns().make(
                                change,
                                (changes, until) -> lock.exclusively(key(), until, () -> write(kea, changes, until)));
            }
            return Turns.makeAlone(change, (changes, until) -> write(kea, changes, until));
        } catch (BackendException e) {
            if (e.outcome() == Outcome.UNKNOWN) {
                turns().caches().forEach(KeaCache::doubt);
            }
            throw e;
        }
    }

    private Turns turns() {
        var lease = turns;
        if (lease == null) {
            throw new IllegalStateException(backend.name() + " is not started");
        }
        return lease.get();
    }

    /** An attempt that failed is made again for those changes that it did not begin. */
    private boolean write(KeaSnapshot kea, List<Change> changes, Deadline deadline) {
        return call(CHANGE, deadline, attempt -> {
            if (kea.writing() == Writing.CONFIG) {
                configWriter.make(changes, attempt);
            } else {
                hostWriter.make(changes, kea, attempt);
            }
            return true;
        });
    }

    @Override
    public Duration suggestionTime() {
        return settings.suggestionTime();
    }
}
