package smartproxy.dhcp.unused;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import smartproxy.core.api.Deadline;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.unused.Prober.Verdict;

/** Probes that take all threads, and longer than they may. */
final class ProberTest {
    private static final Ipv4 FIRST = Ipv4.of("192.0.2.1");

    private final CountDownLatch end = new CountDownLatch(1);
    private final CountDownLatch probing = new CountDownLatch(64);
    private final Prober prober = new Prober((ip, time) -> answers(ip));

    @AfterEach
    void end() {
        end.countDown();
    }

    /** The first one after 64 others are being probed, which do not end. */
    private boolean answers(Ipv4 ip) {
        try {
            if (ip.equals(FIRST)) {
                return probing.await(20, TimeUnit.SECONDS);
            }
            probing.countDown();
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return true;
    }

    private static List<Ipv4> addresses(int from, int to) {
        return IntStream.rangeClosed(from, to)
                .mapToObj(n -> Ipv4.of("192.0.2." + n))
                .toList();
    }

    @Test
    @DisplayName("of what is not probed in time, or has no thread, nothing is known; the first is probed in any case")
    void whatCouldNotBeProbedIsUnknown() {
        var verdicts = prober.probe(addresses(1, 66), Deadline.in(Duration.ofSeconds(2)));
        assertThat(verdicts).hasSize(66).containsEntry(FIRST, Verdict.ANSWERS);
        assertThat(addresses(2, 66)).allSatisfy(ip -> assertThat(verdicts).containsEntry(ip, Verdict.UNKNOWN));
        assertThat(prober.probe(List.of(FIRST), Deadline.in(Duration.ofSeconds(2))))
                .containsEntry(FIRST, Verdict.ANSWERS);
    }
}
