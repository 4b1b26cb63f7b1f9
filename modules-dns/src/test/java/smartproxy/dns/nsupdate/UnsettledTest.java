package smartproxy.dns.nsupdate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import smartproxy.dns.DnsName;
import smartproxy.dns.RecordType;

class UnsettledTest {
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
