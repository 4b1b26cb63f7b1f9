package smartproxy.dns.nsupdate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.Deadline;
import smartproxy.dns.DnsName;
import smartproxy.dns.RecordType;

class UnsettledTest {
    @Test
    void aServerThatIsStillAwayWhenTheSignatureHasExpiredLeavesTheNextChangeUndone() {
        var away = new BackendException(Kind.UNAVAILABLE, Outcome.UNKNOWN, "connection refused", null);
        var unsettled = new Unsettled(
                (change, deadline) -> {
                    throw away;
                },
                Duration.ZERO);
        var name = DnsName.host("host.example.com").orElseThrow();
        unsettled.unknown(new Change.Remove(name, RecordType.A), System.nanoTime());

        assertThatThrownBy(() -> unsettled.await(name, Deadline.in(Duration.ofSeconds(10))))
                .isInstanceOfSatisfying(BackendException.class, e -> {
                    assertThat(e.kind()).isEqualTo(Kind.TIMEOUT);
                    assertThat(e.outcome()).isEqualTo(Outcome.NOT_APPLIED);
                })
                .hasMessageContainingAll(
                        "an earlier change, removal of host.example.com A, is not settled", "nothing was changed")
                .hasCause(away);
    }

    @Test
    void aMomentWithoutMemoryDoesNotEndTheSettling() throws Exception {
        var looks = new AtomicInteger();
        var unsettled = new Unsettled(
                (change, deadline) -> {
                    if (looks.incrementAndGet() == 1) {
                        throw new OutOfMemoryError("unable to create native thread");
                    }
                    return new Found(List.of(), false, false);
                },
                Duration.ZERO);
        unsettled.start(new TestContext().shared(), new ServerAddress("127.0.0.1", 53));
        try {
            var name = DnsName.host("host.example.com").orElseThrow();
            unsettled.unknown(new Change.Remove(name, RecordType.A), null);
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(unsettled.health().detail()).isEqualTo("none"));
            assertThat(looks.get()).isGreaterThan(1);
        } finally {
            unsettled.close();
        }
    }
}
