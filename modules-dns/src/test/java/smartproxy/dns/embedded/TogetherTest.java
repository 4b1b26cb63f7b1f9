package smartproxy.dns.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import smartproxy.core.api.Deadline;

@Timeout(value = 2, unit = TimeUnit.MINUTES)
class TogetherTest {
    private static final Duration WATCHDOG = Duration.ofSeconds(60);

    private final List<List<String>> done = new CopyOnWriteArrayList<>();
    private final Semaphore begun = new Semaphore(0);
    private final Semaphore mayEnd = new Semaphore(0);
    private final Together<String> together = new Together<>(this::work, 3);
    private final List<CompletableFuture<Boolean>> callers = new ArrayList<>();

    private void work(List<String> wanted) {
        begun.release();
        mayEnd.acquireUninterruptibly();
        if (wanted.contains("broken")) {
            throw new IllegalStateException("broken");
        }
        done.add(List.copyOf(wanted));
    }

    private static Deadline soon() {
        return Deadline.in(WATCHDOG);
    }

    /** One that waits, or is begun. */
    private CompletableFuture<Boolean> call(String wanted, Deadline deadline) {
        var caller = new CompletableFuture<Boolean>();
        var thread = new Thread(() -> {
            try {
                caller.complete(together.run(wanted, deadline));
            } catch (InterruptedException | RuntimeException e) {
                caller.completeExceptionally(e);
            }
        });
        thread.start();
        callers.add(caller);
        await().atMost(WATCHDOG).until(() -> caller.isDone() || isWaiting(thread));
        return caller;
    }

    private static boolean isWaiting(Thread thread) {
        return thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING;
    }

    private void begin(String wanted) {
        var unused = call(wanted, soon());
        begun.acquireUninterruptibly();
    }

    private void endAll() {
        mayEnd.release(100);
        assertThat(callers)
                .allSatisfy(
                        caller -> assertThat(caller.get(60, TimeUnit.SECONDS)).isTrue());
    }

    @Test
    void whatComesMeanwhileIsDoneAtOnceInItsOrderAndNoMoreThanSoMuch() {
        begin("a");
        for (var wanted : List.of("b", "c", "d", "e")) {
            var unused = call(wanted, soon());
        }
        endAll();
        assertThat(done).containsExactly(List.of("a"), List.of("b", "c", "d"), List.of("e"));
    }

    @Test
    void whoComesAloneWaitsForNobody() throws Exception {
        mayEnd.release(2);
        assertThat(together.run("a", soon())).isTrue();
        assertThat(together.run("b", soon())).isTrue();
        assertThat(done).containsExactly(List.of("a"), List.of("b"));
    }

    @Test
    void whoseTimeIsOverIsNotDone() throws Exception {
        begin("a");
        var late = call("late", Deadline.in(Duration.ofMillis(20)));
        assertThat(late.get(60, TimeUnit.SECONDS)).isFalse();
        callers.removeIf(CompletableFuture::isDone);
        var unused = call("b", soon());
        endAll();
        assertThat(done).containsExactly(List.of("a"), List.of("b"));
    }

    @Test
    void whoIsInterruptedIsNotDone() {
        begin("a");
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> together.run("b", soon())).isInstanceOf(InterruptedException.class);
        endAll();
        assertThat(done).containsExactly(List.of("a"));
    }

    @Test
    void whatAnotherHasBegunIsWaitedForPastTheDeadlineAndInterrupts() throws Exception {
        begin("a");
        var leader = call("b", soon());
        var result = new AtomicBoolean();
        var interrupted = new AtomicBoolean();
        var deadline = Deadline.in(Duration.ofSeconds(2));
        var thread = new Thread(() -> {
            try {
                result.set(together.run("c", deadline));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            interrupted.set(Thread.currentThread().isInterrupted());
        });
        thread.start();
        await().atMost(WATCHDOG).until(() -> isWaiting(thread));
        mayEnd.release();
        begun.acquireUninterruptibly(); // b and c
        thread.interrupt();
        await().atMost(WATCHDOG).until(deadline::expired);
        assertThat(thread.isAlive()).isTrue();
        assertThat(leader).isNotDone();

        endAll();
        thread.join(WATCHDOG.toMillis());

        assertThat(done).containsExactly(List.of("a"), List.of("b", "c"));
        assertThat(result).isTrue();
        assertThat(interrupted).isTrue();
    }

    @Test
    void workThatBreaksHoldsUpNobody() {
        begin("broken");
        var broken = callers.remove(0);
        var unused = call("b", soon());
        endAll();
        assertThat(broken).isCompletedExceptionally();
        assertThat(done).containsExactly(List.of("b"));
        assertThat(callers).hasSize(1);
    }
}
