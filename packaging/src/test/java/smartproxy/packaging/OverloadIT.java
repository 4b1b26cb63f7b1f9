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
@Timeout(600)
class OverloadIT {
    private static final int PERMITS = 16;
    private static final int TIMES = 10;
    private static final int DELAY_MILLIS = 100;
    private static final int WARM_SECONDS = 10;
    private static final int SECONDS = 20;

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
                var target = Hostile.Target.of(site);
                var before = measure(target, PERMITS, true);
                var under = measure(target, TIMES * PERMITS, true);
                report("a backend that takes " + DELAY_MILLIS + " ms, " + PERMITS + " permits", PERMITS, before, under);
                assertThat(under.useful()).isGreaterThanOrEqualTo(0.9 * before.useful());
                assertThat(under.refused()).isPositive();
                assertThat(daemon.isAlive()).isTrue();
            }
        }
    }

    @Test
    void usefulAnswersStayWhenTheProcessorIsFull() throws Exception {
        site.embedded();
        try (var daemon = site.start()) {
            var target = Hostile.Target.of(site);
            var before = measure(target, PERMITS, false);
            var under = measure(target, TIMES * PERMITS, false);
            report("the processor, a new connection per request", PERMITS, before, under);
            assertThat(under.useful()).isGreaterThanOrEqualTo(0.9 * before.useful());
            assertThat(daemon.isAlive()).isTrue();
        }
    }

    /** Per second. */
    private record Rate(double useful, double refused, double longest) {}

    private Rate measure(Hostile.Target target, int count, boolean kept) throws Exception {
        try (var clients = DnsClients.start(target, count, kept)) {
            TimeUnit.SECONDS.sleep(WARM_SECONDS);
            var served = clients.served();
            var refused = clients.refused();
            var begun = System.nanoTime();
            TimeUnit.SECONDS.sleep(SECONDS);
            var seconds = (System.nanoTime() - begun) / 1e9;
            assertThat(site.foreman().get("/health/live").statusCode()).isEqualTo(200);
            return new Rate(
                    (clients.served() - served) / seconds,
                    (clients.refused() - refused) / seconds,
                    clients.longestSeconds());
        }
    }

    private static void report(String what, int clients, Rate before, Rate under) {
        System.out.printf(
                Locale.ROOT,
                "OverloadIT: %s: %d clients %.1f useful answers/s; %d clients %.1f (%.0f %%), %.1f refused/s, longest %.2f s%n",
                what,
                clients,
                before.useful(),
                TIMES * clients,
                under.useful(),
                100 * under.useful() / before.useful(),
                under.refused(),
                under.longest());
    }
}
