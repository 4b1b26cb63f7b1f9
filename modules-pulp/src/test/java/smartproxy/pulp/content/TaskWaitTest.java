package smartproxy.pulp.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.Deadline;
import smartproxy.pulp.content.TaskWait.TaskEnded;

/** How long a task of a Pulp is waited for that goes on, or does not. */
class TaskWaitTest {
    private static final String NO_WORKER = "no worker of Pulp is online";

    private final FakeContent pulp = new FakeContent();
    private final FakeTime time = new FakeTime();
    private final List<String> seen = new ArrayList<>();
    private final Patience patience = new Patience(JobRunner.LIMITS, time);
    private final TaskWait tasks = new TaskWait(new Pulps.Pulp("p", "fake", pulp), patience);

    private void is(JobState state, String trouble) {
        pulp.tasks.put("t1", FakeContent.task("t1", state, trouble));
    }

    private boolean await() throws TaskEnded, InterruptedException {
        return tasks.await("t1", new TaskWait.Watch() {
            @Override
            public void check() {
                assertThat(time.now()).isLessThan(Duration.ofDays(3));
            }

            @Override
            public void seen(String message, long done, long total) {
                seen.add(message);
            }
        });
    }

    private static Duration minutes(long minutes) {
        return Duration.ofMinutes(minutes);
    }

    @Test
    void oneThatGoesOnIsWaitedForHoweverLongItTakes() throws Exception {
        is(JobState.RUNNING, "");
        time.at(Duration.ofDays(2), () -> is(JobState.COMPLETED, ""));

        assertThat(await()).isTrue();
        assertThat(time.now()).isGreaterThanOrEqualTo(Duration.ofDays(2));
    }

    @Test
    void soIsOneThatWaitsInALineThatMoves() throws Exception {
        is(JobState.WAITING, "");
        time.at(Duration.ofDays(1), () -> is(JobState.COMPLETED, ""));

        assertThat(await()).isTrue();
    }

    @Test
    void oneWhoseWorkerStaysMissingIsCancelledAndLost() throws Exception {
        is(JobState.RUNNING, Task.WORKER_MISSING);

        assertThat(await()).isFalse();
        assertThat(pulp.canceled).containsExactly("t1");
        assertThat(time.now()).isBetween(JobRunner.MISSING_WORKER, JobRunner.MISSING_WORKER.plusSeconds(5));
        assertThat(seen).containsOnly(Task.WORKER_MISSING);
    }

    @Test
    void oneWhoseWorkerComesBackIsNot() throws Exception {
        is(JobState.RUNNING, Task.WORKER_MISSING);
        time.at(Duration.ofSeconds(50), () -> is(JobState.RUNNING, ""))
                .at(Duration.ofSeconds(55), () -> is(JobState.RUNNING, Task.WORKER_MISSING))
                .at(Duration.ofSeconds(105), () -> is(JobState.COMPLETED, ""));

        assertThat(await()).isTrue();
        assertThat(pulp.canceled).isEmpty();
    }

    @Test
    void oneThatIsLostInPulpsWordsIsLostAtOnce() throws Exception {
        is(JobState.FAILED, Task.WORKER_MISSING);

        assertThat(await()).isFalse();
        assertThat(pulp.canceled).isEmpty();
    }

    @Test
    void withoutAnyWorkerItIsGivenUp() {
        is(JobState.RUNNING, NO_WORKER);

        assertThatThrownBy(this::await)
                .isInstanceOf(TaskEnded.class)
                .hasMessage("given up after 300 s: no worker of Pulp is online");
        assertThat(pulp.canceled).containsExactly("t1");
        assertThat(time.now()).isBetween(minutes(5), minutes(5).plusSeconds(5));
    }

    @Test
    void oneWhoseLineStandsIsWaitedForUntilPulpHasCleanedUp() throws Exception {
        is(JobState.WAITING, Task.LINE_STANDS);
        time.at(Duration.ofSeconds(1000), () -> is(JobState.RUNNING, ""))
                .at(Duration.ofSeconds(1010), () -> is(JobState.COMPLETED, ""));

        assertThat(await()).isTrue();
        assertThat(seen).contains(Task.LINE_STANDS);
    }

    @Test
    void butNotForEver() {
        is(JobState.WAITING, Task.LINE_STANDS);

        assertThatThrownBy(this::await)
                .isInstanceOf(TaskEnded.class)
                .hasMessageMatching("given up after 1200 s in all: " + Task.LINE_STANDS + " \\(120\\d s\\)");
        assertThat(pulp.canceled).containsExactly("t1");
        assertThat(time.now()).isBetween(JobRunner.STALLED, JobRunner.STALLED.plusSeconds(5));
    }

    @Test
    void allThatIsWaitedForCountsTogetherAndIsTold() throws Exception {
        is(JobState.RUNNING, NO_WORKER);
        for (var hour = 1; hour <= 6; hour++) {
            var at = Duration.ofHours(hour);
            time.at(at.minusMinutes(56), () -> is(JobState.RUNNING, ""))
                    .at(at, () -> pulp.failure = away(hourly(at)))
                    .at(at.plusSeconds(30), () -> pulp.failure = null)
                    .at(at.plusSeconds(30), () -> is(JobState.RUNNING, NO_WORKER));
        }

        assertThatThrownBy(this::await)
                .isInstanceOf(TaskEnded.class)
                .hasMessageStartingWith("given up after 1200 s in all: no worker of Pulp is online (10")
                .hasMessageContaining("; nobody there in hour 1 (")
                .hasMessageContaining("; nobody there in hour 4 (");
        assertThat(time.now()).isBetween(Duration.ofHours(4), Duration.ofHours(6));
    }

    private static String hourly(Duration at) {
        return "nobody there in hour " + at.toHours();
    }

    private static BackendException away(String message) {
        return new BackendException(Kind.UNAVAILABLE, Outcome.NOT_APPLIED, message, null);
    }

    @Test
    void callsThatFailAmidProgressCountAsWell() throws Exception {
        var failure = away("nobody there");
        var watch = new TaskWait.Watch() {
            @Override
            public void check() {
                // nobody ends it
            }

            @Override
            public void seen(String message, long done, long total) {
                seen.add(message);
            }
        };
        for (var second = 0; second <= 1200; second++) {
            patience.after(failure, "step " + second / 100, watch);
        }

        assertThatThrownBy(() -> patience.after(failure, "another step", watch))
                .isInstanceOf(BackendException.class)
                .hasMessage("given up after 1200 s in all: nobody there (1201 s)")
                .hasCause(failure);
        assertThat(seen).hasSize(1201).containsOnly("nobody there");
    }

    /** How long a call that fails so is tried again. */
    private Duration tried(BackendException failure, Duration most) throws InterruptedException {
        var begun = time.now();
        try {
            while (time.now().minus(begun).compareTo(most) < 0) {
                patience.after(failure, "step", new TaskWait.Watch() {
                    @Override
                    public void check() {
                        // nobody ends it
                    }

                    @Override
                    public void seen(String message, long done, long total) {
                        seen.add(message);
                    }
                });
            }
        } catch (BackendException e) {
            assertThat(e).isSameAs(failure);
        }
        return time.now().minus(begun);
    }

    @Test
    void aPulpThatComesBackMayRefuseForAMoment() throws Exception {
        var refusal = BackendException.rejected("status 500 and a page in place of JSON");

        assertThat(tried(away("nobody there"), minutes(2))).isEqualTo(minutes(2));
        assertThat(tried(refusal, minutes(2))).isBetween(Duration.ofSeconds(10), Duration.ofSeconds(12));
        assertThat(tried(away("nobody there"), minutes(9))).isBetween(minutes(2), minutes(3));
    }

    @Test
    void whatIsToldIsBounded() {
        for (var number = 0; number < 100; number++) {
            assertThat(patience.isEnough("trouble " + number)).isFalse();
            time.pause(1000);
        }

        assertThat(patience.told())
                .isEqualTo("given up after 1200 s in all: trouble 0 (0 s); trouble 1 (1 s); trouble 2 (1 s);"
                        + " trouble 3 (1 s); trouble 4 (1 s); other troubles (95 s)");
    }

    @Test
    void oneThatCannotBeCancelledIsGivenUpAllTheSame() {
        is(JobState.RUNNING, NO_WORKER);
        pulp.whenCanceled = () -> {
            throw away("nobody there");
        };

        assertThatThrownBy(this::await).isInstanceOf(TaskEnded.class).hasMessage("given up after 300 s: " + NO_WORKER);
    }

    /** What a request is told whose change is made by the task. */
    private BackendException settled(Duration left) {
        return catchThrowableOfType(
                BackendException.class, () -> tasks.settle("distribute", Change.by("t1"), Deadline.in(left)));
    }

    @Test
    void aRequestIsToldHowTheTaskOfItsChangeEnded() throws Exception {
        is(JobState.COMPLETED, "");
        tasks.settle("distribute", Change.by("t1"), Deadline.in(minutes(1)));

        is(JobState.FAILED, "");
        assertThat(settled(minutes(1))).hasMessage("Pulp 'p': distribute: 404, message='Not Found'");
        is(JobState.CANCELED, "");
        assertThat(settled(minutes(1))).hasMessage("Pulp 'p': distribute: its task was cancelled at the Pulp");
        pulp.tasks.clear();
        assertThat(settled(minutes(1))).hasMessage("Pulp 'p': distribute: its task t1 is lost");
    }

    @Test
    void aLookAtATaskEndsWithTheRequest() throws Exception {
        is(JobState.COMPLETED, "");

        tasks.settle("distribute", Change.by("t1"), Deadline.in(Duration.ofSeconds(5)));
        assertThat(pulp.given).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(5));
        assertThat(await()).isTrue();
        assertThat(pulp.given).isGreaterThan(Duration.ofSeconds(5));
    }

    @Test
    void aPulpThatManyAskIsAskedAgain() throws Exception {
        is(JobState.COMPLETED, "");
        pulp.failure = new BusyException("all permits are taken; nothing was changed");
        time.at(Duration.ofSeconds(3), () -> pulp.failure = null);

        tasks.settle("distribute", Change.by("t1"), Deadline.in(minutes(1)));
        assertThat(time.now()).isGreaterThanOrEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void aRequestWhoseTimeIsOverIsToldThatTheChangeMayStillBeMade() {
        is(JobState.RUNNING, "");

        assertThat(settled(Duration.ZERO))
                .hasMessage("Pulp 'p': distribute: its task t1 has not ended in time; it may still make the change")
                .satisfies(told -> assertThat(told.outcome()).isEqualTo(Outcome.UNKNOWN))
                .satisfies(told -> assertThat(told.kind()).isEqualTo(Kind.TIMEOUT));
        assertThat(pulp.canceled).isEmpty();
    }
}
