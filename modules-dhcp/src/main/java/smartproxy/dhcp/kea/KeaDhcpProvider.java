package smartproxy.dhcp.kea;

import java.time.Duration;
import java.util.Optional;
import java.util.stream.Collectors;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Lifecycle;
import smartproxy.core.api.ProviderContext;
import smartproxy.core.api.StartException;
import smartproxy.dhcp.Dhcp6Provider;
import smartproxy.dhcp.DhcpProvider;
import smartproxy.dhcp.DhcpView;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.Lease;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.NewReservation;
import smartproxy.dhcp.Reservation;

/** Reads and changes {@code kea-dhcp4}; knows {@code kea-dhcp6} where that is served too. */
class KeaDhcpProvider implements DhcpProvider, Lifecycle {
    private final KeaSettings settings;
    private final String name;
    private final KeaServer<KeaSnapshot> server;
    private final Optional<Kea6Provider> dhcp6;

    /** @param lock between daemons that change the same Kea */
    KeaDhcpProvider(
            KeaSettings settings,
            KeaClient client,
            WriterLock lock,
            ProviderContext context,
            Optional<Kea6Provider> dhcp6) {
        this.settings = settings;
        this.name = context.backend().name();
        this.dhcp6 = dhcp6;
        this.server = new KeaServer<>(
                settings, client, lock, context.backend(), context, "reservations", (reader, deadline) -> {
                    var collector = new Kea4Collector(settings.managed());
                    return collector.snapshot(reader.everything(collector, deadline));
                });
    }

    @Override
    public void start() throws StartException {
        server.start();
        if (dhcp6.isPresent()) {
            dhcp6.get().start();
        }
    }

    @Override
    public void close() {
        dhcp6.ifPresent(Kea6Provider::close);
        server.close();
    }

    @Override
    public Optional<Dhcp6Provider> dhcp6() {
        return dhcp6.map(six -> six);
    }

    @Override
    public DhcpView view(Deadline deadline) {
        return new KeaView(server.contents(deadline), this, deadline);
    }

    Optional<Lease> leaseAt(KeaSnapshot kea, KeaSnapshot.Content content, Ipv4 ip, Deadline deadline) {
        return kea.abilities().can("lease4-get") && content.subnet.contains(ip)
                ? server.find(deadline, (reader, attempt) -> reader.leaseAt(ip.toString(), attempt))
                        .flatMap(KeaLease::of)
                        .map(lease -> lease.in(content.subnet))
                : Optional.empty();
    }

    Optional<Lease> lease(KeaSnapshot kea, KeaSnapshot.Content content, MacAddress mac, Deadline deadline) {
        var command = "lease4-get-by-hw-address";
        return kea.abilities().can(command)
                ? server
                        .find(
                                deadline,
                                (reader, attempt) -> reader.leases(command, content.id, KeaRecords.key(mac), attempt))
                        .stream()
                        .flatMap(lease -> KeaLease.of(lease).stream())
                        .reduce(KeaLease::later)
                        .map(lease -> lease.in(content.subnet))
                : Optional.empty();
    }

    boolean isFree(KeaSnapshot kea, KeaSnapshot.Content content, Ipv4 address, Deadline deadline) {
        var abilities = kea.abilities();
        var ip = address.toString();
        return server.find(deadline, (reader, attempt) -> {
            if (abilities.can("lease4-get") && reader.leaseAt(ip, attempt).isPresent()) {
                return false;
            }
            if (abilities.writing() != Writing.CONFIG) {
                var byAddress = abilities.can("reservation-get-by-address");
                var none = reader.hosts(content.id, ip, byAddress, attempt).isEmpty()
                        && reader.hosts(KeaReader.GLOBAL, ip, byAddress, attempt)
                                .isEmpty();
                if (none && abilities.writing() == Writing.DATABASE) {
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
        var related = wanted.related().stream().map(KeaRecords::key).collect(Collectors.toSet());
        var outcome = server.make(deadline, kea -> Change.add(target(kea, reservation), related, host, deadline));
        return outcome.done()
                ? new Creation.Created(stored)
                : new Creation.Occupied(outcome.inTheWay().stream()
                        .flatMap(other -> KeaRecords.reservation(reservation.subnet(), other, true).stream())
                        .distinct()
                        .toList());
    }

    @Override
    public Removal remove(Reservation reservation, Deadline deadline) {
        var outcome = server.make(deadline, kea -> Change.remove(target(kea, reservation), deadline));
        return outcome.done() ? Removal.REMOVED : Removal.ABSENT;
    }

    private Target target(KeaSnapshot kea, Reservation reservation) {
        var content = kea.content(reservation.subnet())
                .orElseThrow(() -> BackendException.rejected(name + ": change: Kea does not serve "
                        + reservation.subnet() + " any more; nothing was changed"));
        return KeaRecords.target(content.id, reservation);
    }

    @Override
    public Duration suggestionTime() {
        return settings.suggestionTime();
    }
}
