package smartproxy.pulp.content;

import java.time.Duration;
import java.util.function.Supplier;
import smartproxy.core.api.Deadline;
import smartproxy.pulp.content.Pulps.Pulp;

/** Changes made within a request, by its deadline. */
final class RequestChanges implements Changes {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final TaskWait tasks;
    private final Deadline deadline;
    private boolean changed;

    RequestChanges(Pulp pulp, Deadline deadline) {
        this.tasks = new TaskWait(
                pulp, new Patience(new Patience.Limits(PATIENCE, PATIENCE, PATIENCE), Patience.Time.SYSTEM));
        this.deadline = deadline;
    }

    @Override
    public Deadline deadline() {
        return deadline;
    }

    @Override
    public boolean dryRun() {
        return false;
    }

    @Override
    public void make(String step, String action, Supplier<Change> begin) throws InterruptedException {
        var change = begin.get();
        changed |= change.changes();
        tasks.settle(step, change, deadline);
    }

    @Override
    public void did(String action) {
        changed = true;
    }

    @Override
    public String remember(String name, String value) {
        return value;
    }

    /** Whether anything was to be changed. */
    boolean changed() {
        return changed;
    }
}
