package smartproxy.pulp.pulp3;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import smartproxy.pulp.content.JobState;
import smartproxy.pulp.content.Task;

/** Tasks of Pulp, and whether anybody works on them. */
final class Tasks {
    /** What Pulp says of a task that has failed with its worker. */
    private static final Set<String> LOST = Set.of("Worker has gone missing.", "Aborted during worker shutdown.");

    private Tasks() {}

    static boolean hasEnded(JsonNode task) {
        return state(task).ended();
    }

    private static JobState state(JsonNode task) {
        // canceling: a worker is to end it
        return JobState.named(task.path("state").asText()).orElse(JobState.RUNNING);
    }

    static Task task(JsonNode task, String trouble) {
        var progress = "";
        var done = 0L;
        var total = 0L;
        for (var report : task.path("progress_reports")) {
            if (progress.isEmpty() || report.path("state").asText().equals("running")) {
                progress = report.path("message").asText("");
            }
            done += report.path("done").asLong();
            total += Math.max(report.path("total").asLong(), report.path("done").asLong());
        }
        // what a task failed of, or why somebody else ended it
        var said = task.path("error")
                .path("description")
                .asText(task.path("error").path("reason").asText(""));
        var error = Pulp3Api.line(said);
        return new Task(
                Pulp3Api.lastPart(task.path("pulp_href").asText()),
                task.path("name").asText(),
                state(task),
                progress,
                done,
                total,
                error,
                LOST.contains(error) ? Task.WORKER_MISSING : trouble,
                time(task, "pulp_created"),
                time(task, "started_at"),
                time(task, "finished_at"));
    }

    /**
     * Why a task that has not ended does not go on; empty when it does.
     *
     * @param begun those that run; asked for while it waits for its turn alone
     */
    static String trouble(JsonNode task, JsonNode status, Supplier<JsonNode> begun) {
        var workers = new HashSet<String>();
        status.path("online_workers")
                .forEach(worker -> workers.add(worker.path("pulp_href").asText()));
        if (workers.isEmpty()) {
            return "no worker of Pulp is online";
        }
        if (state(task) == JobState.WAITING) {
            for (var other : begun.get()) {
                if (workers.contains(other.path("worker").asText())) {
                    return "";
                }
            }
            return Task.LINE_STANDS;
        }
        var worker = task.path("worker").asText("");
        return worker.isEmpty() || workers.contains(worker) ? "" : Task.WORKER_MISSING;
    }

    /** A field that is a time. */
    static Optional<Instant> time(JsonNode object, String field) {
        try {
            return Optional.of(Instant.parse(object.path(field).asText()));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
