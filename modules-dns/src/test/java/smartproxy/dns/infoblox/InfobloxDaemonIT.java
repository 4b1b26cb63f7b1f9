package smartproxy.dns.infoblox;

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
class InfobloxDaemonIT {
    private static final String CREATE_A = "fqdn=www.example.com&type=A&value=";

    @TempDir
    private Path directory;

    private FakeDnsGrid grid;
    private DaemonFixture proxy;

    @BeforeEach
    void start() throws Exception {
        proxy = DaemonFixture.in(directory)
                .set("log_level", "DEBUG")
                .module("dns", ":enabled: https\n:use_provider: dns_infoblox\n");
        grid = FakeDnsGrid.start(directory, proxy.pki().server());
        configure(":password: " + FakeGrid.PASSWORD);
        proxy.start();
    }

    private void configure(String password) {
        proxy.module(
                "dns_infoblox",
                ":dns_server: " + grid.address() + "\n:username: " + FakeGrid.USER + "\n:infoblox_ca_file: "
                        + directory.resolve("ca.pem") + "\n" + password + "\n");
    }

    @AfterEach
    void stop() {
        proxy.close();
        grid.close();
    }

    private String create(String form) throws IOException {
        try (var foreman = proxy.https()) {
            var reply = foreman.post("/dns/", form);
            return reply.status() + " " + reply.body();
        }
    }

    private String delete(String path) throws IOException {
        try (var foreman = proxy.https()) {
            var reply = foreman.request("DELETE", "/dns/" + path);
            return reply.status() + " " + reply.body();
        }
    }

    private static long httpThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("http-dns_infoblox"))
                .count();
    }

    @Test
    void answersAsForemanExpects() throws Exception {
        assertThat(create(CREATE_A + "192.0.2.10")).isEqualTo("200 ");
        assertThat(create(CREATE_A + "192.0.2.10")).isEqualTo("200 ");
        assertThat(create(CREATE_A + "192.0.2.11")).isEqualTo("409 'www.example.com 'is already in use");
        assertThat(create("fqdn=_sip._tcp.example.com&type=SRV&value=0 5 5060 sip.example.com"))
                .isEqualTo("400 Creation of SRV records not implemented");
        assertThat(delete("www.example.com/A")).isEqualTo("200 ");
        assertThat(delete("www.example.com/A")).startsWith("404 ");
        assertThat(delete("www.example.org/A")).startsWith("502 dns_infoblox: no zone for www.example.org");
        assertThat(grid.all("record:a")).isEmpty();
        assertThat(grid.complaints()).isEmpty();
        assertThat(proxy.log()).doesNotContain(FakeGrid.PASSWORD, "Basic ");
    }

    @Test
    void theClientEndsWithItsProvider() throws Exception {
        // those of other tests' clients may still be ending
        await().atMost(Duration.ofSeconds(30)).until(() -> httpThreads() == 0);
        assertThat(create(CREATE_A + "192.0.2.10")).isEqualTo("200 ");
        assertThat(httpThreads()).isPositive();
        configure(":password: wrong");
        proxy.reload();
        assertThat(create(CREATE_A + "192.0.2.11"))
                .startsWith("502 ")
                .contains("it does not accept user 'foreman'; check username and password");
        proxy.close();
        await().atMost(Duration.ofSeconds(30)).until(() -> httpThreads() == 0);
    }

    @Test
    void withoutAPasswordTheModuleFailsAndSaysWhy() throws Exception {
        proxy.close();
        configure("");
        proxy.start();
        try (var foreman = proxy.https()) {
            assertThat(foreman.get("/v2/features").body()).contains("\"failed\"");
        }
        assertThat(proxy.log()).contains("Parameter 'password' is expected to have a non-empty value");
    }
}
