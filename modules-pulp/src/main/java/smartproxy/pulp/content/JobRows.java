package smartproxy.pulp.content;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.Store;

/** The jobs in the store. Every change gets the next number of all changes, by which the events are read. Thread-safe. */
final class JobRows {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String OWNER = "content_job";

    /** Jobs that ended longer ago are forgotten. */
    private static final Duration KEPT = Duration.ofDays(30);

    private static final List<String> TABLES = List.of(
            "CREATE TABLE content_job (id TEXT NOT NULL PRIMARY KEY, host TEXT NOT NULL, kind TEXT NOT NULL, pulp TEXT NOT NULL, subject TEXT NOT NULL,"
                    + " request TEXT NOT NULL, state TEXT NOT NULL, message TEXT NOT NULL, done BIGINT NOT NULL, total BIGINT NOT NULL,"
                    + " error TEXT NOT NULL, created BIGINT NOT NULL, started BIGINT, finished BIGINT, cancel BOOLEAN NOT NULL,"
                    + " event BIGINT NOT NULL)",
            "CREATE INDEX content_job_by_event ON content_job (event)",
            "CREATE TABLE content_job_item (job TEXT NOT NULL, position BIGINT NOT NULL, name TEXT NOT NULL, state TEXT NOT NULL,"
                    + " actions TEXT NOT NULL, steps TEXT NOT NULL, error TEXT NOT NULL, PRIMARY KEY (job, position))",
            "CREATE TABLE content_job_event (id BIGINT NOT NULL PRIMARY KEY, newest BIGINT NOT NULL)");
    private static final String COLUMNS =
            "SELECT id, kind, pulp, subject, request, state, message, done, total, error, created,"
                    + " started, finished, cancel, event FROM content_job";

    private final Store store;
    private final String host;
    private final Clock clock;
    private final Object changes = new Object();
    private long changed;
    private volatile boolean migrated;

    /** @param host whose new jobs are, in a store that is shared: a Pulp may be reached from it alone */
    JobRows(Store store, String host, Clock clock) {
        this.store = store;
        this.host = host;
        this.clock = clock;
    }

    private interface Work<T> {
        T run(Connection connection) throws SQLException;
    }

    private <T> T ask(Work<T> work) {
        try {
            if (!migrated) {
                store.migrate(OWNER, TABLES);
                migrated = true;
            }
            return store.transaction(work::run);
        } catch (SQLException e) {
            throw new BackendException(
                    Kind.UNAVAILABLE, Outcome.UNKNOWN, "The jobs cannot be read or kept: " + e.getMessage(), e);
        }
    }

    private <T> T change(Work<T> work) {
        var result = ask(work);
        synchronized (changes) {
            changed++;
            changes.notifyAll();
        }
        return result;
    }

    /** How often a row was changed here. */
    long changes() {
        synchronized (changes) {
            return changed;
        }
    }

    /** Waits until a row is changed here, or that many milliseconds: other daemons change rows as well. */
    void awaitChange(long since, long millis) throws InterruptedException {
        var end = System.nanoTime() + millis * 1_000_000;
        synchronized (changes) {
            for (var left = millis; changed == since && left > 0; left = (end - System.nanoTime()) / 1_000_000) {
                changes.wait(left);
            }
        }
    }

    private static int run(Connection connection, String sql, Object... values) throws SQLException {
        try (var statement = bound(connection, sql, values)) {
            return statement.executeUpdate();
        }
    }

    private static PreparedStatement bound(Connection connection, String sql, Object... values) throws SQLException {
        var statement = connection.prepareStatement(sql);
        for (var i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
        return statement;
    }

    private static long number(Connection connection, String sql, Object... values) throws SQLException {
        try (var statement = bound(connection, sql, values);
                var rows = statement.executeQuery()) {
            return rows.next() ? rows.getLong(1) : 0;
        }
    }

    /** Taken under the lock of its row, so that numbers are seen in their order. */
    private static long nextEvent(Connection connection) throws SQLException {
        run(
                connection,
                "INSERT INTO content_job_event (id, newest) VALUES (1, 1)"
                        + " ON CONFLICT (id) DO UPDATE SET newest = content_job_event.newest + 1");
        return newest(connection);
    }

    private static long newest(Connection connection) throws SQLException {
        return number(connection, "SELECT newest FROM content_job_event WHERE id = 1");
    }

    /** A new job, waiting. */
    void insert(String id, String kind, String pulp, String subject, String request, List<String> items) {
        var now = clock.millis();
        change(connection -> {
            run(
                    connection,
                    "INSERT INTO content_job (id, host, kind, pulp, subject, request, state, message, done, total, error, created,"
                            + " cancel, event) VALUES (?, ?, ?, ?, ?, ?, 'waiting', '', 0, 0, '', ?, ?, ?)",
                    id,
                    host,
                    kind,
                    pulp,
                    subject,
                    request,
                    now,
                    false,
                    nextEvent(connection));
            for (var position = 0; position < items.size(); position++) {
                insertItem(connection, id, Job.Item.waiting(position, items.get(position)));
            }
            return items.size();
        });
    }

    private static void insertItem(Connection connection, String job, Job.Item item) throws SQLException {
        run(
                connection,
                "INSERT INTO content_job_item (job, position, name, state, actions, steps, error) VALUES (?, ?, ?, ?, ?, ?, ?)",
                job,
                item.position(),
                item.name(),
                item.state().toString(),
                text(item.actions()),
                text(item.steps()),
                item.error());
    }

    /** More parts of a job. */
    void add(String job, List<Job.Item> items) {
        change(connection -> {
            for (var item : items) {
                insertItem(connection, job, item);
            }
            return run(connection, "UPDATE content_job SET event = ? WHERE id = ?", nextEvent(connection), job);
        });
    }

    /** Keeps a part as it is now. */
    void keep(String job, Job.Item item) {
        change(connection -> {
            run(
                    connection,
                    "UPDATE content_job_item SET state = ?, actions = ?, steps = ?, error = ? WHERE job = ? AND position = ?",
                    item.state().toString(),
                    text(item.actions()),
                    text(item.steps()),
                    item.error(),
                    job,
                    item.position());
            return run(connection, "UPDATE content_job SET event = ? WHERE id = ?", nextEvent(connection), job);
        });
    }

    /** Somebody works on it from now on, for the first time or again. */
    void start(String job) {
        change(connection -> run(
                connection,
                "UPDATE content_job SET state = 'running', started = COALESCE(started, ?), event = ? WHERE id = ?",
                clock.millis(),
                nextEvent(connection),
                job));
    }

    void progress(String job, String message, long done, long total) {
        change(connection -> run(
                connection,
                "UPDATE content_job SET message = ?, done = ?, total = ?, event = ? WHERE id = ?",
                message,
                done,
                total,
                nextEvent(connection),
                job));
    }

    /** It has ended; what it was asked for is forgotten. */
    void finish(String job, JobState state, String error) {
        change(connection -> run(
                connection,
                "UPDATE content_job SET state = ?, message = '', error = ?, request = '', finished = ?, event = ? WHERE id = ?",
                state.toString(),
                error,
                clock.millis(),
                nextEvent(connection),
                job));
    }

    /** Notes that a job shall end. */
    void cancel(String job) {
        change(connection -> run(
                connection,
                "UPDATE content_job SET cancel = ?, event = ? WHERE id = ? AND finished IS NULL",
                true,
                nextEvent(connection),
                job));
    }

    boolean isCanceled(String job) {
        return ask(connection ->
                number(connection, "SELECT COUNT(*) FROM content_job WHERE id = ? AND cancel = ?", job, true) > 0);
    }

    /** Ids of this host's jobs that have not ended; it may have had another name, so in a store of its own all are. */
    List<String> unfinished() {
        return ask(connection -> {
            var ids = new ArrayList<String>();
            var sql = "SELECT id FROM content_job WHERE (host = ? OR ?) AND finished IS NULL ORDER BY created, id";
            try (var statement = bound(connection, sql, host, !store.isShared());
                    var rows = statement.executeQuery()) {
                while (rows.next()) {
                    ids.add(rows.getString(1));
                }
            }
            return ids;
        });
    }

    Optional<Job> find(String id) {
        return ask(connection -> jobs(connection, true, COLUMNS + " WHERE id = ?", id)).stream()
                .findFirst();
    }

    /** The newest first; mirrors without their items, of which each may have thousands. */
    Page<Job> list(Optional<JobState> state, Optional<String> pulp, Page.Window window) {
        var where = new StringBuilder(" WHERE 1 = 1");
        var values = new ArrayList<Object>();
        state.ifPresent(one -> {
            where.append(" AND state = ?");
            values.add(one.toString());
        });
        pulp.ifPresent(one -> {
            where.append(" AND pulp = ?");
            values.add(one);
        });
        return ask(connection -> {
            var total = number(connection, "SELECT COUNT(*) FROM content_job" + where, values.toArray());
            var all = new ArrayList<>(values);
            Collections.addAll(all, window.limit(), window.offset());
            var page = COLUMNS + where + " ORDER BY created DESC, id DESC LIMIT ? OFFSET ?";
            return new Page<>(jobs(connection, false, page, all.toArray()), total);
        });
    }

    /** Jobs that were changed after an event, by their newest one. */
    List<Job> changedAfter(long event, int most) {
        return ask(
                connection -> jobs(connection, true, COLUMNS + " WHERE event > ? ORDER BY event LIMIT ?", event, most));
    }

    long newestEvent() {
        return ask(JobRows::newest);
    }

    /** Forgets jobs that ended too long ago to be asked for. */
    void forgetOld() {
        purge(clock.instant().minus(KEPT));
    }

    /** Forgets jobs that ended before a time. */
    int purge(Instant before) {
        return change(connection -> {
            run(
                    connection,
                    "DELETE FROM content_job_item WHERE job IN (SELECT id FROM content_job WHERE finished < ?)",
                    before.toEpochMilli());
            return run(connection, "DELETE FROM content_job WHERE finished < ?", before.toEpochMilli());
        });
    }

    private static List<Job> jobs(Connection connection, boolean whole, String sql, Object... values)
            throws SQLException {
        var jobs = new ArrayList<Job>();
        try (var statement = bound(connection, sql, values);
                var rows = statement.executeQuery()) {
            while (rows.next()) {
                var isInParts = rows.getString(2).equals(Job.MIRROR);
                jobs.add(job(rows, whole || !isInParts ? items(connection, rows.getString(1)) : List.of()));
            }
        }
        return jobs;
    }

    private static Job job(ResultSet row, List<Job.Item> items) throws SQLException {
        return new Job(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                state(row.getString(6)),
                row.getString(7),
                row.getLong(8),
                row.getLong(9),
                row.getString(10),
                Instant.ofEpochMilli(row.getLong(11)),
                time(row, 12),
                time(row, 13),
                row.getBoolean(14),
                row.getLong(15),
                items);
    }

    private static Optional<Instant> time(ResultSet row, int column) throws SQLException {
        var millis = row.getLong(column);
        return row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
    }

    private static List<Job.Item> items(Connection connection, String job) throws SQLException {
        var items = new ArrayList<Job.Item>();
        var sql =
                "SELECT position, name, state, actions, steps, error FROM content_job_item WHERE job = ? ORDER BY position";
        try (var statement = bound(connection, sql, job);
                var rows = statement.executeQuery()) {
            while (rows.next()) {
                items.add(new Job.Item(
                        rows.getInt(1),
                        rows.getString(2),
                        state(rows.getString(3)),
                        read(rows.getString(4), new TypeReference<List<String>>() {}),
                        read(rows.getString(5), new TypeReference<Map<String, String>>() {}),
                        rows.getString(6)));
            }
        }
        return items;
    }

    private static JobState state(String name) throws SQLException {
        return JobState.named(name).orElseThrow(() -> new SQLException("a job in state " + name));
    }

    private static <T> T read(String text, TypeReference<T> type) throws SQLException {
        try {
            return JSON.readValue(text, type);
        } catch (JsonProcessingException e) {
            throw new SQLException("a row of a job cannot be read", e);
        }
    }

    private static String text(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
