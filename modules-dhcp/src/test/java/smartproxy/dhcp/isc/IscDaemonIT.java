package smartproxy.dhcp.isc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.daemon.DaemonFixture;
import smartproxy.core.daemon.Wire;
import smartproxy.core.daemon.Wire.Reply;

/** The routes over dhcpd's files, with the words of the reference, while dhcpd itself is away. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IscDaemonIT {
    private static final String N = "/dhcp/192.0.2.0";
    private static final int MANY = 20_000;
    private static final String HEADER = "# This lease file was written by isc-dhcp-4.4.3-P1\n\n";

    private final Path directory;
    private final Path leases;
    private final DaemonFixture proxy;

    IscDaemonIT(@TempDir Path directory) throws Exception {
        this.directory = directory;
        leases = directory.resolve("dhcpd.leases");
        var conf = directory.resolve("dhcpd.conf");
        Files.writeString(conf, """
                subnet 192.0.2.0 netmask 255.255.255.0 { option routers 192.0.2.1; }
                subnet 10.0.0.0 netmask 255.0.0.0 { }
                host static1 { hardware ethernet 52:54:00:00:00:10; fixed-address 192.0.2.10; }
                """);
        var text = new StringBuilder(HEADER);
        for (var i = 0; i < MANY; i++) {
            text.append(Leases.lease(
                            "10." + (i >> 16) + "." + ((i >> 8) & 255) + "." + (i & 255),
                            String.format("52:54:01:%02x:%02x:%02x", i >> 16, (i >> 8) & 255, i & 255),
                            "active"))
                    .append('\n');
        }
        text.append(Leases.lease("192.0.2.100", "52:54:00:00:01:00", "active")).append('\n');
        text.append("lease 192.0.2.101 { hardware ethernet 52:54:00:00:01:01; uid \"\\001a\"; }\n");
        text.append(Leases.host("dyn1", "52:54:00:00:03:01", "192.0.2.31")).append('\n');
        Files.writeString(leases, text);
        proxy = DaemonFixture.in(directory)
                .set("state_directory", directory.resolve("state").toString())
                .module("dhcp", """
                        :enabled: https
                        :use_provider: dhcp_isc
                        :ping_free_ip: false
                        """)
                .module("dhcp_isc", ":config: " + conf + "\n:leases: " + leases + "\n:omapi_port: 1\n")
                .start();
    }

    @AfterAll
    void stop() {
        proxy.close();
    }

    private Reply ask(String method, String path) throws Exception {
        try (var wire = proxy.https()) {
            return wire.request(method, path);
        }
    }

    private static void is(Reply reply, int status, String body) {
        assertThat(reply).returns(status, Reply::status).returns(body, Reply::body);
    }

    @Test
    void whatALeaseDoesNotTellIsNull() throws Exception {
        var lease = "{\"name\":\"lease-525400000101\",\"ip\":\"192.0.2.101\",\"mac\":\"52:54:00:00:01:01\",\"subnet\":"
                + "\"192.0.2.0/255.255.255.0\",\"starts\":null,\"ends\":null,\"state\":null,\"type\":\"lease\","
                + "\"hardware_type\":\"ethernet\",\"uid\":\"\\\"\\\\001a\\\"\"}";
        is(ask("GET", N + "/mac/52:54:00:00:01:01"), 200, lease);
        is(ask("GET", N + "/ip/192.0.2.101"), 200, "[" + lease + "]");
    }

    @Test
    void staticHostsAndLeasesAreNotRemoved() throws Exception {
        var host = "static1 (192.0.2.10 / 52:54:00:00:00:10) is static - unable to delete";
        is(ask("DELETE", N + "/ip/192.0.2.10"), 400, host);
        is(ask("DELETE", N + "/mac/52:54:00:00:00:10"), 400, host);
        var lease = "192.0.2.100 / 52:54:00:00:01:00 is static - unable to delete";
        is(ask("DELETE", N + "/ip/192.0.2.100"), 400, lease);
        is(ask("DELETE", N + "/mac/52:54:00:00:01:00"), 400, lease);
    }

    @Test
    void aServerThatIsAwayIsNeverSuccess() throws Exception {
        try (var wire = proxy.https()) {
            var created = wire.post(N, "name=x&ip=192.0.2.60&mac=52:54:00:aa:00:01");
            assertThat(created.status()).isEqualTo(503);
            assertThat(created.body()).contains("dhcp_isc", "Connection refused", "nothing was changed");
        }
        assertThat(ask("GET", N + "/ip/192.0.2.60").status()).isEqualTo(404);
        assertThat(ask("DELETE", N + "/mac/52:54:00:00:03:01").status()).isEqualTo(503);
        assertThat(ask("GET", N + "/mac/52:54:00:00:03:01").status()).isEqualTo(200);
        // what is absent needs no server
        for (var path : new String[] {
            N + "/mac/52:54:00:ff:ff:01",
            N + "/ip/192.0.2.240",
            "/dhcp/10.0.0.0/mac/52:54:00:00:03:01",
            "/dhcp/172.16.0.0/ip/172.16.0.1",
            N + "/ip/10.0.0.1",
            "/dhcp/192.0.2.77/mac/52:54:00:00:03:01"
        }) {
            is(ask("DELETE", path), 200, "");
        }
        assertThat(ask("GET", "/v2/features").body()).contains("\"dhcp\":").contains("\"state\":\"running\"");
    }

    @Test
    void othersAreServedWhileALongListIsNotRead() throws Exception {
        try (var slow = proxy.https()) {
            slow.send(Wire.head("GET", "/dhcp/10.0.0.0") + "\r\n");
            is(ask("GET", N + "/ip/192.0.2.240"), 404, "No DHCP records for IP 192.0.2.0/192.0.2.240 found");
            assertThat(ask("GET", "/features").status()).isEqualTo(200);
            is(ask("GET", "/dhcp/10.0.0.0/unused_ip?from=10.0.0.1&to=10.0.78.32"), 200, "{\"ip\":\"10.0.78.32\"}");
            var reply = slow.read();
            assertThat(reply.header("transfer-encoding")).isEqualTo("chunked");
            assertThat(reply.body().split("\"type\":\"lease\"", -1)).hasSize(MANY + 1);
            assertThat(reply.body())
                    .startsWith("{\"reservations\":[],\"leases\":[{")
                    .endsWith("}]}");
        }
    }

    @Test
    void recordsInTwoWritesAndAReplacedFileAreSeen() throws Exception {
        var first = Leases.lease("192.0.2.120", "52:54:00:00:02:01", "active");
        var half = first.indexOf("hardware");
        Files.writeString(leases, first.substring(0, half), StandardOpenOption.APPEND);
        assertThat(ask("GET", N + "/ip/192.0.2.120").status()).isEqualTo(404);
        Files.writeString(leases, first.substring(half) + "\n", StandardOpenOption.APPEND);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> ask("GET", N + "/ip/192.0.2.120").status() == 200);

        var next = directory.resolve("dhcpd.leases.next");
        Files.writeString(
                next, Files.readString(leases) + Leases.lease("192.0.2.121", "52:54:00:00:02:02", "active") + "\n");
        Files.move(next, leases, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> ask("GET", N + "/ip/192.0.2.121").status() == 200);
        assertThat(ask("GET", N + "/ip/192.0.2.120").status()).isEqualTo(200);
    }
}
