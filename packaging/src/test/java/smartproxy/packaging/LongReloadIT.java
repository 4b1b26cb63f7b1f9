package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Locale;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Settings and certificates change again and again under requests, and none of these fails. */
class LongReloadIT {
    private static final Duration WATCHDOG = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    @Test
    @Timeout(300)
    void fiveReloadsAndFiveCertificates() throws Exception {
        change(5, 100);
    }

    @Test
    @Tag("long")
    @Timeout(3600)
    void aHundredReloadsAndAHundredCertificates() throws Exception {
        change(100, 10_000);
    }

    private void change(int times, int requests) throws Exception {
        var site = Site.in(directory).embedded();
        var begun = System.nanoTime();
        try (var daemon = site.start()) {
            var target = Hostile.Target.of(site);
            try (var kept = DnsClients.start(target, 2, true);
                    var anew = DnsClients.start(target, 2, false)) {
                for (var i = 1; i <= times; i++) {
                    var enough = requests * i / times;
                    site.embedded(":dns_ttl: " + (100 + i)).set("reported_version", "'9." + i + "'");
                    daemon.signal("HUP");
                    var version = "\"version\":\"9." + i + "\"";
                    await().atMost(WATCHDOG)
                            .until(() -> site.foreman().get("/version").body().contains(version));
                    var serial = site.renewServer();
                    daemon.signal("HUP");
                    await().atMost(WATCHDOG).until(() -> shown(target).equals(serial));
                    await().atMost(WATCHDOG.multipliedBy(10))
                            .until(() -> kept.served() + anew.served() >= enough || kept.isBroken() || anew.isBroken());
                }
                var seconds = (System.nanoTime() - begun) / 1_000_000_000;
                System.out.printf(
                        Locale.ROOT,
                        "LongReloadIT: %d settings reloads and %d certificates within %d s, %d requests on kept and %d on new connections,"
                                + " longest %.2f s, none failed%n",
                        times,
                        times,
                        seconds,
                        kept.served(),
                        anew.served(),
                        Math.max(kept.longestSeconds(), anew.longestSeconds()));
                assertThat(kept.refused() + anew.refused()).isZero();
                assertThat(kept.served()).isPositive();
                assertThat(anew.served()).isPositive();
            }
            // the last one is said after its certificate is shown
            await().atMost(WATCHDOG)
                    .until(() -> site.log()
                                    .lines()
                                    .filter(line -> line.contains("Reloaded "))
                                    .count()
                            >= 2L * times);
            assertThat(site.log()).doesNotContain("Not reloaded", "[F]");
            assertThat(daemon.isAlive()).isTrue();
        }
    }

    private static BigInteger shown(Hostile.Target target) throws IOException {
        try (var wire = target.stranger("127.0.0.1")) {
            var chain = ((SSLSocket) wire.socket()).getSession().getPeerCertificates();
            return ((X509Certificate) chain[0]).getSerialNumber();
        }
    }
}
