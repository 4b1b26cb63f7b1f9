package smartproxy.pulp.content;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Jobs;
import smartproxy.core.api.Jobs.Next;
import smartproxy.core.api.KeyedSerializer;
import smartproxy.core.api.ProxyException;
import smartproxy.core.api.Store;
import smartproxy.pulp.content.Pulps.Pulp;

/**
 * Does the jobs: what is to be done lies in the queue of the store, what was done in the rows. A job whose daemon ended is begun anew and goes
 * on where its rows say.
 */
final class JobRunner implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JobRunner.class);

    static final int MOST_AT_ONCE = 4;
    static final int MOST_ITEMS_AT_ONCE = 4;
    static final int MOST_WAITING = 1000;
    static final int MOST_ITEMS = 5000;

    /** A task that nobody works on is given up. */
    static final Duration PATIENCE = Duration.ofMinutes(5);

    /** After the 30 s in which Pulp calls a worker online that says nothing: one that comes back after a stall is waited for. */
    static final Duration MISSING_WORKER = Duration.ofSeconds(60);

    /** For all a part waits for, and a little more than the 1000 s until Pulp 3 frees what a worker that was killed held. */
    static final Duration STALLED = Duration.ofMinutes(20);

    static final Patience.Limits LIMITS = new Patience.Limits(PATIENCE, MISSING_WORKER, STALLED);

    private static final Duration LATER = Duration.ofSeconds(2);
    private static final long REPORT_NANOS = Duration.ofSeconds(1).toNanos();

    /** Another generation of the module goes on with the job. */
    static final class HandedOver extends RuntimeException {
        private static final long serialVersionUID = 1L;

        HandedOver() {
            super("another one goes on", null, false, false);
        }
    }

    private final Store store;
    private final JobRows rows;
    private final Pulps pulps;
    private final String queueName;
    private final Patience.Limits limits;
    private final Patience.Time time;
    private final Supplier<KeyedSerializer<String>> mirrors;
    private final JobWork work = new JobWork();
    private final Semaphore running = new Semaphore(MOST_AT_ONCE);
    private Jobs.@Nullable Queue queue;
    private volatile boolean closed;

    /**
     * @param host whose jobs these are in a store that is shared: a Pulp may be reached from it alone
     * @param mirrors whose turn it is to mirror, by Pulp; that of all generations in this daemon
     */
    JobRunner(
            Store store,
            JobRows rows,
            Pulps pulps,
            String host,
            Patience.Limits limits,
            Patience.Time time,
            Supplier<KeyedSerializer<String>> mirrors) {
        this.store = store;
        this.rows = rows;
        this.pulps = pulps;
        this.queueName = "content " + host;
        this.limits = limits;
        this.time = time;
        this.mirrors = mirrors;
    }

    /** Goes on with what was left. */
    void start() {
        try {
            for (var id : rows.unfinished()) {
                queue().add(id, "", Instant.now()); // it may not have come so far
            }
            var unused = queue();
            rows.forgetOld();
        } catch (SQLException | BackendException e) {
            LOG.warn("Content jobs of before are done when the store can be used: {}", e.getMessage());
        }
    }

    private synchronized Jobs.Queue queue() throws SQLException {
        if (queue == null) {
            queue = store.jobs().open(queueName, this::run);
        }
        return queue;
    }

    /**
     * Begins a job.
     *
     * @param request what {@link JobWork} needs to know besides the subject, JSON
     * @throws BusyException when too many are there
     * @throws BackendException when the store cannot be used
     */
    Job begin(String kind, Pulp pulp, String subject, String request, List<String> items) {
        if (rows.unfinished().size() >= MOST_WAITING) {
            throw new BusyException("There are " + MOST_WAITING + " content jobs already; nothing was begun");
        }
        rows.forgetOld();
        var id = UUID.randomUUID().toString();
        rows.insert(id, kind, pulp.name(), subject, request, items);
        try {
            queue().add(id, "", Instant.now());
        } catch (SQLException e) {
            rows.finish(id, JobState.FAILED, "it cannot be kept: " + e.getMessage());
            throw new BackendException(
                    Kind.UNAVAILABLE, Outcome.NOT_APPLIED, "The job cannot be kept: " + e.getMessage(), e);
        }
        return find(id);
    }

    /** @throws CallerException 404 */
    Job find(String id) {
        return rows.find(id).orElseThrow(() -> CallerException.notFound("There is no job '" + id + "'"));
    }

    /**
     * The job when it has ended, or as it is when the time is over.
     *
     * @param enough ends the wait within a second
     */
    Job await(String id, Duration time, BooleanSupplier enough) throws InterruptedException {
        var deadline = Deadline.in(time);
        while (true) {
            var changes = rows.changes();
            var job = find(id);
            if (job.state().ended() || deadline.expired() || closed || enough.getAsBoolean()) {
                return job;
            }
            rows.awaitChange(changes, Math.min(1000, deadline.leftMillis()));
        }
    }

    /** Ends a job; one that has ended is left as it is. */
    Job cancel(String id) {
        var job = find(id);
        if (!job.state().ended()) {
            rows.cancel(id);
            try {
                if (queue().remove(id)) { // nobody has begun
                    end(job, JobState.CANCELED, "");
                }
            } catch (SQLException e) {
                LOG.warn("Job {} is cancelled when it is begun: {}", id, e.getMessage());
            }
        }
        return find(id);
    }

    private void end(Job job, JobState state, String error) {
        for (var item : job.items()) {
            if (!item.state().ended()) {
                rows.keep(
                        job.id(),
                        new Job.Item(item.position(), item.name(), state, item.actions(), item.steps(), error));
            }
        }
        rows.finish(job.id(), state, error);
    }

    private Next run(Jobs.Job queued) throws InterruptedException {
        var found = rows.find(queued.id());
        if (found.isEmpty() || found.get().state().ended()) {
            return Next.done();
        }
        if (found.get().cancel() && found.get().state() == JobState.WAITING) {
            end(found.get(), JobState.CANCELED, ""); // it was looked at in the moment when it was cancelled
            return Next.done();
        }
        if (closed) {
            return Next.again(Duration.ZERO, "");
        }
        if (!running.tryAcquire()) {
            return Next.again(LATER, "");
        }
        try {
            return run(found.get());
        } catch (HandedOver e) {
            return Next.again(Duration.ZERO, "");
        } finally {
            running.release();
        }
    }

    private Next run(Job job) throws InterruptedException {
        Pulp pulp;
        try {
            pulp = pulps.named(job.pulp());
        } catch (CallerException e) {
            end(job, JobState.FAILED, String.valueOf(e.getMessage()));
            return Next.done();
        }
        if (!job.isMirror()) {
            rows.start(job.id());
            var state = single(job, pulp);
            rows.finish(job.id(), state, find(job.id()).items().get(0).error());
            return Next.done();
        }
        try {
            // two lists of what is wanted would undo each other's work
            var interrupted = inTurn(pulp, () -> {
                try {
                    rows.start(job.id());
                    mirror(job, pulp);
                    return false;
                } catch (InterruptedException e) {
                    return true;
                }
            });
            if (interrupted) {
                throw new InterruptedException();
            }
            return Next.done();
        } catch (BusyException e) {
            rows.progress(
                    job.id(),
                    "waits for the end of another mirror of this Pulp",
                    0,
                    job.items().size());
            return Next.again(LATER, "");
        }
    }

    /** First among the mirrors of this daemon, then among daemons. */
    private boolean inTurn(Pulp pulp, Supplier<Boolean> mirror) {
        var deadline = Deadline.in(LATER);
        var key = queueName + " mirror " + pulp.name();
        return mirrors.get().inOrder(pulp.name(), deadline, () -> store.exclusively(key, deadline, mirror));
    }

    private JobState single(Job job, Pulp pulp) throws InterruptedException {
        return item(job, pulp, job.items().get(0), new Reporter(job, ""), false)
                .run(changes -> work.run(job, pulp, changes));
    }

    private ItemRun item(Job job, Pulp pulp, Job.Item item, Reporter watch, boolean dryRun) {
        var patience = patience();
        return new ItemRun(rows, job, item, new TaskWait(pulp, patience), watch, patience, dryRun);
    }

    private Patience patience() {
        return new Patience(limits, time);
    }

    private void mirror(Job job, Pulp pulp) throws InterruptedException {
        Mirror mirror;
        try {
            mirror = Mirror.of(job, pulp);
            var known = job.items().stream().map(Job.Item::name).toList();
            var unwanted = new ArrayList<Job.Item>();
            for (var name : unwanted(job, mirror)) {
                if (!known.contains(name)) {
                    unwanted.add(Job.Item.waiting(known.size() + unwanted.size(), name));
                }
            }
            if (!unwanted.isEmpty()) {
                rows.add(job.id(), unwanted);
            }
        } catch (ItemRun.Canceled e) {
            end(job, JobState.CANCELED, "");
            return;
        } catch (ProxyException e) {
            end(job, JobState.FAILED, String.valueOf(e.getMessage()));
            return;
        } catch (HandedOver e) {
            throw e;
        } catch (RuntimeException e) {
            end(job, JobState.FAILED, ItemRun.fault(job, "the list of repositories", e));
            return;
        }
        var items = find(job.id()).items();
        var calls = new ArrayList<Callable<JobState>>();
        for (var item : items) {
            var watch = new Reporter(job, item.name());
            var run = item(job, pulp, item, watch, mirror.isDryRun());
            calls.add(() -> {
                var state = run.run(changes -> mirror.bring(item.name(), changes));
                watch.ended();
                return state;
            });
        }
        finish(job.id(), inParallel(calls));
    }

    private Set<String> unwanted(Job job, Mirror mirror) throws InterruptedException {
        var pause = patience();
        var watch = new Reporter(job, "the list of repositories");
        while (true) {
            try {
                return mirror.unwanted();
            } catch (BackendException | BusyException e) {
                pause.after(e, "", watch);
            }
        }
    }

    private static List<JobState> inParallel(List<Callable<JobState>> calls) throws InterruptedException {
        var threads = Executors.newFixedThreadPool(MOST_ITEMS_AT_ONCE, task -> new Thread(task, "content-mirror"));
        var states = new ArrayList<JobState>();
        try {
            for (var future : threads.invokeAll(calls)) {
                states.add(future.get());
            }
            return states;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure; // of the store, or it goes on elsewhere
            }
            throw new InterruptedException(String.valueOf(e.getCause()));
        } finally {
            threads.shutdownNow();
        }
    }

    private void finish(String job, List<JobState> states) {
        var failed = states.stream().filter(JobState.FAILED::equals).count();
        if (states.contains(JobState.CANCELED)) {
            rows.finish(job, JobState.CANCELED, "");
        } else if (failed > 0) {
            rows.finish(job, JobState.FAILED, failed + " of " + states.size() + " repositories failed");
        } else {
            rows.finish(job, JobState.COMPLETED, "");
        }
    }

    /** Tells the rows how a part goes on, and the part when to end. */
    private final class Reporter implements TaskWait.Watch {
        private final Job job;
        private final String part;
        private String last = "";
        private long at;

        /** @param part its name where there are several; else empty */
        Reporter(Job job, String part) {
            this.job = job;
            this.part = part;
        }

        @Override
        public void check() throws InterruptedException {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (closed) {
                throw new HandedOver();
            }
            if (rows.isCanceled(job.id())) {
                throw new ItemRun.Canceled("the job was cancelled");
            }
        }

        @Override
        public void seen(String message, long done, long total) {
            var now = message + done + "/" + total;
            if (now.equals(last) || (!last.isEmpty() && System.nanoTime() - at < REPORT_NANOS)) {
                return;
            }
            last = now;
            at = System.nanoTime();
            if (part.isEmpty()) {
                rows.progress(job.id(), message, done, total);
            } else {
                progress(message.isEmpty() ? "" : part + ": " + message);
            }
        }

        void ended() {
            progress("");
        }

        private void progress(String message) {
            var items = find(job.id()).items();
            var ended = items.stream().filter(item -> item.state().ended()).count();
            rows.progress(job.id(), message, ended, items.size());
        }
    }

    /** What runs is handed over; a newer generation of the module has it. */
    @Override
    public synchronized void close() {
        closed = true;
        if (queue != null) {
            queue.close();
        }
    }
}
