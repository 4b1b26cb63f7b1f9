package smartproxy.dhcp.infoblox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.daemon.DaemonFixture;
import smartproxy.infoblox.FakeGrid;

/** A whole daemon between Foreman and a grid. */
class InfobloxDhcpDaemonIT {
    private static final String N = "/dhcp/192.0.2.0";
    private static final String FORM =
            "name=www.example.com&hostname=www.example.com&mac=52:54:00:AA:01:01&ip=192.0.2.10&filename=pxelinux.0"
                    + "&nextServer=192.0.2.9&related_macs";

    @TempDir
    private Path directory;

    private FakeDhcpGrid grid;
    private DaemonFixture proxy;

    @BeforeEach
    void start() throws Exception {
        proxy = DaemonFixture.in(directory).set("log_level", "DEBUG");
        grid = FakeDhcpGrid.start(directory, proxy.pki().server());
        proxy.module(
                "dhcp",
                ":enabled: https\n:use_provider: dhcp_infoblox\n:server: " + grid.address()
                        + "\n:ping_free_ip: false\n");
        configure(":password: " + FakeGrid.PASSWORD + "\n:restart_window: 1");
        proxy.start();
    }

    private void configure(String more) {
        proxy.module(
                "dhcp_infoblox",
                ":username: " + FakeGrid.USER + "\n:infoblox_ca_file: " + directory.resolve("ca.pem") + "\n" + more
                        + "\n");
    }

    @AfterEach
    void stop() {
        proxy.close();
        grid.close();
    }

    private String ask(String method, String path) throws IOException {
        try (var foreman = proxy.https()) {
            var reply = foreman.request(method, path);
            return reply.status() + " " + reply.body();
        }
    }

    private String create(String form) throws IOException {
        try (var foreman = proxy.https()) {
            var reply = foreman.post(N, form);
            return reply.status() + " " + reply.body();
        }
    }

    private static long threads(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(prefix))
                .count();
    }

    @Test
    void answersAsForemanExpects() throws Exception {
        assertThat(ask("GET", "/dhcp"))
                .startsWith("200 [{\"network\":\"192.0.2.0\",\"netmask\":\"255.255.255.0\",\"options\":{\"routers\":"
                        + "[\"192.0.2.1\"]}},{\"network\":\"198.51.100.0\"");
        assertThat(create(FORM)).isEqualTo("200 ");
        assertThat(create(FORM)).as("an equal one").isEqualTo("200 ");
        assertThat(create(FORM.replace("192.0.2.10", "192.0.2.11")))
                .isEqualTo("409 Record 192.0.2.0/192.0.2.11 already exists");
        assertThat(create(FORM.replace("AA:01:01", "AA:01:02")))
                .isEqualTo("409 Record 192.0.2.0/192.0.2.10 already exists");
        assertThat(ask("GET", N + "/mac/52:54:00:aa:01:01"))
                .isEqualTo("200 {\"name\":\"www.example.com\",\"ip\":\"192.0.2.10\",\"mac\":\"52:54:00:aa:01:01\","
                        + "\"subnet\":\"192.0.2.0/255.255.255.0\",\"type\":\"reservation\",\"deleteable\":true,"
                        + "\"hostname\":\"www.example.com\",\"nextServer\":\"192.0.2.9\",\"filename\":\"pxelinux.0\"}");
        assertThat(ask("GET", N))
                .startsWith("200 {\"reservations\":[{\"name\":\"www.example.com\"")
                .contains("\"leases\":[{\"name\":\"laptop\",\"ip\":\"192.0.2.200\",\"mac\":\"02:00:00:00:0c:01\","
                        + "\"subnet\":\"192.0.2.0/255.255.255.0\",\"starts\":1700000000,\"ends\":1900000000,"
                        + "\"state\":\"ACTIVE\",\"type\":\"lease\",\"hostname\":\"laptop\"}]");
        assertThat(ask("GET", N + "/unused_ip?mac=52:54:00:aa:01:01")).isEqualTo("200 {\"ip\":\"192.0.2.10\"}");
        assertThat(ask("GET", N + "/unused_ip?from=192.0.2.10&to=192.0.2.12&mac=52:54:00:aa:01:07"))
                .matches("200 \\{\"ip\":\"192\\.0\\.2\\.1[12]\"}");
        assertThat(ask("GET", N + "/unused_ip?from=192.0.2.200&to=192.0.2.200")).isEqualTo("200 {\"ip\":null}");
        assertThat(ask("DELETE", N + "/mac/02:00:00:00:0c:01"))
                .startsWith("400 ")
                .contains("is static - unable to delete");
        assertThat(ask("DELETE", N + "/mac/52:54:00:aa:01:01")).isEqualTo("200 ");
        assertThat(ask("DELETE", N + "/mac/52:54:00:aa:01:01")).isEqualTo("200 ");
        assertThat(ask("GET", "/dhcp/203.0.113.0")).isEqualTo("404 Subnet 203.0.113.0 could not found");
        assertThat(ask("GET", "/v2/features"))
                .contains("\"use_provider\":\"dhcp_infoblox\"")
                .doesNotContain("dhcp_filename");
        assertThat(grid.all(FakeDhcpGrid.FIXED)).isEmpty();
        await().atMost(Duration.ofSeconds(60)).until(grid::isServed);
        assertThat(grid.complaints()).isEmpty();
        assertThat(proxy.log()).doesNotContain(FakeGrid.PASSWORD, "Basic ");
    }

    @Test
    void aDueRestartOutlivesAReloadAndTheEnd() throws Exception {
        configure(":password: " + FakeGrid.PASSWORD + "\n:restart_window: 600");
        proxy.reload();
        assertThat(create(FORM)).isEqualTo("200 ");
        assertThat(ask("GET", "/health")).contains("a restart of the grid's services is due");
        configure(":password: " + FakeGrid.PASSWORD + "\n:restart_window: 599");
        proxy.reload();
        assertThat(ask("GET", "/health")).contains("a restart of the grid's services is due");
        assertThat(grid.isServed()).isFalse();
        proxy.close();
        assertThat(grid.isServed()).isTrue();
        assertThat(grid.restarts()).isEqualTo(1);
        await().atMost(Duration.ofSeconds(60)).until(() -> threads("restart-dhcp_infoblox") == 0);
        await().atMost(Duration.ofSeconds(60)).until(() -> threads("http-dhcp_infoblox") == 0);
    }

    @Test
    void withoutAPasswordTheModuleFailsAndSaysWhy() throws Exception {
        proxy.close();
        configure("");
        proxy.start();
        assertThat(ask("GET", "/v2/features")).contains("\"failed\"");
        assertThat(proxy.log()).contains("Parameter 'password' is expected to have a non-empty value");
    }
}
