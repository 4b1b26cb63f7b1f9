package smartproxy.core.store;

import java.sql.SQLException;
import javax.sql.DataSource;
import smartproxy.core.api.Store;

/** A store that is open. */
interface OpenStore extends Store, AutoCloseable {
    /** Connections in autocommit mode, each statement of which sees what others have committed; to be closed soon. */
    DataSource connections();

    /** Whether only processes of this host use it. */
    boolean isLocal();

    /**
     * Whether it takes changes.
     *
     * @throws SQLException when it is not there at all
     */
    default boolean isWritable() throws SQLException {
        return true;
    }

    /** What the last {@link #isWritable} found. */
    default boolean isReadOnly() {
        return false;
    }

    /** One line on how much of it is in use. */
    String use();

    @Override
    void close() throws SQLException;
}
