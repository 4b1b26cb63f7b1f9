package smartproxy.pulp.content;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.ProxyException;
import smartproxy.pulp.content.TaskWait.TaskEnded;

/**
 * The work on one part of a job. Each step is in the store before it is begun and when it is made, so that a daemon that begins anew
 * goes on: a task that was begun is waited for, and what was made counts among the actions.
 */
final class ItemRun implements Changes {
    private static final Logger LOG = LoggerFactory.getLogger(ItemRun.class);
    private static final Duration CALL = Duration.ofSeconds(30);
    private static final String VALUE = "value ";

    /** That a task is begun which gets lost, with its worker or by a clean-up. */
    private static final int MOST_TIMES = 3;

    /** The job was cancelled. */
    static final class Canceled extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Canceled(String message) {
            super(message);
        }
    }

    /** A task of the Pulp did not end well. */
    static final class Failed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Failed(String message) {
            super(message);
        }
    }

    /** What was begun twice, because nobody knew of the first time, was refused the second time: it may be there. */
    private static final class InDoubt extends RuntimeException {
        private static final long serialVersionUID = 1L;

        InDoubt(String message) {
            super(message, null, false, false);
        }
    }

    /** What the work is. */
    interface Work {
        void run(Changes changes) throws InterruptedException;
    }

    private final JobRows rows;
    private final Job job;
    private final Job.Item item;
    private final TaskWait tasks;
    private final TaskWait.Watch watch;
    private final Patience patience;
    private final boolean dryRun;
    private final List<String> actions;
    private final Map<String, String> steps;

    /** @param patience of this part alone, that of {@code tasks} */
    ItemRun(
            JobRows rows,
            Job job,
            Job.Item item,
            TaskWait tasks,
            TaskWait.Watch watch,
            Patience patience,
            boolean dryRun) {
        this.rows = rows;
        this.job = job;
        this.item = item;
        this.tasks = tasks;
        this.watch = watch;
        this.patience = patience;
        this.dryRun = dryRun;
        // what a dry run says is said anew
        this.actions = new ArrayList<>(dryRun ? List.of() : item.actions());
        this.steps = new LinkedHashMap<>(item.steps());
    }

    /**
     * Does the work to its end; how it ended is in the rows.
     *
     * @return how it ended
     * @throws InterruptedException when the daemon ends, or the watch ends the work
     */
    JobState run(Work work) throws InterruptedException {
        if (item.state().ended()) {
            return item.state();
        }
        try {
            watch.check();
            keep(JobState.RUNNING, "");
            untilItIsDone(work);
            // made, and the daemon ended before it was noted
            actions.addAll(begun().keySet());
            steps.clear();
            return keep(JobState.COMPLETED, "");
        } catch (Canceled e) {
            begun().values().stream().filter(task -> !task.isEmpty()).forEach(tasks::cancel);
            steps.clear();
            return keep(JobState.CANCELED, String.valueOf(e.getMessage()));
        } catch (ProxyException | Failed e) {
            return keep(JobState.FAILED, String.valueOf(e.getMessage()));
        } catch (JobRunner.HandedOver e) {
            throw e;
        } catch (RuntimeException e) {
            return keep(JobState.FAILED, fault(job, item.name(), e));
        }
    }

    /** What is not known to be made: by step, its task. */
    private Map<String, String> begun() {
        var begun = new LinkedHashMap<>(steps);
        begun.keySet().removeIf(step -> step.startsWith(VALUE));
        return begun;
    }

    /** Logs what nobody has foreseen, and says that for the job. */
    static String fault(Job job, String part, RuntimeException cause) {
        LOG.error("Job {} {} '{}' failed", job.id(), job.kind(), part, cause);
        return "a fault of this program, see its log: " + cause;
    }

    /** A Pulp that is away for a while, as by a restart, is waited for; then the work goes on as after a restart of the daemon. */
    private void untilItIsDone(Work work) throws InterruptedException {
        while (true) {
            try {
                work.run(this);
                return;
            } catch (InDoubt e) {
                LOG.debug("Job {} '{}' is looked at anew: {}", job.id(), item.name(), e.getMessage());
            } catch (BackendException | BusyException e) {
                patience.after(e, steps + " " + actions, watch);
            }
        }
    }

    private JobState keep(JobState state, String error) {
        rows.keep(job.id(), new Job.Item(item.position(), item.name(), state, actions, steps, error));
        return state;
    }

    @Override
    public Deadline deadline() {
        return Deadline.in(CALL);
    }

    @Override
    public boolean dryRun() {
        return dryRun;
    }

    @Override
    public void make(String step, String action, Supplier<Change> begin) throws InterruptedException {
        if (dryRun) {
            did(action);
            return;
        }
        watch.check();
        var isInDoubt = "".equals(steps.get(step));
        try {
            makeIt(step, action, begin);
        } catch (CallerException | Failed e) {
            if (!isInDoubt) {
                throw e;
            }
            steps.remove(step);
            did(action);
            throw new InDoubt(String.valueOf(e.getMessage()));
        }
    }

    private void makeIt(String step, String action, Supplier<Change> begin) throws InterruptedException {
        var task = steps.get(step);
        var changes = task != null;
        for (var times = 0; task == null || task.isEmpty() || !await(step, task); times++) {
            if (times == MOST_TIMES) {
                throw new Failed(step + ": the Pulp has lost its task " + times + " times, the last one was " + task);
            }
            var change = begin(step, begin);
            changes |= change.changes();
            task = change.task().orElse("");
            if (task.isEmpty()) {
                break;
            }
            steps.put(step, task);
            keep(JobState.RUNNING, "");
        }
        steps.remove(step);
        if (changes && !action.isEmpty() && !actions.contains(action)) {
            actions.add(action);
        }
        keep(JobState.RUNNING, "");
    }

    private Change begin(String step, Supplier<Change> begin) {
        var wasBegun = steps.put(step, "") != null;
        keep(JobState.RUNNING, "");
        try {
            return begin.get();
        } catch (CallerException e) {
            steps.remove(step); // nothing was changed
            throw e;
        } catch (BackendException | BusyException e) {
            if (!wasBegun && isNotApplied(e)) {
                steps.remove(step);
            }
            throw e;
        }
    }

    private static boolean isNotApplied(ProxyException e) {
        return !(e instanceof BackendException backend) || backend.outcome() == BackendException.Outcome.NOT_APPLIED;
    }

    private boolean await(String step, String task) throws InterruptedException {
        try {
            return tasks.await(task, watch);
        } catch (TaskEnded e) {
            steps.remove(step);
            if (e.isCanceled()) {
                throw new Canceled(step + ": " + e.getMessage());
            }
            throw new Failed(step + ": " + e.getMessage());
        }
    }

    @Override
    public boolean isInDoubt(String step) {
        return steps.containsKey(step);
    }

    @Override
    public void did(String action) {
        if (!action.isEmpty() && !actions.contains(action)) {
            actions.add(action);
            keep(JobState.RUNNING, "");
        }
    }

    @Override
    public String remember(String name, String value) {
        var first = steps.putIfAbsent(VALUE + name, value);
        return first == null ? value : first;
    }
}
