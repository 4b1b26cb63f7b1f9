package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.dns.LabBind;

/** Ten times the clients that a slow backend can serve; FrozenBindIT proves the order of it, this is the measurement. */
@Tag("long")
@Tag("alone")
@Timeout(600)
class OverloadIT {
    private static final int PERMITS = 16;
    private static final int TIMES = 10;
    private static final int DELAY_MILLIS = 100;
    private static final int ROUNDS = 3;
    private static final int SETTLE_SECONDS = 2;
    private static final int SECONDS = 6;

    @TempDir
    Path directory;

    private LabBind bind;
    private Site site;

    @BeforeEach
    void install() {
        bind = LabBind.start(directory.resolve("bind"));
        site = Site.in(directory);
    }

    @AfterEach
    void stop() {
        bind.close();
    }

    @Test
    void usefulAnswersStayWhenTheBackendIsFull() throws Exception {
        try (var slow = SlowDns.before(bind.port(), DELAY_MILLIS)) {
            site.nsupdate(slow.port(), bind.key("sha256"), ":backend_permits: " + PERMITS);
            try (var daemon = site.start()) {
                var both = measure(daemon, true);
                report("a backend that takes " + DELAY_MILLIS + " ms, " + PERMITS + " permits", both);
                assertThat(both.under.perSecond()).isGreaterThanOrEqualTo(0.9 * both.before.perSecond());
                assertThat(both.under.refused).isPositive();
            }
        }
    }

    /** Clients and daemon share the processors here: what counts is what the daemon makes of its part. */
    @Test
    void usefulAnswersStayWhenTheProcessorIsFull() throws Exception {
        site.embedded();
        try (var daemon = site.start()) {
            var both = measure(daemon, false);
            report("the processor, a new connection per request", both);
            assertThat(both.under.perCpuSecond()).isGreaterThanOrEqualTo(0.9 * both.before.perCpuSecond());
        }
    }

    private static final class Sum {
        private double seconds;
        private double cpuSeconds;
        private double useful;
        private double refused;
        private double longest;

        double perSecond() {
            return useful / seconds;
        }

        double perCpuSecond() {
            return useful / cpuSeconds;
        }
    }

    private record Both(Sum before, Sum under) {}

    /** In turns, so that what else the machine does falls on both. */
    private Both measure(DaemonProcess daemon, boolean kept) throws Exception {
        var both = new Both(new Sum(), new Sum());
        for (var round = 0; round <= ROUNDS; round++) {
            var counts = round > 0; // the first warms up
            measure(daemon, PERMITS, kept, counts ? both.before : new Sum());
            measure(daemon, TIMES * PERMITS, kept, counts ? both.under : new Sum());
        }
        assertThat(daemon.isAlive()).isTrue();
        return both;
    }

    private void measure(DaemonProcess daemon, int count, boolean kept, Sum sum) throws Exception {
        try (var clients = DnsClients.start(Hostile.Target.of(site), count, kept)) {
            TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
            var served = clients.served();
            var refused = clients.refused();
            var cpu = cpu(daemon);
            var begun = System.nanoTime();
            TimeUnit.SECONDS.sleep(SECONDS);
            assertThat(site.foreman().get("/health/live").statusCode()).isEqualTo(200);
            sum.seconds += (System.nanoTime() - begun) / 1e9;
            sum.cpuSeconds += (cpu(daemon) - cpu) / 1e9;
            sum.useful += clients.served() - served;
            sum.refused += clients.refused() - refused;
            sum.longest = Math.max(sum.longest, clients.longestSeconds());
        }
    }

    private static long cpu(DaemonProcess daemon) {
        return ProcessHandle.of(daemon.pid())
                .orElseThrow()
                .info()
                .totalCpuDuration()
                .orElseThrow()
                .toNanos();
    }

    private static void report(String what, Both both) {
        System.out.printf(
                Locale.ROOT,
                "OverloadIT: %s: %d clients %.1f useful answers/s (%.1f per CPU second); %d clients %.1f (%.1f), %.0f %% (%.0f %%),"
                        + " %.1f refused/s, longest %.2f s%n",
                what,
                PERMITS,
                both.before.perSecond(),
                both.before.perCpuSecond(),
                TIMES * PERMITS,
                both.under.perSecond(),
                both.under.perCpuSecond(),
                100 * both.under.perSecond() / both.before.perSecond(),
                100 * both.under.perCpuSecond() / both.before.perCpuSecond(),
                both.under.refused / both.under.seconds,
                both.under.longest);
    }
}
