package smartproxy.dhcp.embedded;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.IntStream;
import smartproxy.core.api.Store;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.Reservation;
import smartproxy.dhcp.Subnet;

/** The table of reservations. */
final class ReservationTable {
    private static final List<String> TABLES = List.of(
            "CREATE TABLE dhcp_embedded_reservation (network BIGINT NOT NULL, mac TEXT NOT NULL, ip BIGINT NOT NULL,"
                    + " name TEXT NOT NULL, options TEXT NOT NULL, PRIMARY KEY (network, mac))",
            "CREATE UNIQUE INDEX dhcp_embedded_by_ip ON dhcp_embedded_reservation (network, ip, mac)");
    private static final String SELECT =
            "SELECT mac, ip, name, options FROM dhcp_embedded_reservation WHERE network = ?";
    private static final int PAGE = 500;

    private final Store store;
    private final ObjectMapper json = new ObjectMapper();

    ReservationTable(Store store) {
        this.store = store;
    }

    void prepare() throws SQLException {
        store.migrate(EmbeddedFactory.NAME, TABLES);
    }

    <T> T transaction(Store.Work<T> work) throws SQLException {
        return store.transaction(work);
    }

    /** The networks that have reservations. */
    List<Ipv4> networks(Connection connection) throws SQLException {
        try (var select = connection.prepareStatement(
                        "SELECT DISTINCT network FROM dhcp_embedded_reservation ORDER BY network");
                var rows = select.executeQuery()) {
            var networks = new ArrayList<Ipv4>();
            while (rows.next()) {
                networks.add(Ipv4.of(rows.getLong(1)));
            }
            return networks;
        }
    }

    List<Reservation> of(Connection connection, Subnet subnet, MacAddress mac) throws SQLException {
        try (var select = connection.prepareStatement(SELECT + " AND mac = ?")) {
            select.setLong(1, subnet.network().value());
            select.setString(2, mac.toString());
            return read(subnet, select);
        }
    }

    List<Reservation> at(Connection connection, Subnet subnet, Ipv4 ip) throws SQLException {
        try (var select = connection.prepareStatement(SELECT + " AND ip = ? ORDER BY mac")) {
            select.setLong(1, subnet.network().value());
            select.setLong(2, ip.value());
            return read(subnet, select);
        }
    }

    /** The reservations of the lowest addresses from this one on: all of each address, some addresses at a time. */
    List<Reservation> page(Connection connection, Subnet subnet, long from) throws SQLException {
        try (var select = connection.prepareStatement(
                SELECT + " AND ip IN (SELECT DISTINCT ip FROM dhcp_embedded_reservation WHERE network = ? AND ip >= ?"
                        + " ORDER BY ip LIMIT " + PAGE + ") ORDER BY ip, mac")) {
            select.setLong(1, subnet.network().value());
            select.setLong(2, subnet.network().value());
            select.setLong(3, from);
            return read(subnet, select);
        }
    }

    /** The addresses that have reservations. */
    int[] used(Connection connection, Subnet subnet) throws SQLException {
        try (var select =
                connection.prepareStatement("SELECT ip FROM dhcp_embedded_reservation WHERE network = ? ORDER BY ip")) {
            select.setLong(1, subnet.network().value());
            try (var rows = select.executeQuery()) {
                var builder = IntStream.builder();
                while (rows.next()) {
                    builder.add((int) rows.getLong(1));
                }
                return builder.build().toArray();
            }
        }
    }

    void insert(Connection connection, Reservation reservation) throws SQLException {
        try (var insert = connection.prepareStatement("INSERT INTO dhcp_embedded_reservation"
                + " (network, mac, ip, name, options) VALUES (?, ?, ?, ?, ?)")) {
            insert.setLong(1, reservation.subnet().network().value());
            insert.setString(2, reservation.mac().toString());
            insert.setLong(3, reservation.ip().value());
            insert.setString(4, reservation.name());
            insert.setString(5, json.writeValueAsString(reservation.options()));
            insert.executeUpdate();
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** @return whether it was there */
    boolean delete(Connection connection, Subnet subnet, MacAddress mac) throws SQLException {
        try (var delete =
                connection.prepareStatement("DELETE FROM dhcp_embedded_reservation WHERE network = ? AND mac = ?")) {
            delete.setLong(1, subnet.network().value());
            delete.setString(2, mac.toString());
            return delete.executeUpdate() == 1;
        }
    }

    private List<Reservation> read(Subnet subnet, PreparedStatement select) throws SQLException {
        try (var rows = select.executeQuery()) {
            var reservations = new ArrayList<Reservation>();
            while (rows.next()) {
                var mac = rows.getString(1);
                try {
                    reservations.add(new Reservation(
                            subnet,
                            rows.getString(3),
                            Ipv4.of(rows.getLong(2)),
                            MacAddress.of(mac),
                            true,
                            json.readValue(rows.getString(4), new TypeReference<LinkedHashMap<String, Object>>() {})));
                } catch (JsonProcessingException | IllegalArgumentException e) {
                    throw new SQLException(
                            "table dhcp_embedded_reservation holds a row this version cannot read: " + mac, e);
                }
            }
            return reservations;
        }
    }
}
