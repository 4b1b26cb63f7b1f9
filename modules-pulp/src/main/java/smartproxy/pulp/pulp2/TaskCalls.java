package smartproxy.pulp.pulp2;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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

    /** Pulp forgets all tasks that ended or none, so a time that has passed longer ago is refused. */
    private static final Duration NOW = Duration.ofMinutes(5);

    private final Pulp2Api api;
    private final Status status;
    private final Clock clock;

    TaskCalls(Pulp2Api api, Status status, Clock clock) {
        this.api = api;
        this.status = status;
        this.clock = clock;
    }

    /** The total is that of the list as far as it is known: one more than was given when there are more. */
    Page<Task> tasks(Optional<JobState> state, Page.Window window, Deadline deadline) {
        var criteria = new LinkedHashMap<String, Object>();
        criteria.put(
                "filters",
                state.map(one -> Map.of("state", Map.of("$in", Tasks.names(one))))
                        .orElse(Map.of()));
        criteria.put("sort", List.of(List.of("start_time", "descending"), List.of("task_id", "descending")));
        criteria.put("skip", window.offset());
        criteria.put("limit", window.limit() + 1);
        var found = api.search(TASKS, "tasks/search/", Map.of("criteria", criteria), deadline);
        var tasks = new ArrayList<Task>();
        found.forEach(one -> tasks.add(Tasks.one(one.path("task_id").asText(), List.of(one), "")));
        return new Page<>(
                tasks.subList(0, Math.min(tasks.size(), window.limit())), window.offset() + (long) tasks.size());
    }

    private List<JsonNode> tasksOf(String id, Deadline deadline) {
        return Tasks.all(Tasks.ids(id), one -> api.find(TASKS, "tasks/" + one + "/", deadline));
    }

    Optional<Task> task(String id, Deadline deadline) {
        var tasks = tasksOf(id, deadline);
        if (tasks.isEmpty()) {
            return Optional.empty();
        }
        var task = Tasks.one(id, tasks, "");
        return Optional.of(
                task.state().ended() ? task : Tasks.one(id, tasks, Tasks.trouble(tasks, status.asItIs(deadline))));
    }

    void cancel(String id, Deadline deadline) {
        for (var task : tasksOf(id, deadline)) {
            if (!Tasks.state(task).ended()) {
                var unused = api.delete(CANCEL, "tasks/" + task.path("task_id").asText() + "/", deadline);
            }
        }
    }

    Change purgeTasks(Instant before, Deadline deadline) {
        if (before.isBefore(clock.instant().minus(NOW))) {
            throw CallerException.badRequest(
                    "Pulp 2 forgets all tasks that have ended, however long ago: ask for a time of now to do that");
        }
        return api.forget(PURGE, List.of("finished", "error", "skipped"), deadline);
    }
}
