package smartproxy.dhcp.kea;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.daemon.DaemonFixture;
import smartproxy.dhcp.RoutesOfDaemon;

/** A daemon that is started while Kea is away, as after a power cut. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class KeaAwayIT extends RoutesOfDaemon {
    private static final String SIX = "/dhcp/v6/2001:db8:1::";
    private static final String FORM = "hostname=www.example.com&ip=192.0.2.60&mac=02:00:00:00:00:60";
    private static final String FORM6 = "hostname=www.example.com&ip=2001:db8:1::60&mac=02:00:00:00:00:60";

    private final LabKea kea;
    private final DaemonFixture proxy;

    KeaAwayIT(@TempDir Path directory) throws Exception {
        kea = new LabKea(directory, "2.2", "plain", LabKea.DHCP6);
        proxy = DaemonFixture.in(Files.createDirectory(directory.resolve("proxy")))
                .module("dhcp", ":enabled: https\n:use_provider: dhcp_kea\n:ping_free_ip: false\n")
                .module(
                        "dhcp_kea",
                        ":dhcp_kea_url: " + kea.settings().url()
                                + "\n:dhcp_kea_username: foreman\n:dhcp_kea_password: kea-lab\n:dhcp_kea_dhcp6_url: "
                                + kea.settings().dhcp6Url().orElseThrow() + "\n");
    }

    @AfterAll
    void stop() throws Exception {
        proxy.close();
        kea.close();
    }

    @Override
    protected DaemonFixture proxy() {
        return proxy;
    }

    private void isAway(String subnets, String contents, String form) throws Exception {
        var read = get(subnets);
        assertThat(read.status()).as(read.body()).isEqualTo(503);
        assertThat(read.body()).contains("dhcp_kea");
        var created = post(contents, form);
        assertThat(created.status()).as(created.body()).isEqualTo(503);
        assertThat(created.body()).contains("dhcp_kea").endsWith("nothing was changed");
        var removed = delete(contents + "/mac/02:00:00:00:00:60");
        assertThat(removed.status()).as(removed.body()).isEqualTo(503);
        assertThat(removed.body()).contains("dhcp_kea").endsWith("nothing was changed");
    }

    private void isBack(String path) {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(get(path).status()).isEqualTo(200));
    }

    @Test
    @DisplayName("the module runs, says 503, and serves as soon as Kea is there; what was made before outlives both")
    void servesAsSoonAsKeaIsThere() throws Exception {
        proxy.start();
        is(post("/dhcp/192.0.2.0", FORM), 200, "");
        is(post(SIX, FORM6), 200, "");
        proxy.close();
        kea.four().kill();
        kea.six().kill();

        proxy.start();
        assertThat(get("/v2/features").body())
                .contains("\"dhcp_filename_hostname\",\"dhcp_filename_ipv4\",\"dhcp_ipv6\"")
                .contains("\"state\":\"running\"");
        isAway("/dhcp", "/dhcp/192.0.2.0", "hostname=x&ip=192.0.2.61&mac=02:00:00:00:00:61");
        isAway("/dhcp/v6", SIX, "hostname=x&ip=2001:db8:1::61&mac=02:00:00:00:00:61");

        kea.four().restart();
        kea.six().restart();
        isBack("/dhcp");
        isBack("/dhcp/v6");
        for (var present : new String[] {"/dhcp/192.0.2.0/ip/192.0.2.60", SIX + "/ip/2001:db8:1::60"}) {
            assertThat(get(present).body()).contains("www.example.com");
        }
        for (var refused : new String[] {"/dhcp/192.0.2.0/ip/192.0.2.61", SIX + "/ip/2001:db8:1::61"}) {
            assertThat(get(refused).status()).isEqualTo(404);
        }
        is(post("/dhcp/192.0.2.0", "hostname=x&ip=192.0.2.61&mac=02:00:00:00:00:61"), 200, "");
        is(post(SIX, "hostname=x&ip=2001:db8:1::61&mac=02:00:00:00:00:61"), 200, "");
    }
}
