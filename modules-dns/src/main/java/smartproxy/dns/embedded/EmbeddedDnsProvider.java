package smartproxy.dns.embedded;

import java.net.InetSocketAddress;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.Name;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.TTL;
import smartproxy.core.api.Backend;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Finding;
import smartproxy.core.api.HealthSource.Health;
import smartproxy.core.api.Lifecycle;
import smartproxy.core.api.LiveCheck;
import smartproxy.core.api.Operation;
import smartproxy.core.api.ProviderContext;
import smartproxy.core.api.StartException;
import smartproxy.dns.DnsName;
import smartproxy.dns.DnsProvider;
import smartproxy.dns.DnsRecord;
import smartproxy.dns.RecordType;

/** Keeps records in the daemon's store and serves them. */
final class EmbeddedDnsProvider implements DnsProvider, Lifecycle, LiveCheck {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedDnsProvider.class);
    private static final Operation CREATE = Operation.once("create");
    private static final Operation REMOVE = Operation.once("remove");

    /** Closes something; the last opened goes first. */
    @FunctionalInterface
    private interface Closing extends AutoCloseable {
        @Override
        void close();
    }

    private final EmbeddedDnsSettings settings;
    private final ProviderContext context;
    private final Backend backend;
    private final Deque<Closing> opened = new ArrayDeque<>();
    private volatile ServedZones zones = ServedZones.NONE;
    private volatile List<DnsListener> listeners = List.of();

    EmbeddedDnsProvider(EmbeddedDnsSettings settings, ProviderContext context) {
        this.settings = settings;
        this.context = context;
        this.backend = context.backend();
        context.health("dns server", this::health);
    }

    @Override
    public void start() throws StartException {
        var shared = readZones();
        var notifier = new Notifier(settings.transferTo(), settings.listen(), this::soa);
        opened.push(notifier::close);
        var server = new DnsServer(
                zones,
                settings.transferTo().stream()
                        .map(InetSocketAddress::getAddress)
                        .collect(Collectors.toUnmodifiableSet()));
        var open = new ArrayList<DnsListener>();
        for (var address : settings.listen()) {
            if (Endpoints.isMissingLoopback(address)) {
                LOG.warn("{}: {} is left out, this host has no IPv6", EmbeddedFactory.NAME, Endpoints.text(address));
            } else {
                open.add(openListener(address));
            }
        }
        if (open.isEmpty()) {
            throw new StartException(EmbeddedFactory.NAME + ": none of the addresses in :listen: exists on this host");
        }
        serveZones();
        for (var listener : open) {
            var use = listener.use(server);
            opened.push(use::close);
        }
        listeners = List.copyOf(open);
        var watch = shared.watch(zone -> notifier.changed(Names.of(zone)));
        opened.push(watch::close);
        zones.all().forEach(zone -> notifier.changed(zone.apex()));
        LOG.info("{}: serving {} on {}", EmbeddedFactory.NAME, zones, addresses(open));
    }

    private SharedZones readZones() throws StartException {
        try {
            var lease = context.shared()
                    .acquire(
                            EmbeddedFactory.NAME + " zones",
                            SharedZones.class,
                            () -> SharedZones.open(context.store()));
            opened.push(lease::close);
            var shared = lease.get();
            var served = new ArrayList<ServedZone>();
            for (var name : settings.zones()) {
                served.add(new ServedZone(shared.zone(name), settings));
            }
            zones = new ServedZones(served);
            for (var stored : shared.stored()) {
                if (settings.zones().stream().noneMatch(zone -> zone.key().equals(stored))) {
                    LOG.warn(
                            "{}: zone {} is in the store but not in :zones:; its records are kept and not served",
                            EmbeddedFactory.NAME,
                            stored);
                }
            }
            return shared;
        } catch (SQLException e) {
            throw unusable(e);
        } catch (Exception e) {
            throw unexpected(e);
        }
    }

    /** Gives a new serial to what SOA and NS of these settings change: not before nothing else can fail. */
    private void serveZones() throws StartException {
        try {
            for (var zone : zones.all()) {
                zone.zone().open(ServedZone.apexText(settings));
            }
        } catch (SQLException e) {
            throw unusable(e);
        }
    }

    private static StartException unusable(SQLException e) {
        return new StartException(
                EmbeddedFactory.NAME + ": the store with the zones cannot be used: " + e.getMessage(), e);
    }

    private DnsListener openListener(InetSocketAddress address) throws StartException {
        try {
            var key = EmbeddedFactory.NAME + " " + Endpoints.text(address);
            var lease = context.shared().acquire(key, DnsListener.class, () -> DnsListener.open(address));
            opened.push(lease::close);
            return lease.get();
        } catch (StartException e) {
            throw e;
        } catch (Exception e) {
            throw unexpected(e);
        }
    }

    private static StartException unexpected(Exception e) {
        if (e instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        return new StartException(EmbeddedFactory.NAME + ": cannot start: " + e, e);
    }

    @Override
    public void close() {
        while (!opened.isEmpty()) {
            var closing = opened.pop();
            try {
                closing.close();
            } catch (RuntimeException e) { // the others, sockets above all, are closed all the same
                LOG.error("{}: closing failed", EmbeddedFactory.NAME, e);
            }
        }
        listeners = List.of();
        zones = ServedZones.NONE;
    }

    @Override
    public List<Finding> probe(Host host, Deadline deadline) {
        return new EmbeddedCheck(settings, context.store()).probe(host);
    }

    @Override
    public Creation create(DnsRecord record, Deadline deadline) {
        var what = "create of " + record;
        check(record, what);
        var serving = serving(what);
        return change(
                serving,
                CREATE,
                what,
                record.name(),
                deadline,
                (present, stored) -> inTheWay(record, present, stored, serving));
    }

    /** Refused here rather than when it is written into an answer. */
    private static void check(DnsRecord record, String what) {
        if (record.ttl() < 0 || record.ttl() > TTL.MAX_VALUE) {
            throw BackendException.rejected(EmbeddedFactory.NAME + ": " + what + ": no TTL: " + record.ttl());
        }
        try {
            ZoneContents.parsed(record, record.ttl());
        } catch (IllegalArgumentException e) {
            throw BackendException.rejected(
                    EmbeddedFactory.NAME + ": " + what + ": these are no data of type " + record.type());
        }
    }

    private static Zone.Edit<Creation> inTheWay(
            DnsRecord wanted, List<DnsRecord> present, Zone.Stored stored, ServedZones serving) throws SQLException {
        var ofType = present.stream().filter(p -> p.type() == wanted.type()).toList();
        var cnames = present.stream().filter(p -> p.type() == RecordType.CNAME).toList();
        var free = Zone.Edit.<Creation>add(new Creation.Created(), wanted);
        return switch (wanted.type()) {
            case CNAME -> present.isEmpty() && !isApex(wanted.name(), serving) ? free : occupied(ofType);
            case SRV -> {
                if (!cnames.isEmpty()) {
                    yield occupied(List.of());
                }
                yield ofType.stream().anyMatch(wanted::isSameAs) ? Zone.Edit.none(new Creation.Created()) : free;
            }
            case A, AAAA, PTR -> {
                if (!cnames.isEmpty()) {
                    yield occupied(behind(cnames.get(0), wanted, stored, serving));
                }
                yield ofType.isEmpty() ? free : occupied(ofType);
            }
        };
    }

    private static Zone.Edit<Creation> occupied(List<DnsRecord> present) {
        return Zone.Edit.none(new Creation.Occupied(present));
    }

    private static boolean isApex(DnsName name, ServedZones serving) {
        return serving.withApex(Names.of(name)).isPresent();
    }

    /** The records of the wanted type that a query for the name gets through its CNAME. */
    private static List<DnsRecord> behind(DnsRecord cname, DnsRecord wanted, Zone.Stored stored, ServedZones serving)
            throws SQLException {
        var target = DnsName.service(cname.data()).orElseThrow();
        var zone = serving.of(Names.of(target));
        if (zone.isEmpty()) {
            return List.of();
        }
        return stored.at(zone.get().zone().name(), target).stream()
                .filter(record -> record.type() == wanted.type())
                .map(record -> new DnsRecord(wanted.name(), record.type(), record.data(), record.ttl()))
                .toList();
    }

    @Override
    public Removal remove(DnsName name, RecordType type, Deadline deadline) {
        var what = "removal of " + name + " " + type;
        return change(
                serving(what),
                REMOVE,
                what,
                name,
                deadline,
                (present, stored) -> present.stream().anyMatch(p -> p.type() == type)
                        ? Zone.Edit.remove(Removal.REMOVED, type)
                        : Zone.Edit.none(Removal.ABSENT));
    }

    /** The zones of one change, which a close meanwhile does not take from it. */
    private ServedZones serving(String what) {
        var serving = zones;
        if (serving.all().isEmpty()) {
            throw new BackendException(
                    Kind.UNAVAILABLE,
                    Outcome.NOT_APPLIED,
                    EmbeddedFactory.NAME + ": " + what + ": the server is not running; nothing was changed",
                    null);
        }
        return serving;
    }

    private <T> T change(
            ServedZones serving,
            Operation operation,
            String what,
            DnsName name,
            Deadline deadline,
            Zone.Decision<T> decision) {
        var zone = serving.of(Names.of(name))
                .orElseThrow(() -> BackendException.rejected(EmbeddedFactory.NAME + ": " + what
                        + ": no zone for it; :zones: in " + EmbeddedFactory.NAME + ".yml has " + serving));
        return backend.call(operation, deadline, left -> zone.zone().change(what, name, left, decision));
    }

    private Optional<SOARecord> soa(Name apex) {
        return zones.withApex(apex).map(zone -> zone.soa(zone.zone().contents()));
    }

    private Health health() {
        var broken =
                listeners.stream().filter(listener -> !listener.isListening()).toList();
        if (listeners.isEmpty() || !broken.isEmpty()) {
            return new Health(false, broken.isEmpty() ? "not started" : "not listening on " + addresses(broken));
        }
        var records = zones.all().stream()
                .mapToLong(zone -> zone.zone().contents().size())
                .sum();
        return new Health(true, zones.all().size() + " zones with " + records + " records on " + addresses(listeners));
    }

    private static String addresses(List<DnsListener> listeners) {
        return listeners.stream().map(DnsListener::toString).collect(Collectors.joining(", "));
    }
}
