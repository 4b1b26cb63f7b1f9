package smartproxy.dns.embedded;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import smartproxy.core.api.Store;
import smartproxy.dns.DnsName;

/**
 * The zones of the store. Two generations of the provider that meet in a reload use the same, so that what the old one changes
 * last is seen by the new one.
 */
final class SharedZones implements AutoCloseable {
    private final ZoneStore store;
    private final Map<DnsName, Zone> zones = new HashMap<>();
    private final List<Consumer<DnsName>> watchers = new CopyOnWriteArrayList<>();

    private SharedZones(ZoneStore store) {
        this.store = store;
    }

    static SharedZones open(Store store) throws SQLException {
        var zoneStore = new ZoneStore(store);
        zoneStore.prepare();
        return new SharedZones(zoneStore);
    }

    /** A zone as the store has it now. */
    synchronized Zone zone(DnsName name) throws SQLException {
        var zone = zones.computeIfAbsent(
                name, n -> new Zone(n, store, changed -> watchers.forEach(watcher -> watcher.accept(changed))));
        zone.read();
        return zone;
    }

    /** Names of all zones that have records or had them. */
    List<String> stored() throws SQLException {
        return store.transaction(store::zones);
    }

    /** Tells a watcher of each change until the answer is closed. */
    Watch watch(Consumer<DnsName> watcher) {
        watchers.add(watcher);
        return () -> watchers.remove(watcher);
    }

    /** Ends with {@link #close()}. */
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }

    @Override
    public void close() {
        watchers.clear();
    }
}
