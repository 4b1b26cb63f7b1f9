package smartproxy.pulp.content;

import java.time.Duration;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.Deadline;
import smartproxy.pulp.content.Pulps.Pulp;

/**
 * Waits for the end of a task of a Pulp. One that does not go on, because no worker is online, is given up after a time, and so is a Pulp that
 * does not answer; one whose worker is missing while others are there is lost.
 */
final class TaskWait {
    private static final Duration CALL = Duration.ofSeconds(30);
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 2_000;

    /** What happens meanwhile. */
    interface Watch {
        /** Asked before each look at the task; what it throws ends the waiting. */
        void check() throws InterruptedException;

        /** The task, and a sentence when something is wrong with it. */
        void seen(String message, long done, long total);

        /** Of the next look at the task. */
        default Deadline deadline() {
            return Deadline.in(CALL);
        }
    }

    /** The task has ended, and not well. */
    static final class TaskEnded extends Exception {
        private static final long serialVersionUID = 1L;

        private final boolean canceled;

        TaskEnded(String message, boolean canceled) {
            super(message);
            this.canceled = canceled;
        }

        boolean isCanceled() {
            return canceled;
        }
    }

    private final Pulp pulp;
    private final Patience patience;

    TaskWait(Pulp pulp, Patience patience) {
        this.pulp = pulp;
        this.patience = patience;
    }

    /**
     * @return false when the task is lost: Pulp does not know it (any more), it has failed with its worker, or that is missing
     * @throws TaskEnded when it failed, was cancelled or is given up
     */
    boolean await(String id, Watch watch) throws TaskEnded, InterruptedException {
        var limits = patience.limits();
        var missing = new Patience.Stretch();
        var troubled = new Patience.Stretch();
        var pause = FIRST_PAUSE_MILLIS;
        while (true) {
            watch.check();
            var trouble = "";
            try {
                var found = pulp.provider().task(id, watch.deadline());
                if (found.isEmpty() || found.get().isLost()) {
                    return false;
                }
                var task = found.get();
                trouble = task.trouble();
                if (task.state().ended()) {
                    end(task);
                    return true;
                }
                watch.seen(trouble.isEmpty() ? task.progress() : trouble, task.done(), task.total());
            } catch (BackendException | BusyException e) {
                trouble = String.valueOf(e.getMessage());
                watch.seen(trouble, 0, 0);
            }
            var now = patience.now();
            if (missing.isLonger(limits.missingWorker(), trouble.equals(Task.WORKER_MISSING), now)) {
                cancel(id); // Pulp may have it done yet, and what it holds is free the sooner
                return false;
            }
            var isTrouble = !trouble.isEmpty() && !trouble.equals(Task.LINE_STANDS);
            if (troubled.isLonger(limits.trouble(), isTrouble, now)) {
                giveUp(id, "given up after " + limits.trouble().toSeconds() + " s: " + trouble);
            }
            if (trouble.isEmpty()) {
                patience.goesOn();
            } else if (patience.isEnough(trouble)) {
                giveUp(id, patience.told());
            }
            patience.pause(pause);
            pause = Math.min(LONGEST_PAUSE_MILLIS, pause * 3 / 2);
        }
    }

    private static void end(Task task) throws TaskEnded {
        switch (task.state()) {
            case FAILED -> throw new TaskEnded(task.error().isEmpty() ? "its task failed" : task.error(), false);
            case CANCELED -> throw new TaskEnded("its task was cancelled at the Pulp", true);
            default -> {
                // all is well
            }
        }
    }

    private void giveUp(String id, String why) throws TaskEnded {
        cancel(id);
        throw new TaskEnded(why, false);
    }

    /** Asks for its end and does not wait for that: without a worker there is nobody who ends it. */
    void cancel(String id) {
        try {
            pulp.provider().cancel(id, Deadline.in(CALL));
        } catch (smartproxy.core.api.ProxyException e) {
            org.slf4j.LoggerFactory.getLogger(TaskWait.class)
                    .warn("Task {} of Pulp '{}' is not cancelled: {}", id, pulp.name(), e.getMessage());
        }
    }

    /**
     * Waits for a change within a request.
     *
     * @throws BackendException 502 when its task failed, 503 when nobody works on it, 504 when it has not ended in time; it may still be made
     */
    void settle(String operation, Change change, Deadline deadline) throws InterruptedException {
        if (change.task().isEmpty()) {
            return;
        }
        var said = "Pulp '" + pulp.name() + "': " + operation + ": ";
        try {
            var isDone = await(change.task().get(), new Watch() {
                @Override
                public void check() {
                    if (deadline.left().compareTo(Duration.ofSeconds(1)) < 0) {
                        throw new BackendException(
                                Kind.TIMEOUT,
                                Outcome.UNKNOWN,
                                said + "its task " + change.task().get()
                                        + " has not ended in time; it may still make the change",
                                null);
                    }
                }

                @Override
                public void seen(String message, long done, long total) {
                    // the answer tells
                }

                @Override
                public Deadline deadline() {
                    return deadline.within(CALL);
                }
            });
            if (!isDone) {
                throw BackendException.rejected(
                        said + "its task " + change.task().get() + " is lost");
            }
        } catch (TaskEnded e) {
            throw BackendException.rejected(said + e.getMessage());
        }
    }
}
