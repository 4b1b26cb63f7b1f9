package smartproxy.dhcp.unused;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import smartproxy.core.api.Store;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.MacAddress;

/** The table of suggestions: of all daemons that share the store, one gets an address, because it is the key. */
final class SuggestionTable {
    private static final String OWNER = "dhcp";
    private static final List<String> TABLES = List.of(
            "CREATE TABLE dhcp_suggestion (ip BIGINT NOT NULL PRIMARY KEY, mac TEXT NOT NULL, ends BIGINT NOT NULL)",
            "CREATE INDEX dhcp_suggestion_by_mac ON dhcp_suggestion (mac)",
            "CREATE INDEX dhcp_suggestion_by_end ON dhcp_suggestion (ends)");
    private static final String NO_MAC = "";

    private final Store store;

    SuggestionTable(Store store) {
        this.store = store;
    }

    void prepare() throws SQLException {
        store.migrate(OWNER, TABLES);
    }

    <T> T transaction(Store.Work<T> work) throws SQLException {
        return store.transaction(work);
    }

    /** @return false when the address is suggested to somebody until later than now */
    boolean take(Connection connection, Suggestion suggestion, Instant now) throws SQLException {
        try (var insert = connection.prepareStatement(
                "INSERT INTO dhcp_suggestion (ip, mac, ends) VALUES (?, ?, ?) ON CONFLICT (ip) DO UPDATE"
                        + " SET mac = excluded.mac, ends = excluded.ends WHERE dhcp_suggestion.ends <= ?")) {
            insert.setLong(1, suggestion.ip().value());
            insert.setString(2, suggestion.mac().map(MacAddress::toString).orElse(NO_MAC));
            insert.setLong(3, suggestion.ends().toEpochMilli());
            insert.setLong(4, now.toEpochMilli());
            return insert.executeUpdate() == 1;
        }
    }

    /** @return false when the address is not suggested to that MAC any more */
    boolean extend(Connection connection, Ipv4 ip, MacAddress mac, Instant ends) throws SQLException {
        try (var update = connection.prepareStatement("UPDATE dhcp_suggestion SET ends = ? WHERE ip = ? AND mac = ?")) {
            update.setLong(1, ends.toEpochMilli());
            update.setLong(2, ip.value());
            update.setString(3, mac.toString());
            return update.executeUpdate() == 1;
        }
    }

    /** What is suggested for a MAC in a window, the newest first. */
    List<Suggestion> of(Connection connection, MacAddress mac, Window window, Instant now) throws SQLException {
        try (var select = connection.prepareStatement("SELECT ip, mac, ends FROM dhcp_suggestion"
                + " WHERE mac = ? AND ip BETWEEN ? AND ? AND ends > ? ORDER BY ends DESC, ip")) {
            select.setString(1, mac.toString());
            select.setLong(2, window.first().value());
            select.setLong(3, window.last().value());
            select.setLong(4, now.toEpochMilli());
            return read(select);
        }
    }

    /** What is suggested in a range of addresses. */
    List<Suggestion> within(Connection connection, Window window, Instant now) throws SQLException {
        try (var select = connection.prepareStatement(
                "SELECT ip, mac, ends FROM dhcp_suggestion WHERE ip BETWEEN ? AND ? AND ends > ? ORDER BY ip")) {
            select.setLong(1, window.first().value());
            select.setLong(2, window.last().value());
            select.setLong(3, now.toEpochMilli());
            return read(select);
        }
    }

    /** What is suggested for longer than that. */
    List<Suggestion> endingAfter(Connection connection, Instant time) throws SQLException {
        try (var select = connection.prepareStatement("SELECT ip, mac, ends FROM dhcp_suggestion WHERE ends > ?")) {
            select.setLong(1, time.toEpochMilli());
            return read(select);
        }
    }

    /** Ends the suggestions of an address and, when one is given, of a MAC. */
    List<Suggestion> end(Connection connection, Ipv4 ip, Optional<MacAddress> mac) throws SQLException {
        var where = mac.isPresent() ? " WHERE ip = ? OR mac = ?" : " WHERE ip = ?";
        List<Suggestion> ended;
        try (var select = connection.prepareStatement("SELECT ip, mac, ends FROM dhcp_suggestion" + where)) {
            bind(select, ip, mac);
            ended = read(select);
        }
        if (!ended.isEmpty()) {
            try (var delete = connection.prepareStatement("DELETE FROM dhcp_suggestion" + where)) {
                bind(delete, ip, mac);
                delete.executeUpdate();
            }
        }
        return ended;
    }

    private static void bind(PreparedStatement statement, Ipv4 ip, Optional<MacAddress> mac) throws SQLException {
        statement.setLong(1, ip.value());
        if (mac.isPresent()) {
            statement.setString(2, mac.get().toString());
        }
    }

    /** Removes what has ended. */
    int purge(Connection connection, Instant now) throws SQLException {
        try (var delete = connection.prepareStatement("DELETE FROM dhcp_suggestion WHERE ends <= ?")) {
            delete.setLong(1, now.toEpochMilli());
            return delete.executeUpdate();
        }
    }

    private static List<Suggestion> read(PreparedStatement select) throws SQLException {
        try (var rows = select.executeQuery()) {
            var suggestions = new ArrayList<Suggestion>();
            while (rows.next()) {
                suggestions.add(new Suggestion(
                        Ipv4.of(rows.getLong(1)),
                        MacAddress.parse(rows.getString(2)),
                        Instant.ofEpochMilli(rows.getLong(3))));
            }
            return suggestions;
        }
    }
}
