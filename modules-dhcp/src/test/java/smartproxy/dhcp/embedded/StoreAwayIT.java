package smartproxy.dhcp.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.daemon.DaemonFixture;
import smartproxy.core.daemon.Wire.Reply;
import smartproxy.core.store.LabPostgres;

/** A daemon whose database is away, at the start and later: what does not need it goes on, and it comes back without a restart. */
@Timeout(180)
final class StoreAwayIT {
    private static final Duration WATCHDOG = Duration.ofSeconds(60);
    private static final String UNUSED = "/dhcp/192.0.2.0/unused_ip?mac=52:54:00:00:01:00";

    @Test
    void goesOnWithoutItAndComesBack(@TempDir Path directory) throws Exception {
        try (var postgres = LabPostgres.start(directory.resolve("postgres"))) {
            postgres.stop();
            var proxy = DaemonFixture.in(Files.createDirectories(directory.resolve("daemon")));
            postgres.settings().forEach(proxy::set);
            proxy.set("store_timeout", "2").module("logs", ":enabled: https\n").module("dhcp", """
                    :enabled: https
                    :use_provider: dhcp_embedded
                    :ping_free_ip: false
                    """);
            try (proxy) {
                proxy.start();
                var url = "postgresql://127.0.0.1:" + postgres.port() + "/smart_proxy";
                assertThat(get(proxy, "/features").body()).contains("logs").doesNotContain("dhcp");
                assertThat(get(proxy, "/v2/features").body()).contains("failed");
                assertThat(proxy.log()).contains(url);

                postgres.restart();
                await().atMost(WATCHDOG).until(() -> get(proxy, UNUSED).status() == 200);
                var suggested = get(proxy, UNUSED).body();

                postgres.stop();
                var refused = get(proxy, UNUSED);
                assertThat(refused.status()).isEqualTo(503);
                assertThat(refused.body()).contains(url);
                var create = post(proxy, "name=www&ip=192.0.2.10&mac=52:54:00:00:01:01");
                assertThat(create.status()).isIn(503, 504);
                assertThat(create.body()).contains("store").contains("nothing was changed");
                assertThat(get(proxy, "/logs").status()).isEqualTo(200);
                await().atMost(WATCHDOG)
                        .until(() -> get(proxy, "/health").body().contains("\"store\":{\"state\":\"down\""));

                postgres.restart();
                await().atMost(WATCHDOG).until(() -> get(proxy, UNUSED).status() == 200);
                assertThat(get(proxy, UNUSED).body()).isEqualTo(suggested);
                await().atMost(WATCHDOG)
                        .until(() -> post(proxy, "name=www&ip=192.0.2.10&mac=52:54:00:00:01:01")
                                        .status()
                                == 200);
                await().atMost(WATCHDOG)
                        .until(() -> get(proxy, "/health").body().contains("\"store\":{\"state\":\"up\""));
            }
        }
    }

    @Test
    void aDatabaseThatIsReadOnlyIsReadAndShownAsSuchUntilItTakesChanges(@TempDir Path directory) throws Exception {
        try (var postgres = LabPostgres.start(directory.resolve("postgres"))) {
            var proxy = DaemonFixture.in(Files.createDirectories(directory.resolve("daemon")));
            postgres.settings().forEach(proxy::set);
            proxy.module("dhcp", """
                    :enabled: https
                    :use_provider: dhcp_embedded
                    :ping_free_ip: false
                    """);
            try (proxy) {
                proxy.start();
                assertThat(post(proxy, "name=www&ip=192.0.2.10&mac=52:54:00:00:01:01")
                                .status())
                        .isEqualTo(200);
                postgres.beginReadOnly();
                await().atMost(WATCHDOG)
                        .until(() -> get(proxy, "/health").body().contains("read-only, so changes are refused"));

                var create = post(proxy, "name=two&ip=192.0.2.11&mac=52:54:00:00:01:02");
                assertThat(create.status()).isEqualTo(503);
                assertThat(create.body())
                        .contains("store_url must name the primary")
                        .contains("nothing was changed");
                assertThat(get(proxy, "/dhcp/192.0.2.0/mac/52:54:00:00:01:01").status())
                        .isEqualTo(200);

                postgres.endReadOnly();
                await().atMost(WATCHDOG)
                        .until(() -> !get(proxy, "/health").body().contains("read-only, so changes are refused"));
                assertThat(post(proxy, "name=two&ip=192.0.2.11&mac=52:54:00:00:01:02")
                                .status())
                        .isEqualTo(200);
                assertThat(proxy.log())
                        .containsOnlyOnce("The store is read-only: changes are refused until it is not")
                        .containsOnlyOnce("The store takes changes again");
            }
        }
    }

    private static Reply get(DaemonFixture proxy, String path) throws Exception {
        try (var wire = proxy.https()) {
            return wire.get(path);
        }
    }

    private static Reply post(DaemonFixture proxy, String form) throws Exception {
        try (var wire = proxy.https()) {
            return wire.post("/dhcp/192.0.2.0", form);
        }
    }
}
