package smartproxy.core.api;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Supplier;

/**
 * The one durable store of the daemon: SQLite, or PostgreSQL, which several daemons may share. What a transaction returned without
 * error is on disk. Every wait is bounded; what fails names the store, and the next call tries again.
 *
 * <p>Statements are SQL that both understand: types {@code TEXT}, {@code BIGINT} and {@code BOOLEAN}, {@code ON CONFLICT}, and names
 * of tables and indexes that begin with their owner's.
 */
public interface Store {
    /**
     * Brings the tables of one owner to their newest version: the statements that this store has not run yet are run in order, by
     * one daemon alone, all of them or none.
     *
     * @param owner names the list: {@code dns_embedded}
     * @param statements only ever appended to
     * @throws SQLException when the store cannot be used, or a newer program has written the tables
     */
    void migrate(String owner, List<String> statements) throws SQLException;

    /**
     * Runs the work in one transaction: all of it is kept, or, when it throws, none. Transactions leave what they would leave one
     * after the other, whoever runs them. Where daemons share the store they may meet, and the work of the later one is run again
     * from its beginning: what it does besides using the connection must bear that.
     *
     * @throws CommitUnknownException when the work was done and it is unknown whether it is kept
     * @throws SQLException of a statement; or, naming the store, when it cannot be used; nothing is kept
     */
    <T> T transaction(Work<T> work) throws SQLException;

    /**
     * Runs the work while no other daemon that shares the store does so for the same key. When a daemon ends, however it ends, its
     * turns end with it. While the connection to the store is lost, another daemon may get the turn: what must never happen twice
     * is decided by a key of a table.
     *
     * <p>Callers of one daemon take turns among themselves first ({@link KeyedSerializer}): at most one at a time for each key. To
     * hold several keys take them in one order everywhere. No connection is held, and a store that nobody shares is not asked.
     *
     * @param key begins with the owner's name: {@code dhcp 192.0.2.10}
     * @throws BusyException when another daemon has not ended its work by the deadline; nothing was begun
     * @throws BackendException when the store cannot be asked; nothing was begun
     */
    default <T> T exclusively(String key, Deadline deadline, Supplier<T> work) {
        return work.get();
    }

    /** Whether other daemons may use it, too. */
    default boolean isShared() {
        return true;
    }

    /** Work to be done later, which outlives the process. */
    default Jobs jobs() {
        throw new UnsupportedOperationException("this store keeps no jobs");
    }

    /** Work on a connection that the store opens, commits and closes. */
    @FunctionalInterface
    interface Work<T> {
        T run(Connection connection) throws SQLException;
    }
}
