package smartproxy.infoblox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.Deadline;

/** When restarts are sent, and when not. */
class GridRestartsTest {
    private static final Duration WATCHDOG = Duration.ofSeconds(10);
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
        change();
        await().atMost(WATCHDOG).until(() -> !restarts.health().ok() || sent.get() == 1);
        awaitSent(1);
        assertThat(restarts.health().ok()).isTrue();
        assertThat(failing).hasValue(0);
    }

    @Test
    void aBugOfTheSenderEndsNothing() {
        var first = new AtomicInteger();
        restarts.attach(new GridRestarts.Rules(
                deadline -> {
                    if (first.getAndIncrement() == 0) {
                        throw new IllegalStateException("bug");
                    }
                    sent.incrementAndGet();
                },
                SHORT));
        change();
        awaitSent(1);
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
        restarts.attach(new GridRestarts.Rules(deadline -> others.incrementAndGet(), NEVER));
        restarts.detach(old);
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
            assertThat(next.health().detail()).contains("is due");
            next.attach(rules(SHORT));
            awaitSent(1);
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
