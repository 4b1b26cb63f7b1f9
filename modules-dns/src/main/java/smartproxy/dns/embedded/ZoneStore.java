package smartproxy.dns.embedded;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import smartproxy.core.api.Store;
import smartproxy.dns.DnsName;
import smartproxy.dns.DnsRecord;
import smartproxy.dns.RecordType;

/** The tables of zones and records. */
final class ZoneStore {
    private static final List<String> TABLES = List.of(
            "CREATE TABLE dns_embedded_zone (name TEXT NOT NULL PRIMARY KEY, serial BIGINT NOT NULL, apex TEXT NOT NULL)",
            "CREATE TABLE dns_embedded_record (zone TEXT NOT NULL, owner_key TEXT NOT NULL, type TEXT NOT NULL, rdata TEXT NOT NULL,"
                    + " owner TEXT NOT NULL, ttl BIGINT NOT NULL, PRIMARY KEY (zone, owner_key, type, rdata))");

    /**
     * A row of the zone table.
     *
     * @param apex what SOA and NS held when the serial was given
     */
    record Head(long serial, String apex) {}

    private final Store store;

    ZoneStore(Store store) {
        this.store = store;
    }

    void prepare() throws SQLException {
        store.migrate(EmbeddedFactory.NAME, TABLES);
    }

    <T> T transaction(Store.Work<T> work) throws SQLException {
        return store.transaction(work);
    }

    /** Whether the tables were ever made. */
    static boolean isPrepared(Connection connection) throws SQLException {
        try (var tables = connection.getMetaData().getTables(null, null, "dns_embedded_record", null)) {
            return tables.next();
        }
    }

    /** How many records a zone has. */
    long count(Connection connection, DnsName zone) throws SQLException {
        try (var select = connection.prepareStatement("SELECT count(*) FROM dns_embedded_record WHERE zone = ?")) {
            select.setString(1, zone.key());
            try (var row = select.executeQuery()) {
                return row.next() ? row.getLong(1) : 0;
            }
        }
    }

    /** Lower-case names of all zones that have a row. */
    List<String> zones(Connection connection) throws SQLException {
        try (var select = connection.prepareStatement("SELECT name FROM dns_embedded_zone ORDER BY name");
                var rows = select.executeQuery()) {
            var zones = new ArrayList<String>();
            while (rows.next()) {
                zones.add(rows.getString(1));
            }
            return zones;
        }
    }

    Optional<Head> head(Connection connection, DnsName zone) throws SQLException {
        try (var select = connection.prepareStatement("SELECT serial, apex FROM dns_embedded_zone WHERE name = ?")) {
            select.setString(1, zone.key());
            try (var rows = select.executeQuery()) {
                return rows.next() ? Optional.of(new Head(rows.getLong(1), rows.getString(2))) : Optional.empty();
            }
        }
    }

    void addZone(Connection connection, DnsName zone, Head head) throws SQLException {
        try (var insert =
                connection.prepareStatement("INSERT INTO dns_embedded_zone (name, serial, apex) VALUES (?, ?, ?)")) {
            insert.setString(1, zone.key());
            insert.setLong(2, head.serial());
            insert.setString(3, head.apex());
            insert.executeUpdate();
        }
    }

    void setHead(Connection connection, DnsName zone, Head head) throws SQLException {
        try (var update =
                connection.prepareStatement("UPDATE dns_embedded_zone SET serial = ?, apex = ? WHERE name = ?")) {
            update.setLong(1, head.serial());
            update.setString(2, head.apex());
            update.setString(3, zone.key());
            update.executeUpdate();
        }
    }

    /** The records at a name. */
    List<DnsRecord> at(Connection connection, DnsName zone, DnsName owner) throws SQLException {
        try (var select = connection.prepareStatement("SELECT owner, type, ttl, rdata FROM dns_embedded_record"
                + " WHERE zone = ? AND owner_key = ? ORDER BY type, rdata")) {
            select.setString(1, zone.key());
            select.setString(2, owner.key());
            try (var rows = select.executeQuery()) {
                var records = new ArrayList<DnsRecord>();
                while (rows.next()) {
                    records.add(record(rows.getString(1), rows.getString(2), rows.getLong(3), rows.getString(4)));
                }
                return records;
            }
        }
    }

    /** Hands over the records of a zone, those of one name together. */
    void each(Connection connection, DnsName zone, BiConsumer<DnsName, List<DnsRecord>> consumer) throws SQLException {
        try (var select = connection.prepareStatement("SELECT owner, type, ttl, rdata FROM dns_embedded_record"
                + " WHERE zone = ? ORDER BY owner_key, type, rdata")) {
            select.setString(1, zone.key());
            try (var rows = select.executeQuery()) {
                var records = new ArrayList<DnsRecord>();
                while (rows.next()) {
                    var record = record(rows.getString(1), rows.getString(2), rows.getLong(3), rows.getString(4));
                    if (!records.isEmpty() && !records.get(0).name().equals(record.name())) {
                        consumer.accept(records.get(0).name(), List.copyOf(records));
                        records.clear();
                    }
                    records.add(record);
                }
                if (!records.isEmpty()) {
                    consumer.accept(records.get(0).name(), List.copyOf(records));
                }
            }
        }
    }

    void insert(Connection connection, DnsName zone, DnsRecord record) throws SQLException {
        try (var insert = connection.prepareStatement("INSERT INTO dns_embedded_record"
                + " (zone, owner_key, type, rdata, owner, ttl) VALUES (?, ?, ?, ?, ?, ?)")) {
            insert.setString(1, zone.key());
            insert.setString(2, record.name().key());
            insert.setString(3, record.type().name());
            insert.setString(4, record.data());
            insert.setString(5, record.name().toString());
            insert.setLong(6, record.ttl());
            insert.executeUpdate();
        }
    }

    void delete(Connection connection, DnsName zone, DnsName owner, RecordType type) throws SQLException {
        try (var delete = connection.prepareStatement(
                "DELETE FROM dns_embedded_record WHERE zone = ? AND owner_key = ? AND type = ?")) {
            delete.setString(1, zone.key());
            delete.setString(2, owner.key());
            delete.setString(3, type.name());
            delete.executeUpdate();
        }
    }

    private static DnsRecord record(String owner, String type, long ttl, String data) throws SQLException {
        try {
            return new DnsRecord(DnsName.service(owner).orElseThrow(), RecordType.valueOf(type), data, ttl);
        } catch (RuntimeException e) {
            throw new SQLException(
                    "table dns_embedded_record holds a record this version cannot read: " + owner + " " + type, e);
        }
    }
}
