package smartproxy.dhcp.kea;

import java.util.List;
import java.util.Set;
import smartproxy.core.api.Backend;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Finding;
import smartproxy.core.api.Lifecycle;
import smartproxy.core.api.ProviderContext;
import smartproxy.core.api.StartException;
import smartproxy.dhcp.Dhcp6Provider;
import smartproxy.dhcp.Dhcp6View;
import smartproxy.dhcp.DhcpProvider.Removal;
import smartproxy.dhcp.Reservation6;

/** Reads and changes {@code kea-dhcp6}. */
final class Kea6Provider implements Dhcp6Provider, Lifecycle {
    private final Backend backend;
    private final KeaServer<Kea6Snapshot> server;
    private final KeaProbe probe;

    /**
     * @param settings of {@code kea-dhcp6}
     * @param lock between daemons that change the same Kea
     * @param backend guards it by itself
     */
    Kea6Provider(KeaSettings settings, KeaClient client, WriterLock lock, Backend backend, ProviderContext context) {
        this.backend = backend;
        this.probe = new KeaProbe(settings, client, backend);
        this.server =
                new KeaServer<>(settings, client, lock, backend, context, "IPv6 reservations", (reader, deadline) -> {
                    var collector = new Kea6Snapshot.Collector();
                    return collector.snapshot(reader.everything(collector, deadline));
                });
    }

    @Override
    public void start() throws StartException {
        server.start();
    }

    @Override
    public void close() {
        server.close();
    }

    /** What {@code check} is to say. */
    List<Finding> probe(Deadline deadline) {
        return probe.findings(List.of(), deadline);
    }

    @Override
    public Backend backend() {
        return backend;
    }

    @Override
    public Dhcp6View view(Deadline deadline) {
        return new Kea6View(server.contents(deadline), server, deadline);
    }

    @Override
    public Creation create(Reservation6 wanted, Deadline deadline) {
        var host = Kea6Records.host(wanted);
        var outcome = server.make(deadline, kea -> Change.add(target(kea, wanted), Set.of(), host, deadline));
        return new Creation(
                outcome.done(),
                outcome.inTheWay().stream()
                        .flatMap(other -> Kea6Records.reservation(wanted.subnet(), other, true).stream())
                        .distinct()
                        .toList());
    }

    @Override
    public Removal remove(Reservation6 reservation, Deadline deadline) {
        var outcome = server.make(deadline, kea -> Change.remove(target(kea, reservation), deadline));
        return outcome.done() ? Removal.REMOVED : Removal.ABSENT;
    }

    private Target target(Kea6Snapshot kea, Reservation6 reservation) {
        var content = kea.content(reservation.subnet())
                .orElseThrow(() -> BackendException.rejected(backend.name() + ": change: Kea does not serve "
                        + reservation.subnet() + " any more; nothing was changed"));
        return Kea6Records.target(content.id(), reservation);
    }
}
