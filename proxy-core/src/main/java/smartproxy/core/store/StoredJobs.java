package smartproxy.core.store;

import com.github.kagkarlsson.scheduler.ScheduledExecution;
import com.github.kagkarlsson.scheduler.ScheduledExecutionsFilter;
import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.exceptions.TaskInstanceException;
import com.github.kagkarlsson.scheduler.logging.LogLevel;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.ExecutionOperations;
import com.github.kagkarlsson.scheduler.task.Task;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.TaskInstanceId;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.shaded.jdbc.SQLRuntimeException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.Jobs;

/**
 * Jobs in a table of the store, by db-scheduler. It knows its kinds of work from its making on, so a new one is made when the set of
 * open queues changes; what the old one has begun it ends.
 */
final class StoredJobs implements Jobs, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StoredJobs.class);

    static final int MOST_AT_ONCE = 8;
    static final int MAX_ID = 200;
    static final int MAX_DATA = 64 << 10;
    private static final Duration POLL = Duration.ofSeconds(10);
    private static final Duration HEARTBEAT = Duration.ofSeconds(10);
    private static final int HEARTBEATS_MISSED = 6;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(10);
    private static final Duration LONGEST_PAUSE = Duration.ofHours(1);
    private static final Duration LONGEST_END = Duration.ofSeconds(5);
    private static final String OWNER = "job";
    private static final List<String> TABLES = List.of(
            "CREATE TABLE job (task_name TEXT NOT NULL, task_instance TEXT NOT NULL, task_data TEXT, execution_time BIGINT NOT NULL,"
                    + " picked BOOLEAN NOT NULL, picked_by TEXT, last_success BIGINT, last_failure BIGINT,"
                    + " consecutive_failures BIGINT, last_heartbeat BIGINT, version BIGINT NOT NULL, priority BIGINT,"
                    + " PRIMARY KEY (task_name, task_instance))",
            "CREATE INDEX job_by_time ON job (execution_time)",
            "CREATE INDEX job_by_heartbeat ON job (last_heartbeat)");

    /** A scheduler, and the threads that do its work. */
    private record Running(Scheduler scheduler, ExecutorService threads, Set<String> names) {}

    private final OpenStore store;
    private final String daemon = JobOwner.ofThisProcess();
    private final Map<String, OpenQueue> open = new HashMap<>();
    private final List<Running> ending = new ArrayList<>();
    private @Nullable Running running;
    private boolean released;
    private volatile boolean closed;

    StoredJobs(OpenStore store) {
        this.store = store;
    }

    @Override
    public synchronized Queue open(String name, Worker worker) throws SQLException {
        if (closed) {
            throw new SQLException("the store is closed");
        }
        store.migrate(OWNER, TABLES);
        if (!released) {
            releaseThoseOfTheDead();
            released = true;
        }
        var queue = new OpenQueue(name, worker);
        open.put(name, queue);
        refresh();
        return queue;
    }

    /** A daemon that was killed cannot have left its jobs: where that can be seen, nobody waits until it has been silent for long enough. */
    private void releaseThoseOfTheDead() throws SQLException {
        if (!store.isLocal()) {
            return;
        }
        int jobs = store.transaction(connection -> {
            var released = 0;
            for (var owner : owners(connection)) {
                released += JobOwner.isAlive(owner) ? 0 : release(connection, owner);
            }
            return released;
        });
        if (jobs > 0) {
            LOG.info("{} jobs of a daemon that has ended in the midst of them are taken up", jobs);
        }
    }

    private static Set<String> owners(Connection connection) throws SQLException {
        var owners = new HashSet<String>();
        try (var statement = connection.prepareStatement("SELECT DISTINCT picked_by FROM job WHERE picked = ?")) {
            statement.setBoolean(1, true);
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    owners.add(String.valueOf(rows.getString(1)));
                }
            }
        }
        return owners;
    }

    private static int release(Connection connection, String owner) throws SQLException {
        var sql = "UPDATE job SET picked = ?, picked_by = NULL, last_heartbeat = NULL, version = version + 1"
                + " WHERE picked = ? AND picked_by = ?";
        try (var statement = connection.prepareStatement(sql)) {
            statement.setBoolean(1, false);
            statement.setBoolean(2, true);
            statement.setString(3, owner);
            return statement.executeUpdate();
        }
    }

    private synchronized void close(OpenQueue queue) {
        if (open.remove(queue.name, queue)) {
            refresh();
        }
    }

    private void refresh() {
        var old = running;
        if (old != null && old.names().equals(open.keySet())) {
            return;
        }
        if (old != null) {
            running = null;
            end(old);
        }
        if (!open.isEmpty() && !closed) {
            running = start();
        }
    }

    private Running start() {
        var threads = Executors.newFixedThreadPool(MOST_AT_ONCE, work -> new Thread(work, "job"));
        var tasks = new ArrayList<Task<?>>();
        open.keySet().forEach(name -> tasks.add(task(name)));
        var scheduler = Scheduler.create(store.connections(), tasks)
                .tableName(OWNER)
                .serializer(JobSql.TEXT)
                .jdbcCustomization(new JobSql())
                .schedulerName(new SchedulerName.Fixed(daemon))
                .threads(MOST_AT_ONCE)
                .executorService(threads)
                .pollingInterval(POLL)
                .heartbeatInterval(HEARTBEAT)
                .missedHeartbeatsLimit(HEARTBEATS_MISSED)
                .enableImmediateExecution()
                // what another daemon, or a module that is switched off for now, has left is not ours to delete
                .deleteUnresolvedAfter(Duration.ofDays(36_500))
                .failureLogging(LogLevel.OFF, false)
                .shutdownMaxWait(Duration.ofDays(1))
                .build();
        scheduler.start();
        return new Running(scheduler, threads, Set.copyOf(open.keySet()));
    }

    /** Not waited for: what it has begun may take long. */
    private void end(Running old) {
        ending.add(old);
        var thread = new Thread(
                () -> {
                    old.scheduler().stop();
                    synchronized (this) {
                        ending.remove(old);
                        notifyAll();
                    }
                },
                "jobs-end");
        thread.setDaemon(true);
        thread.start();
    }

    private Task<String> task(String name) {
        return Tasks.custom(name, String.class)
                .onFailure(StoredJobs::failed)
                .onDeadExecutionRevive()
                .execute((instance, context) -> run(name, instance, context));
    }

    private CompletionHandler<String> run(String name, TaskInstance<String> instance, ExecutionContext context) {
        OpenQueue queue;
        synchronized (this) {
            queue = open.get(name);
        }
        if (queue == null || closed) {
            return again(Duration.ofMinutes(closed ? 0 : 1), instance.getData()); // closed in this moment
        }
        var execution = context.getExecution();
        var job = new Job(
                instance.getId(), instance.getData(), execution.executionTime, execution.consecutiveFailures, true);
        try {
            var next = queue.worker.run(job);
            return next.again()
                    .map(after -> again(after, next.data()))
                    .orElseGet(() -> (complete, operations) -> operations.remove());
        } catch (Exception e) {
            if (closed) {
                return again(Duration.ZERO, instance.getData());
            }
            throw new JobFailed(e);
        }
    }

    private static CompletionHandler<String> again(Duration after, String data) {
        return (complete, operations) ->
                operations.reschedule(complete, complete.getTimeDone().plus(after), data);
    }

    /** What a worker threw. */
    private static final class JobFailed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        JobFailed(Exception cause) {
            super(cause);
        }
    }

    private static void failed(ExecutionComplete complete, ExecutionOperations<String> operations) {
        var execution = complete.getExecution();
        var pause = pause(execution.consecutiveFailures);
        var cause = complete.getCause()
                .map(thrown ->
                        thrown instanceof JobFailed failed && failed.getCause() != null ? failed.getCause() : thrown)
                .orElse(null);
        LOG.warn(
                "Job {} {} has failed ({} times in a row) and is tried again in {} s: {}",
                execution.taskInstance.getTaskName(),
                execution.taskInstance.getId(),
                execution.consecutiveFailures + 1,
                pause.toSeconds(),
                String.valueOf(cause));
        LOG.debug("The failure", cause);
        operations.reschedule(complete, complete.getTimeDone().plus(pause));
    }

    /** @param failures in a row, before this one */
    static Duration pause(int failures) {
        var pause = FIRST_PAUSE.multipliedBy(1L << Math.min(failures, 20));
        return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
    }

    /** A queue, from its opening to its end or that of the daemon. */
    private final class OpenQueue implements Queue {
        private final String name;
        private final Worker worker;

        OpenQueue(String name, Worker worker) {
            this.name = name;
            this.worker = worker;
        }

        @Override
        public boolean add(String id, String data, Instant due) throws SQLException {
            if (id.isEmpty() || id.length() > MAX_ID || data.length() > MAX_DATA) {
                throw new IllegalArgumentException("id or data of a job of " + name + " is too long: " + id.length()
                        + " of " + MAX_ID + ", " + data.length() + " of " + MAX_DATA + " characters");
            }
            return ask(scheduler -> scheduler.scheduleIfNotExists(new TaskInstance<>(name, id, data), due));
        }

        @Override
        public boolean remove(String id) throws SQLException {
            return ask(scheduler -> {
                try {
                    scheduler.cancel(TaskInstanceId.of(name, id));
                    return true;
                } catch (TaskInstanceException e) {
                    return false; // there is none, or it runs
                }
            });
        }

        @Override
        public Optional<Job> find(String id) throws SQLException {
            return ask(scheduler ->
                    scheduler.getScheduledExecution(TaskInstanceId.of(name, id)).map(this::job));
        }

        @Override
        public List<Job> all() throws SQLException {
            return ask(scheduler -> {
                var jobs = new ArrayList<Job>();
                scheduler.fetchScheduledExecutionsForTask(
                        name, String.class, ScheduledExecutionsFilter.all(), execution -> jobs.add(job(execution)));
                jobs.sort(Comparator.comparing(Job::due).thenComparing(Job::id));
                return List.copyOf(jobs);
            });
        }

        private Job job(ScheduledExecution<?> execution) {
            return new Job(
                    execution.getTaskInstance().getId(),
                    String.valueOf(execution.getData()),
                    execution.getExecutionTime(),
                    execution.getConsecutiveFailures(),
                    execution.isPicked());
        }

        private <T> T ask(java.util.function.Function<Scheduler, T> question) throws SQLException {
            Running current;
            synchronized (StoredJobs.this) {
                current = open.containsKey(name) ? running : null;
            }
            if (current == null) {
                throw new SQLException("the queue " + name + " is closed");
            }
            try {
                return question.apply(current.scheduler());
            } catch (SQLRuntimeException | TaskInstanceException e) {
                throw new SQLException("job " + name + ": " + e.getMessage(), e);
            }
        }

        @Override
        public void close() {
            StoredJobs.this.close(this);
        }
    }

    /** Interrupts what runs, and waits a little for its end. */
    @Override
    public synchronized void close() {
        closed = true;
        open.clear();
        refresh();
        ending.forEach(old -> old.threads().shutdownNow());
        var end = System.nanoTime() + LONGEST_END.toNanos();
        try {
            for (var left = LONGEST_END.toNanos(); !ending.isEmpty() && left > 0; left = end - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
