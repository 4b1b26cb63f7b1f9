package smartproxy.pulp.pulp3;

import static smartproxy.pulp.pulp3.Pulp3Api.with;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Operation;
import smartproxy.pulp.content.Change;
import smartproxy.pulp.content.JobState;
import smartproxy.pulp.content.Page;
import smartproxy.pulp.content.Task;

/** The tasks of a Pulp. */
final class TaskCalls {
    private static final Operation TASKS = Operation.repeatable("read tasks");
    private static final Operation CANCEL = Operation.repeatable("cancel task");
    private static final Operation PURGE = Operation.once("purge tasks");

    private final Pulp3Api api;
    private final Status status;

    TaskCalls(Pulp3Api api, Status status) {
        this.api = api;
        this.status = status;
    }

    Page<Task> tasks(Optional<JobState> state, Page.Window window, Deadline deadline) {
        var parameters = new ArrayList<>(List.of(
                with("ordering", "-pulp_created"), with("offset", window.offset()), with("limit", window.limit())));
        state.ifPresent(one ->
                parameters.add(one == JobState.RUNNING ? with("state__in", "running,canceling") : with("state", one)));
        var found = api.get(TASKS, "tasks/", deadline, parameters.toArray(Pulp3Api.Parameter[]::new));
        var tasks = new ArrayList<Task>();
        found.path("results").forEach(one -> tasks.add(Tasks.task(one, "")));
        return new Page<>(tasks, found.path("count").asLong());
    }

    Optional<Task> task(String id, Deadline deadline) {
        if (!id.matches("[0-9a-fA-F-]{1,64}")) {
            return Optional.empty();
        }
        return api.find(TASKS, "tasks/" + id + "/", deadline)
                .map(task -> Tasks.task(task, Tasks.hasEnded(task) ? "" : status.trouble(task, deadline)));
    }

    void cancel(String id, Deadline deadline) {
        if (task(id, deadline).filter(task -> !task.state().ended()).isPresent()) {
            try {
                var unused = api.patch(CANCEL, "tasks/" + id + "/", Map.of("state", "canceled"), deadline);
            } catch (CallerException e) {
                if (e.status() != 409) { // it has ended meanwhile
                    throw e;
                }
            }
        }
    }

    Change purgeTasks(Instant before, Deadline deadline) {
        var ended = List.of("completed", "failed", "canceled", "skipped");
        return api.begin(
                PURGE, "tasks/purge/", Map.of("finished_before", before.toString(), "states", ended), deadline);
    }
}
