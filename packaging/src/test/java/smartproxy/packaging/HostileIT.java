package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients that mean harm, one kind after the other and all at once: the others are served, and nothing of it stays. */
@Timeout(300)
class HostileIT {
    private static final Duration WATCHDOG = Duration.ofSeconds(60);
    private static final int NEWCOMERS = 10;

    @TempDir
    static Path directory;

    private static Site site;
    private static DaemonProcess daemon;
    private static Hostile.Target target;
    private static Vitals before;

    @BeforeAll
    static void start() throws Exception {
        site = Site.in(directory)
                .set("idle_timeout", "3")
                .set("body_timeout", "3")
                .embedded();
        daemon = site.start();
        target = Hostile.Target.of(site);
        for (var i = 0; i < 20; i++) {
            serve(i);
        }
        before = Vitals.of(daemon, site);
    }

    @AfterAll
    static void stop() throws Exception {
        daemon.close();
    }

    @ParameterizedTest
    @EnumSource(Hostile.class)
    void othersAreServedAndNothingStays(Hostile kind) throws Exception {
        var log = site.log().lines().count();
        int opened;
        try (var crowd = Crowd.of(kind, target, "127.0.0.2")) {
            for (var i = 0; i < NEWCOMERS / 2; i++) {
                serve(i);
            }
            crowd.awaitComplete();
            for (var i = 0; i < NEWCOMERS / 2; i++) {
                serve(i);
            }
            opened = crowd.opened();
        }
        assertHealthy();
        System.out.println(kind + " " + opened + " " + Vitals.of(daemon, site) + " log "
                + (site.log().lines().count() - log));
    }

    private static void serve(int number) throws Exception {
        try (var foreman = target.foreman("127.0.0.1")) {
            var name = "h" + number + ".example.com";
            var created = foreman.post("/dns/", "fqdn=" + name + "&value=192.0.2.1&type=A");
            assertThat(created.status()).as(created.body()).isEqualTo(200);
            var removed = foreman.request("DELETE", "/dns/" + name + "/A");
            assertThat(removed.status()).as(removed.body()).isEqualTo(200);
        }
    }

    private static void assertHealthy() throws Exception {
        await().atMost(WATCHDOG).untilAsserted(() -> {
            var now = Vitals.of(daemon, site);
            assertThat(now.connections()).isLessThanOrEqualTo(before.connections());
        });
        assertThat(daemon.isAlive()).isTrue();
        assertThat(site.foreman().json("/health").path("status").asText()).isEqualTo("up");
        assertThat(daemon.errors()).isEmpty();
    }
}
