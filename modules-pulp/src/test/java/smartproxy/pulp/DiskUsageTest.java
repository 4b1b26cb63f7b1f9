package smartproxy.pulp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.Deadline;

class DiskUsageTest {
    private static final int CALLERS = 16;

    @Test
    void manyWhoAskAtOnceAreAnswered(@TempDir Path directory) throws Exception {
        var usage = new DiskUsage(Map.of("pulp_dir", directory));
        var together = new CyclicBarrier(CALLERS);
        var callers = Executors.newFixedThreadPool(CALLERS);
        try {
            var reports = new ArrayList<Future<Map<String, Map<String, Object>>>>();
            for (var i = 0; i < CALLERS; i++) {
                reports.add(callers.submit(() -> {
                    together.await(30, TimeUnit.SECONDS);
                    return usage.report(DiskUsage.Unit.BYTE, Deadline.in(Duration.ofSeconds(30)));
                }));
            }
            for (var report : reports) {
                assertThat(report.get(30, TimeUnit.SECONDS)).containsOnlyKeys("pulp_dir");
            }
        } finally {
            callers.shutdownNow();
        }
    }
}
