package smartproxy.infoblox;

import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.Store;

/** Remembers in the daemon's store that the services of a grid are to be restarted. */
public final class StoredMemory implements GridRestarts.Memory {
    private static final Logger LOG = LoggerFactory.getLogger(StoredMemory.class);
    private static final List<String> TABLES =
            List.of("CREATE TABLE infoblox_restart (grid VARCHAR(300) NOT NULL PRIMARY KEY)");

    private final Store store;
    private final String grid;

    private StoredMemory(Store store, String grid) {
        this.store = store;
        this.grid = grid;
    }

    /** @throws SQLException when the store cannot be used */
    public static StoredMemory of(Store store, URI grid) throws SQLException {
        store.migrate("infoblox_restart", TABLES);
        return new StoredMemory(store, grid.toString());
    }

    @Override
    public boolean isDue() {
        try {
            return store.transaction(this::isThere);
        } catch (SQLException e) {
            LOG.warn("Whether services of {} are to be restarted is not known, so they are: {}", grid, e.getMessage());
            return true;
        }
    }

    private boolean isThere(Connection connection) throws SQLException {
        try (var select = connection.prepareStatement("SELECT 1 FROM infoblox_restart WHERE grid = ?")) {
            select.setString(1, grid);
            try (var rows = select.executeQuery()) {
                return rows.next();
            }
        }
    }

    @Override
    public void due(boolean due) {
        try {
            store.transaction(connection -> {
                if (due == isThere(connection)) {
                    return true;
                }
                var text = due
                        ? "INSERT INTO infoblox_restart (grid) VALUES (?)"
                        : "DELETE FROM infoblox_restart WHERE grid = ?";
                try (var change = connection.prepareStatement(text)) {
                    change.setString(1, grid);
                    return change.executeUpdate() == 1;
                }
            });
        } catch (SQLException e) {
            LOG.warn(
                    "That services of {} are to be restarted is not remembered over a crash of the daemon: {}",
                    grid,
                    e.getMessage());
        }
    }
}
