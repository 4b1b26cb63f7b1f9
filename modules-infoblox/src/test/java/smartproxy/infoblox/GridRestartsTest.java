package smartproxy.infoblox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import java.time.Duration;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.Deadline;
import smartproxy.core.log.Capture;

/** When restarts are sent, and when not. */
class GridRestartsTest {
    private static final Duration WATCHDOG = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofMillis(10);
    private static final Duration NEVER = Duration.ofHours(1);

    private final Mark mark = new Mark();
    private final AtomicInteger sent = new AtomicInteger();
    private final AtomicInteger failing = new AtomicInteger();
    private final GridRestarts restarts = new GridRestarts("dhcp_infoblox", mark);

    private static final class Mark implements GridRestarts.Memory {
        private volatile boolean due;

        @Override
        public boolean isDue() {
            return due;
        }

        @Override
        public void due(boolean is) {
            due = is;
        }
    }

    @AfterEach
    void close() {
        restarts.close();
    }

    private void send(Deadline deadline) {
        if (failing.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw BackendException.rejected("dhcp_infoblox: no");
        }
        sent.incrementAndGet();
    }

    private GridRestarts.Rules rules(Duration window) {
        return new GridRestarts.Rules(this::send, window);
    }

    private long change() {
        restarts.begin();
        return restarts.end(true);
    }

    private void awaitSent(int count) {
        await().atMost(WATCHDOG).until(() -> sent.get() == count && !mark.due);
    }

    @Test
    void withoutAChangeNothingIsSent() {
        restarts.attach(rules(SHORT));
        restarts.begin();
        assertThat(mark.due).as("a crash now would leave it open").isTrue();
        restarts.end(false);
        assertThat(mark.due).isFalse();
        await().during(Duration.ofMillis(100)).atMost(WATCHDOG).until(() -> sent.get() == 0);
        restarts.close();
        assertThat(sent).hasValue(0);
    }

    @Test
    void changesDuringARestartShareTheNext() throws Exception {
        var may = new Semaphore(0);
        restarts.attach(new GridRestarts.Rules(
                deadline -> {
                    try {
                        assertThat(may.tryAcquire(WATCHDOG.toSeconds(), TimeUnit.SECONDS))
                                .isTrue();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    sent.incrementAndGet();
                },
                SHORT));
        change();
        await().atMost(WATCHDOG).until(may::hasQueuedThreads);
        for (var i = 0; i < 20; i++) {
            change();
        }
        may.release(2);
        awaitSent(2);
        assertThat(restarts.health().ok()).isTrue();
        assertThat(may.tryAcquire()).as("a third one").isFalse();
        restarts.close();
        assertThat(sent).hasValue(2);
    }

    @Test
    void oneThatFailsIsTriedUntilItSucceeds() {
        failing.set(3);
        restarts.attach(rules(SHORT));
        try (var log = new Capture(GridRestarts.class, Level.INFO)) {
            change();
            await().atMost(WATCHDOG).until(() -> !restarts.health().ok() || sent.get() == 1);
            awaitSent(1);
            assertThat(log.lines())
                    .containsExactly(
                            "WARN dhcp_infoblox: 1 changes are in the grid, but its services were not restarted to serve"
                                    + " them, which is tried again until it succeeds: dhcp_infoblox: no",
                            "INFO dhcp_infoblox: the grid's services are restarted again, after 3 failures");
        }
        assertThat(restarts.health().ok()).isTrue();
        assertThat(failing).hasValue(0);
    }

    @Test
    void neitherABugOfTheSenderNorAMomentWithoutMemoryEndsAnything() {
        var told = new CopyOnWriteArrayList<String>();
        restarts.attach(new GridRestarts.Rules(
                deadline -> {
                    told.add(restarts.health().detail());
                    if (told.size() == 1) {
                        throw new IllegalStateException("bug");
                    }
                    if (told.size() == 2) {
                        throw new OutOfMemoryError("unable to create native thread");
                    }
                    sent.incrementAndGet();
                },
                SHORT));
        change();
        awaitSent(1);
        assertThat(told).hasSize(3);
        assertThat(told.get(1)).contains("failed 1 times: java.lang.IllegalStateException: bug");
        assertThat(told.get(2)).contains("failed 2 times: java.lang.OutOfMemoryError");
    }

    @Test
    void pausesGrowWhileItFails() {
        var times = new CopyOnWriteArrayList<Long>();
        failing.set(5);
        restarts.attach(new GridRestarts.Rules(
                deadline -> {
                    times.add(System.nanoTime());
                    send(deadline);
                },
                SHORT));
        change();
        awaitSent(1);
        for (var i = 1; i < times.size(); i++) {
            assertThat(Duration.ofNanos(times.get(i) - times.get(i - 1)))
                    .as("pause " + i)
                    .isGreaterThanOrEqualTo(SHORT.multipliedBy(1L << i));
        }
    }

    @Test
    void whoWaitsIsToldWhetherItWasSent() throws Exception {
        restarts.attach(rules(SHORT));
        assertThat(restarts.await(change(), Deadline.in(WATCHDOG))).isTrue();
        failing.set(Integer.MAX_VALUE);
        assertThat(restarts.await(change(), Deadline.in(WATCHDOG)))
                .as("after the first failure")
                .isFalse();
        assertThat(restarts.health().detail()).contains("1 changes wait for a restart", "dhcp_infoblox: no");
    }

    @Test
    void whoWaitsDoesSoNoLongerThanHeMay() throws Exception {
        restarts.attach(rules(NEVER));
        assertThat(restarts.await(change(), Deadline.in(SHORT))).isFalse();
    }

    @Test
    void theNewestRulesCountAndTheLastAreKept() {
        var old = rules(NEVER);
        restarts.attach(old);
        change();
        var others = new AtomicInteger();
        var last = new GridRestarts.Rules(deadline -> others.incrementAndGet(), NEVER);
        restarts.attach(last);
        restarts.detach(old);
        restarts.detach(last);
        restarts.close();
        assertThat(others).hasValue(1);
        assertThat(sent).hasValue(0);
        assertThat(mark.due).isFalse();
    }

    @Test
    void whatIsDueAtTheEndIsSentThenOrRemembered() {
        restarts.attach(rules(NEVER));
        change();
        failing.set(1);
        restarts.close();
        assertThat(sent).hasValue(0);
        assertThat(mark.due).isTrue();

        try (var next = new GridRestarts("dhcp_infoblox", mark)) {
            assertThat(next.health().detail()).isEqualTo("a restart of the grid's services is due");
            next.attach(rules(SHORT));
            awaitSent(1);
            assertThat(next.health().detail()).startsWith("no restart is due, the last one was sent at ");
        }
        assertThat(sent).hasValue(1);
    }

    @Test
    void aChangeThatRunsKeepsTheMark() {
        restarts.attach(rules(SHORT));
        restarts.begin();
        change();
        await().atMost(WATCHDOG).until(() -> sent.get() == 1);
        await().atMost(WATCHDOG).until(() -> restarts.health().detail().contains("last one was sent"));
        assertThat(mark.due).isTrue();
        restarts.end(false);
        assertThat(mark.due).isFalse();
    }
}
