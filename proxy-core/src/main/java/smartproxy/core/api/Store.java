package smartproxy.core.api;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** The one durable store of the daemon. What a transaction returned without error is on disk. */
public interface Store {
    /**
     * Brings the tables of one owner to their newest version: the statements that this store has not run yet are run in order.
     *
     * @param owner names the list: {@code dns_embedded}
     * @param statements only ever appended to
     * @throws SQLException when the store cannot be read or written
     */
    void migrate(String owner, List<String> statements) throws SQLException;

    /** Runs the work in one transaction: all of it is kept, or, when it throws, none. */
    <T> T transaction(Work<T> work) throws SQLException;

    /** Work on a connection that the store opens, commits and closes. */
    @FunctionalInterface
    interface Work<T> {
        T run(Connection connection) throws SQLException;
    }
}
