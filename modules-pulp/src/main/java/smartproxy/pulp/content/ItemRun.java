package smartproxy.pulp.content;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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

    /** What the work is. */
    interface Work {
        void run(Changes changes) throws InterruptedException;
    }

    private final JobRows rows;
    private final Job job;
    private final Job.Item item;
    private final TaskWait tasks;
    private final TaskWait.Watch watch;
    private final boolean dryRun;
    private final List<String> actions;
    private final Map<String, String> steps;

    ItemRun(JobRows rows, Job job, Job.Item item, TaskWait tasks, TaskWait.Watch watch, boolean dryRun) {
        this.rows = rows;
        this.job = job;
        this.item = item;
        this.tasks = tasks;
        this.watch = watch;
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
            keep(JobState.RUNNING, "");
            work.run(this);
            // made, and the daemon ended before it was noted
            steps.keySet().stream().filter(step -> !step.startsWith(VALUE)).forEach(actions::add);
            steps.clear();
            return keep(JobState.COMPLETED, "");
        } catch (Canceled e) {
            return keep(JobState.CANCELED, String.valueOf(e.getMessage()));
        } catch (ProxyException | Failed e) {
            return keep(JobState.FAILED, String.valueOf(e.getMessage()));
        } catch (JobRunner.HandedOver e) {
            throw e;
        } catch (RuntimeException e) {
            LOG.error("Job {} {} '{}' failed", job.id(), job.kind(), item.name(), e);
            return keep(JobState.FAILED, "a fault of this program, see its log: " + e);
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
        var task = steps.get(step);
        var begun = task != null;
        var changes = true;
        if (task == null || task.isEmpty() || !await(step, task)) {
            var change = begin(step, begin);
            changes = change.changes() || begun;
            if (change.task().isPresent()) {
                steps.put(step, change.task().get());
                keep(JobState.RUNNING, "");
                if (!await(step, change.task().get())) {
                    throw new Failed(step + ": the Pulp does not know its task "
                            + change.task().get());
                }
            }
        }
        steps.remove(step);
        if (changes && !action.isEmpty() && !actions.contains(action)) {
            actions.add(action);
        }
        keep(JobState.RUNNING, "");
    }

    private Change begin(String step, Supplier<Change> begin) {
        steps.put(step, "");
        keep(JobState.RUNNING, "");
        try {
            return begin.get();
        } catch (CallerException e) {
            steps.remove(step); // nothing was changed
            throw e;
        }
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
        } catch (Canceled e) {
            tasks.cancel(task);
            steps.remove(step);
            throw e;
        }
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
