package smartproxy.pulp.content;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.Deadline;
import smartproxy.pulp.content.Pulps.Pulp;

/**
 * Waits for the end of a task of a Pulp. One that does not go on, because no worker is online or its own is missing, is given up after
 * a time; so is a Pulp that does not answer.
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
    private final Duration patience;

    /** @param patience with a task that does not go on, or a Pulp that does not answer */
    TaskWait(Pulp pulp, Duration patience) {
        this.pulp = pulp;
        this.patience = patience;
    }

    /**
     * @return false when Pulp does not know the task (any more), or it has failed with its worker
     * @throws TaskEnded when it failed, was cancelled or is given up
     */
    boolean await(String id, Watch watch) throws TaskEnded, InterruptedException {
        var pause = FIRST_PAUSE_MILLIS;
        var troubleSince = 0L;
        while (true) {
            watch.check();
            var trouble = "";
            try {
                var found = pulp.provider().task(id, Deadline.in(CALL));
                if (found.isEmpty()) {
                    return false;
                }
                var task = found.get();
                trouble = task.trouble();
                if (task.state().ended()) {
                    if (task.state() == JobState.FAILED && !trouble.isEmpty()) {
                        return false;
                    }
                    end(task);
                    return true;
                }
                watch.seen(trouble.isEmpty() ? task.progress() : trouble, task.done(), task.total());
            } catch (BackendException e) {
                trouble = String.valueOf(e.getMessage());
                watch.seen(trouble, 0, 0);
            }
            if (trouble.isEmpty()) {
                troubleSince = 0;
            } else if (troubleSince == 0) {
                troubleSince = System.nanoTime();
            } else if (System.nanoTime() - troubleSince > patience.toNanos()) {
                giveUp(id, trouble);
            }
            TimeUnit.MILLISECONDS.sleep(pause);
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

    private void giveUp(String id, String trouble) throws TaskEnded {
        cancel(id);
        throw new TaskEnded("given up after " + patience.toSeconds() + " s: " + trouble, false);
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
