package smartproxy.dhcp.kea;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.Deadline;

final class TurnsTest {
    private final Turns turns = new Turns("dhcp_kea dhcp6");
    private final ExecutorService pool = Executors.newCachedThreadPool();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch end = new CountDownLatch(1);
    private final List<Integer> batches = new CopyOnWriteArrayList<>();
    private final List<Duration> left = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() {
        pool.shutdownNow();
        turns.close();
    }

    private static Change change(int n, Duration time) {
        var target = new Target(
                1,
                "192.0.2.0/255.255.255.0",
                new HostKey(HostKey.MAC, "02:00:00:00:00:0" + n),
                List.of("192.0.2." + n));
        return Change.remove(target, Deadline.in(time));
    }

    private void slow(List<Change> changes, Deadline deadline) {
        batches.add(changes.size());
        left.add(deadline.left());
        begun.countDown();
        try {
            assertThat(end.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        changes.forEach(change -> change.done(Change.Result.DONE));
    }

    private CompletableFuture<Change.Result> make(int n) {
        return make(n, Duration.ofSeconds(10));
    }

    private CompletableFuture<Change.Result> make(int n, Duration time) {
        return CompletableFuture.supplyAsync(() -> turns.make(change(n, time), this::slow), pool);
    }

    /** One after the other, while an earlier one has the turn. */
    private List<CompletableFuture<Change.Result>> queued(Duration... times) throws Exception {
        var outcomes = new ArrayList<>(List.of(make(1)));
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
        for (var n = 1; n <= times.length; n++) {
            outcomes.add(make(n + 1, times[n - 1]));
            var waiting = n;
            await().atMost(Duration.ofSeconds(60)).until(() -> turns.waiting() == waiting);
        }
        return outcomes;
    }

    private void allAreDone(List<CompletableFuture<Change.Result>> outcomes) throws Exception {
        end.countDown();
        for (var outcome : outcomes) {
            assertThat(outcome.get(10, TimeUnit.SECONDS)).isEqualTo(Change.Result.DONE);
        }
    }

    @Test
    @DisplayName("changes that wait are made together by the next that has the turn")
    void waitingChangesAreMadeTogether() throws Exception {
        allAreDone(queued(Collections.nCopies(5, Duration.ofSeconds(10)).toArray(Duration[]::new)));
        assertThat(batches).containsExactly(1, 5);
    }

    @Test
    @DisplayName("work for several ends by the time of each: nothing is sent for one that was told it is unknown")
    void workForSeveralEndsInTimeForEach() throws Exception {
        allAreDone(queued(Duration.ofSeconds(60), Duration.ofSeconds(40), Duration.ofSeconds(90)));
        assertThat(batches).containsExactly(1, 3);
        assertThat(left.get(1)).isLessThanOrEqualTo(Duration.ofSeconds(40));
    }

    @ParameterizedTest
    @CsvSource({"40, 90", "90, 40"})
    @DisplayName("one that has much less time than the other does not cut its time: each takes a turn of its own")
    void whoIsInAHurryCutsNobodysTime(int one, int other) throws Exception {
        allAreDone(queued(Duration.ofSeconds(one), Duration.ofSeconds(other)));
        assertThat(batches).containsExactly(1, 1, 1);
        assertThat(Collections.max(left)).isGreaterThan(Duration.ofSeconds(60));
    }

    @Test
    void whoseTimeEndsInTheQueueChangedNothing() throws Exception {
        var first = make(1);
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
        assertThatThrownBy(() -> turns.make(change(2, Duration.ofMillis(1)), this::slow))
                .isInstanceOf(BusyException.class)
                .hasMessageStartingWith("dhcp_kea dhcp6: ")
                .hasMessageEndingWith("nothing was changed");
        assertThat(turns.waiting()).isZero();
        end.countDown();
        assertThat(first.get(10, TimeUnit.SECONDS).done()).isTrue();
        assertThat(batches).containsExactly(1);
    }

    @Test
    void whatIsThrownIsTheEndOfThoseThatHaveNone() {
        var reason = BackendException.rejected("no");
        assertThatThrownBy(() -> turns.make(change(1, Duration.ofSeconds(10)), (changes, deadline) -> {
                    throw reason;
                }))
                .isSameAs(reason);
        var unexpected = catchThrowableOfType(
                BackendException.class,
                () -> turns.make(change(1, Duration.ofSeconds(10)), (changes, deadline) -> {
                    throw new IllegalStateException("bug");
                }));
        assertThat(unexpected.outcome()).isEqualTo(BackendException.Outcome.UNKNOWN);
        assertThat(turns.make(
                                change(2, Duration.ofSeconds(10)),
                                (changes, deadline) -> changes.get(0).done(Change.Result.ABSENT))
                        .done())
                .isFalse();
    }
}
