package smartproxy.dns.embedded;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.CommitUnknownException;
import smartproxy.core.api.Deadline;
import smartproxy.dns.DnsName;
import smartproxy.dns.DnsRecord;
import smartproxy.dns.RecordType;

/**
 * The records of one zone, on disk and in memory. A change is on disk before it is in memory, and in memory before the call
 * returns. What is decided, is decided on what the disk holds, so that a second process with the same store is seen.
 */
final class Zone {
    /** Decides, on what is stored, what to change; nothing is written meanwhile. */
    @FunctionalInterface
    interface Decision<T> {
        Edit<T> on(List<DnsRecord> present, Stored stored) throws SQLException;
    }

    /** Reads what is stored at other names, in the same transaction. */
    @FunctionalInterface
    interface Stored {
        List<DnsRecord> at(DnsName zone, DnsName owner) throws SQLException;
    }

    /**
     * A change of the records at one name.
     *
     * @param result what the caller gets
     * @param added is added
     * @param removed the records of that type are removed
     */
    record Edit<T>(
            T result, @Nullable DnsRecord added, @Nullable RecordType removed) {
        static <T> Edit<T> none(T result) {
            return new Edit<>(result, null, null);
        }

        static <T> Edit<T> add(T result, DnsRecord record) {
            return new Edit<>(result, record, null);
        }

        static <T> Edit<T> remove(T result, RecordType type) {
            return new Edit<>(result, null, type);
        }

        boolean isNone() {
            return added == null && removed == null;
        }
    }

    /** Changes that share a transaction. */
    private static final int AT_ONCE = 64;

    private final DnsName name;
    private final ZoneStore store;
    private final Consumer<DnsName> watcher;
    private final Together<Change<?>> changes = new Together<>(this::make, AT_ONCE);
    private final ReentrantLock turn = new ReentrantLock();
    private volatile ZoneContents contents = ZoneContents.NONE;

    /** @param watcher is told the zone's name after each change; returns at once */
    Zone(DnsName name, ZoneStore store, Consumer<DnsName> watcher) {
        this.name = name;
        this.store = store;
        this.watcher = watcher;
    }

    DnsName name() {
        return name;
    }

    /** What queries see now. */
    ZoneContents contents() {
        return contents;
    }

    /** Reads the zone, if there is one. */
    void read() throws SQLException {
        turn.lock();
        try {
            contents = store.transaction(connection -> {
                var stored = store.head(connection, name);
                return stored.isEmpty() ? ZoneContents.NONE : current(connection, stored.get());
            });
        } finally {
            turn.unlock();
        }
    }

    /**
     * Begins to serve the zone, which is made when there is none.
     *
     * @param apex what SOA and NS hold, apart from the serial; the serial is incremented when that differs from the last time
     */
    void open(String apex) throws SQLException {
        turn.lock();
        try {
            contents = store.transaction(connection -> {
                var stored = store.head(connection, name);
                if (stored.isEmpty()) {
                    // later than any serial this zone had in a store that is lost, unless it changed every second since
                    var now = System.currentTimeMillis() / 1000;
                    var first = ZoneContents.nextSerial(now);
                    store.addZone(connection, name, new ZoneStore.Head(first, apex));
                    return ZoneContents.NONE.withSerial(first);
                }
                var current = current(connection, stored.get());
                if (stored.get().apex().equals(apex)) {
                    return current;
                }
                var serial = ZoneContents.nextSerial(current.serial());
                store.setHead(connection, name, new ZoneStore.Head(serial, apex));
                return current.withSerial(serial);
            });
        } finally {
            turn.unlock();
        }
    }

    /**
     * Changes the records at one name, serial included; changes that are wanted at once share a transaction.
     *
     * @param what for errors: {@code create of host.example.com A 192.0.2.1}
     */
    <T> T change(String what, DnsName owner, Deadline deadline, Decision<T> decision) throws InterruptedException {
        var change = new Change<>(what, owner, deadline, decision);
        if (!changes.run(change, deadline)) {
            throw change.late();
        }
        return change.result();
    }

    private void make(List<Change<?>> wanted) {
        turn.lock();
        try {
            contents = store.transaction(connection -> inTransaction(connection, wanted));
            if (wanted.stream().anyMatch(Change::isMade)) {
                watcher.accept(name);
            }
        } catch (SQLException e) {
            wanted.forEach(change -> change.storeFailed(e));
        } catch (RuntimeException | Error e) {
            wanted.forEach(change -> change.failed(e));
        } finally {
            turn.unlock();
        }
    }

    private ZoneContents inTransaction(Connection connection, List<Change<?>> wanted) throws SQLException {
        var head = store.head(connection, name)
                .orElseThrow(() -> new SQLException("zone " + name + " is not in table dns_embedded_zone any more"));
        var after = current(connection, head);
        for (var change : wanted) {
            after = change.in(connection, after);
        }
        if (wanted.stream().noneMatch(Change::isMade)) {
            return after;
        }
        var serial = ZoneContents.nextSerial(head.serial());
        store.setHead(connection, name, new ZoneStore.Head(serial, head.apex()));
        return after.withSerial(serial);
    }

    /** One change and what becomes of it. */
    private final class Change<T> {
        private final String what;
        private final DnsName owner;
        private final Deadline deadline;
        private final Decision<T> decision;
        private @Nullable Edit<T> edit;
        private @Nullable Throwable failure;

        Change(String what, DnsName owner, Deadline deadline, Decision<T> decision) {
            this.what = what;
            this.owner = owner;
            this.deadline = deadline;
            this.decision = decision;
        }

        /** @return what the zone holds then; the same when nothing is to be changed */
        ZoneContents in(Connection connection, ZoneContents current) throws SQLException {
            edit = null;
            failure = null;
            try {
                if (deadline.expired()) {
                    throw late();
                }
                edit = decision.on(
                        store.at(connection, name, owner), (zone, other) -> store.at(connection, zone, other));
            } catch (RuntimeException e) { // nothing is written before all is decided
                failure = e;
                return current;
            }
            if (edit.isNone()) {
                return current;
            }
            if (edit.removed() != null) {
                store.delete(connection, name, owner, edit.removed());
            }
            if (edit.added() != null) {
                store.insert(connection, name, edit.added());
            }
            return current.with(Names.of(owner), store.at(connection, name, owner));
        }

        boolean isMade() {
            return edit != null && !edit.isNone();
        }

        void storeFailed(SQLException e) {
            var outcome = e instanceof CommitUnknownException && isMade() ? Outcome.UNKNOWN : Outcome.NOT_APPLIED;
            failed(new BackendException(
                    Kind.UNAVAILABLE,
                    outcome,
                    EmbeddedFactory.NAME + ": " + what + ": the store failed: " + e.getMessage()
                            + (outcome == Outcome.UNKNOWN
                                    ? "; whether the change was made is unknown"
                                    : "; nothing was changed"),
                    e));
        }

        /** Unless it failed by itself. */
        void failed(Throwable e) {
            if (failure == null) {
                failure = e;
            }
        }

        T result() {
            if (failure instanceof RuntimeException e) {
                throw e;
            }
            if (failure instanceof Error e) {
                throw e;
            }
            return Objects.requireNonNull(edit).result();
        }

        BackendException late() {
            return new BackendException(
                    Kind.TIMEOUT,
                    Outcome.NOT_APPLIED,
                    EmbeddedFactory.NAME + ": " + what + ": no time was left; nothing was changed",
                    null);
        }
    }

    /** What memory holds, or, when another process changed the zone, what the store holds. */
    private ZoneContents current(Connection connection, ZoneStore.Head head) throws SQLException {
        if (contents.serial() == head.serial()) {
            return contents;
        }
        var read = new ZoneContents[] {ZoneContents.NONE.withSerial(head.serial())};
        store.each(connection, name, (owner, records) -> read[0] = read[0].with(Names.of(owner), records));
        return read[0];
    }
}
