package smartproxy.dns.embedded;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.Finding;
import smartproxy.core.api.LiveCheck.Host;
import smartproxy.core.api.Store;
import smartproxy.dns.DnsName;
import smartproxy.dns.RecordType;

/** Looks at the ports, the store and the zones without opening any of them for service. */
final class EmbeddedCheck {
    private static final String NAME = EmbeddedFactory.NAME;

    private final EmbeddedDnsSettings settings;
    private final Store store;
    private final ZoneStore tables;

    EmbeddedCheck(EmbeddedDnsSettings settings, Store store) {
        this.settings = settings;
        this.store = store;
        this.tables = new ZoneStore(store);
    }

    List<Finding> probe(Host host) {
        var findings = new ArrayList<Finding>();
        for (var address : settings.listen()) {
            if (Endpoints.isMissingLoopback(address)) {
                findings.add(
                        Finding.ok(NAME + " listen, " + Endpoints.text(address), "is left out, this host has no IPv6"));
            } else {
                findings.add(host.port(NAME + " listen", false, address));
                findings.add(host.port(NAME + " listen", true, address));
            }
        }
        try {
            findings.addAll(store.transaction(this::zones));
        } catch (SQLException e) {
            findings.add(Finding.error(NAME + " store", String.valueOf(e.getMessage()), "see docs/health.md"));
        }
        for (var text : host.asked()) {
            if (DnsName.service(text).filter(name -> zoneOf(name) != null).isEmpty()) {
                findings.add(Finding.error(NAME, "serves no zone for '" + text + "'", "add it to :zones:"));
            }
        }
        return findings;
    }

    private List<Finding> zones(Connection connection) throws SQLException {
        var findings = new ArrayList<Finding>();
        var prepared = ZoneStore.isPrepared(connection);
        for (var zone : settings.zones()) {
            var count = prepared ? tables.count(connection, zone) : 0;
            findings.add(Finding.ok(
                    NAME + " zone " + zone,
                    prepared ? count + " records in the store" : "new, nothing in the store yet"));
        }
        if (prepared) {
            for (var stored : tables.zones(connection)) {
                if (settings.zones().stream().noneMatch(zone -> zone.key().equals(stored))) {
                    findings.add(Finding.warning(
                            NAME + " zone " + stored,
                            tables.count(connection, DnsName.service(stored).orElseThrow())
                                    + " records in the store are not served",
                            "add it to :zones:, if it is to be served"));
                }
            }
        }
        for (var server : settings.nameServers()) {
            var zone = zoneOf(server);
            if (zone != null && !(prepared && hasAddress(connection, zone, server))) {
                findings.add(Finding.warning(
                        NAME + " name server " + server,
                        "lies in a zone served here and has no address",
                        "create its A or AAAA record, or correct :name_servers:"));
            }
        }
        return findings;
    }

    private boolean hasAddress(Connection connection, DnsName zone, DnsName server) throws SQLException {
        return tables.at(connection, zone, server).stream()
                .anyMatch(record -> record.type() == RecordType.A || record.type() == RecordType.AAAA);
    }

    private @Nullable DnsName zoneOf(DnsName name) {
        return settings.zones().stream()
                .filter(zone -> name.key().equals(zone.key()) || name.key().endsWith("." + zone.key()))
                .findFirst()
                .orElse(null);
    }
}
