package smartproxy.pulp.pulp2;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import smartproxy.pulp.content.Change;
import smartproxy.pulp.content.JobState;
import smartproxy.pulp.content.Task;

/**
 * Tasks of Pulp 2. A call may begin several, and each of them others; together they are one {@link Task}, whose id is theirs with commas
 * between them.
 */
final class Tasks {
    /** Tasks that are looked at for one; a sync begins two or three. */
    static final int MOST = 64;

    private static final String SEPARATOR = ",";
    private static final String ID = "[0-9a-zA-Z-]{1,64}";
    private static final Map<String, JobState> STATES = Map.of(
            "waiting", JobState.WAITING,
            "running", JobState.RUNNING,
            "suspended", JobState.RUNNING,
            "finished", JobState.COMPLETED,
            "error", JobState.FAILED,
            "canceled", JobState.CANCELED,
            "skipped", JobState.SKIPPED);

    private Tasks() {}

    /** Ids of the tasks that a call report or a task names. */
    static List<String> spawned(JsonNode report) {
        var ids = new ArrayList<String>();
        report.path("spawned_tasks").forEach(one -> ids.add(one.path("task_id").asText()));
        ids.removeIf(id -> !id.matches(ID));
        return ids;
    }

    static String id(List<String> ids) {
        return String.join(SEPARATOR, ids);
    }

    /** Empty when that is no id of ours. */
    static List<String> ids(String id) {
        var ids = List.of(id.split(SEPARATOR, MOST + 1));
        return ids.size() <= MOST && ids.stream().allMatch(one -> one.matches(ID)) ? ids : List.of();
    }

    /** Several changes as one. */
    static Change asOne(List<Change> changes) {
        var tasks = changes.stream().flatMap(change -> change.task().stream()).toList();
        if (!tasks.isEmpty()) {
            return Change.by(id(tasks));
        }
        return changes.isEmpty() ? Change.NONE : Change.MADE;
    }

    /** What Pulp calls a state. */
    static List<String> names(JobState state) {
        return STATES.entrySet().stream()
                .filter(one -> one.getValue() == state)
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    static JobState state(JsonNode task) {
        return STATES.getOrDefault(task.path("state").asText(), JobState.RUNNING);
    }

    /** These tasks, and those they began, and so on; the ones that Pulp does not know (any more) are left out. */
    static List<JsonNode> all(List<String> ids, Function<String, Optional<JsonNode>> find) {
        var found = new ArrayList<JsonNode>();
        var open = new ArrayDeque<>(ids);
        var seen = new HashSet<String>();
        while (!open.isEmpty() && seen.size() < MOST) {
            var id = open.remove();
            if (seen.add(id)) {
                find.apply(id).ifPresent(task -> {
                    found.add(task);
                    open.addAll(spawned(task));
                });
            }
        }
        return found;
    }

    /**
     * Several as one.
     *
     * @param tasks at least one
     */
    static Task one(String id, List<JsonNode> tasks, String trouble) {
        var state = together(tasks.stream().map(Tasks::state).toList());
        var progress = new Progress();
        tasks.forEach(task -> progress.add(task.path("progress_report"), 6));
        var first = tasks.get(0);
        var errors = new LinkedHashSet<String>();
        if (state == JobState.FAILED) {
            tasks.stream().filter(task -> state(task) == JobState.FAILED).forEach(task -> errors.add(error(task)));
        }
        return new Task(
                id,
                name(first),
                state,
                state.ended() ? "" : progress.message,
                progress.done,
                progress.total,
                Pulp2Api.line(String.join("; ", errors)),
                state.ended() ? "" : trouble,
                Optional.empty(),
                time(first.path("start_time")),
                state.ended() ? time(tasks.get(tasks.size() - 1).path("finish_time")) : Optional.empty());
    }

    /** One that has not ended keeps the whole open; then the worst counts. */
    private static JobState together(List<JobState> states) {
        var all = Set.copyOf(states);
        if (states.stream().anyMatch(state -> !state.ended())) {
            return all.equals(Set.of(JobState.WAITING)) ? JobState.WAITING : JobState.RUNNING;
        }
        for (var worst : List.of(JobState.FAILED, JobState.CANCELED, JobState.COMPLETED)) {
            if (all.contains(worst)) {
                return worst;
            }
        }
        return JobState.SKIPPED;
    }

    private static String error(JsonNode task) {
        var words = Pulp2Api.error(task.path("error"));
        if (words.isEmpty()) {
            words = task.path("exception").asText("");
        }
        return words.isEmpty() || words.equals("null") ? "its task failed and does not say why" : words;
    }

    /** By its action, {@code sync}, where it has one. */
    private static String name(JsonNode task) {
        for (var tag : task.path("tags")) {
            if (tag.asText().startsWith("pulp:action:")) {
                return tag.asText().substring("pulp:action:".length());
            }
        }
        return task.path("task_type").asText("");
    }

    static Optional<Instant> time(JsonNode value) {
        try {
            return value.isTextual()
                    ? Optional.of(OffsetDateTime.parse(value.asText()).toInstant())
                    : Optional.empty();
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** Why tasks that have not ended do not go on; empty when they do. */
    static String trouble(List<JsonNode> tasks, JsonNode status) {
        var workers = Workers.of(status);
        if (workers.reserved().isEmpty()) {
            return "no worker of Pulp is online";
        }
        if (!workers.manages()) {
            return "the resource_manager of Pulp is not online";
        }
        var isLost = tasks.stream()
                .filter(task -> state(task) == JobState.RUNNING)
                .map(task -> task.path("worker_name").asText(""))
                .anyMatch(worker -> worker.startsWith(Workers.RESERVED)
                        && !workers.reserved().contains(worker));
        return isLost ? Task.WORKER_MISSING : "";
    }

    /** Each kind of content reports in a form of its own; items are counted where they are told. */
    private static final class Progress {
        private String message = "";
        private long done;
        private long total;

        private void add(JsonNode report, int depth) {
            if (depth == 0) {
                return;
            }
            if (report.path("items_total").isNumber()) {
                var items = report.path("items_total").asLong();
                total += items;
                done += report.path("items_left").isNumber()
                        ? Math.max(0, items - report.path("items_left").asLong())
                        : report.path("num_processed").asLong();
            }
            var state = report.path("state").asText("");
            if (message.isEmpty() && (state.equals("IN_PROGRESS") || state.equals("RUNNING"))) {
                message = report.path("description").asText("");
            }
            report.forEach(part -> {
                if (part.isContainerNode()) {
                    add(part, depth - 1);
                }
            });
        }
    }
}
