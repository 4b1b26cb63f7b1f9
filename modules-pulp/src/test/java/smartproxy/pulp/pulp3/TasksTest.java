package smartproxy.pulp.pulp3;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.pulp.content.JobState;
import smartproxy.pulp.content.Task;

/** What is made of the tasks of a Pulp whose workers are not all there. */
class TasksTest {
    private static final JsonNode ONE_WORKER = json("{'online_workers': [{'pulp_href': '/pulp/api/v3/workers/1/'}]}");

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static JsonNode notAsked() {
        throw new AssertionError();
    }

    private static JsonNode task(String state, String worker) {
        return json("{'pulp_href': '/pulp/api/v3/tasks/7/', 'name': 'sync', 'state': '" + state + "', 'worker': "
                + (worker.isEmpty() ? "null" : "'/pulp/api/v3/workers/" + worker + "/'") + "}");
    }

    @ParameterizedTest
    @CsvSource({
        "running, 1, ''",
        "running, 2, the worker of its task is missing",
        "running, '', ''",
        "canceling, 1, ''",
        "canceling, 2, the worker of its task is missing"
    })
    void aTaskGoesOnWithItsWorkerAlone(String state, String worker, String trouble) {
        assertThat(Tasks.trouble(task(state, worker), ONE_WORKER, TasksTest::notAsked))
                .isEqualTo(trouble);
    }

    @ParameterizedTest
    @CsvSource({"1, true", "'2,1', true", "2, false", "'', false"})
    void oneThatIsToBeginGoesOnAsLongAsAnyWorkerHasSomethingToDo(String busy, boolean goesOn) {
        var begun = json("[" + busy.replaceAll("\\d", "{'worker': '/pulp/api/v3/workers/$0/'}") + "]");

        assertThat(Tasks.trouble(task("waiting", ""), ONE_WORKER, () -> begun))
                .isEqualTo(goesOn ? "" : Task.LINE_STANDS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"waiting", "running", "canceling"})
    void withoutAnyWorkerNoneGoesOn(String state) {
        assertThat(Tasks.trouble(task(state, ""), json("{'online_workers': []}"), TasksTest::notAsked))
                .isEqualTo("no worker of Pulp is online");
    }

    @Test
    void aTaskThatIsToBeCanceledHasNotEnded() {
        assertThat(Tasks.hasEnded(task("canceling", ""))).isFalse();
        assertThat(Tasks.task(task("canceling", ""), "").state()).isEqualTo(JobState.RUNNING);
        assertThat(Tasks.hasEnded(task("canceled", ""))).isTrue();
    }

    @Test
    void aTimeThatIsNoneIsNotTold() {
        var task = Tasks.task(
                json("{'state': 'running', 'pulp_created': '2026-01-02T03:04:05.678901Z', 'started_at': 'yesterday',"
                        + " 'finished_at': null}"),
                "");

        assertThat(task.created()).contains(Instant.parse("2026-01-02T03:04:05.678901Z"));
        assertThat(task.started()).isEmpty();
        assertThat(task.finished()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "Worker has gone missing., the worker of its task is missing",
        "Aborted during worker shutdown., the worker of its task is missing",
        "No such file., ''"
    })
    void aTaskThatFailedWithItsWorkerIsToldFromOneThatFailedByItself(String reason, String trouble) {
        var failed = json("{'pulp_href': '/tasks/7/', 'state': 'failed', 'error': {'reason': '" + reason + "'}}");

        var task = Tasks.task(failed, "");
        assertThat(task.id()).isEqualTo("7");
        assertThat(task.state()).isEqualTo(JobState.FAILED);
        assertThat(task.error()).isEqualTo(reason);
        assertThat(task.trouble()).isEqualTo(trouble);
    }
}
