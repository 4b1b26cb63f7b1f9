package smartproxy.dhcp.kea;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import smartproxy.core.daemon.DaemonFixture;
import smartproxy.core.daemon.Wire.Reply;
import smartproxy.dhcp.RoutesOfDaemon;

/** The routes below {@code /dhcp/v6} of a whole daemon over a real Kea. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class Kea6RoutesIT extends RoutesOfDaemon {
    private static final String N = "/dhcp/v6/2001:db8:1::";
    private static final String STATIC = "{\"name\":\"static.example.com\",\"ip\":\"2001:db8:1::9\","
            + "\"duid\":\"00:01:02:03:04:05:06:07:08:09\",\"subnet\":\"2001:db8:1::/64\",\"type\":\"reservation\","
            + "\"deleteable\":true,\"hostname\":\"static.example.com\",\"ips\":[\"2001:db8:1::9\",\"2001:db8:1::a\"],"
            + "\"prefixes\":[\"2001:db8:9::/56\"]}";

    private final LabKea kea;
    private final DaemonFixture proxy;
    private final Path directory;

    Kea6RoutesIT(@TempDir Path directory) throws Exception {
        this.directory = directory;
        kea = new LabKea(directory, "2.2", "plain", LabKea.DHCP6);
        proxy = daemon(
                "proxy", ":dhcp_kea_dhcp6_url: " + kea.settings().dhcp6Url().orElseThrow() + "\n");
    }

    private DaemonFixture daemon(String name, String dhcp6) throws Exception {
        return DaemonFixture.in(Files.createDirectory(directory.resolve(name)))
                .set("state_directory", directory.resolve(name + "-state").toString())
                .module("dhcp", ":enabled: https\n:use_provider: dhcp_kea\n:ping_free_ip: false\n")
                .module(
                        "dhcp_kea",
                        ":dhcp_kea_url: " + kea.settings().url()
                                + "\n:dhcp_kea_username: foreman\n:dhcp_kea_password: kea-lab\n" + dhcp6)
                .start();
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

    @Test
    void listsSubnets() throws Exception {
        for (var path : new String[] {"/dhcp/v6", "/dhcp/v6/"}) {
            var reply = get(path);
            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.header("content-type")).isEqualTo("application/json");
            assertThat(reply.body())
                    .startsWith("[{\"network\":\"2001:db8:1::\",\"prefix\":64,\"options\":{\"domain_name_servers\":"
                            + "[\"2001:db8:1::53\",\"2001:db8:1::54\"],\"domain_search\":[\"example.com\",\"example.net\"],"
                            + "\"range\":[\"2001:db8:1::2:0\",\"2001:db8:1::2:ff\"]}},")
                    .contains("{\"network\":\"2001:db8:20::\",\"prefix\":48,\"options\":{}}");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/dhcp/v6/2001:db8:20:: | 200 | {\"reservations\":[],\"leases\":[]}",
                "/dhcp/v6/2001:DB8:20:0:0:0:0:0 | 200 | {\"reservations\":[],\"leases\":[]}",
                "/dhcp/v6/2001:db8:99:: | 404 | Subnet 2001:db8:99:: could not found",
                "/dhcp/v6/2001:db8:1::5 | 404 | Subnet 2001:db8:1::5 could not found",
                "/dhcp/v6/192.0.2.0 | 400 | Invalid IP Address 192.0.2.0",
                "/dhcp/v6/fe80::1%25eth0 | 400 | Invalid IP Address fe80::1%eth0",
                "/dhcp/v6/::ffff:192.0.2.1 | 400 | Invalid IP Address ::ffff:192.0.2.1",
                "/dhcp/v6/2001:db8:1::/64 | 404 | Requested url was not found",
                "/dhcp/v6/2001:db8:1::/unused_ip | 404 | Requested url was not found",
                "/dhcp/v6/2001:db8:1::/ip/2001:db8:1::fff | 404 | No DHCP records for IP 2001:db8:1::/2001:db8:1::fff found",
                "/dhcp/v6/2001:db8:1::/ip/2001:db8:20::1 | 404 | No DHCP records for IP 2001:db8:1::/2001:db8:20::1 found",
                "/dhcp/v6/2001:db8:1::/ip/192.0.2.10 | 400 | Invalid IP Address 192.0.2.10",
                "/dhcp/v6/2001:db8:99::/ip/2001:db8:99::1 | 404 | Subnet 2001:db8:99:: could not found",
                "/dhcp/v6/2001:db8:1::/duid/01:02 | 400 | Invalid DUID 01:02",
                "/dhcp/v6/2001:db8:1::/duid/01:02:zz | 400 | Invalid DUID 01:02:zz",
                "/dhcp/v6/2001:db8:1::/duid/1:2:A | 404 | No DHCP record for DUID 2001:db8:1::/01:02:0a found",
                "/dhcp/v6/2001:db8:1::/mac/01:02 | 400 | Invalid MAC 01:02",
                "/dhcp/v6/2001:db8:1::/mac/02:00:00:00:00:AA | 404 | No DHCP record for MAC 2001:db8:1::/02:00:00:00:00:aa found",
                "/dhcp/192.0.2.0/mac/02:00:00:00:00:AA | 404 | No DHCP record for MAC 192.0.2.0/02:00:00:00:00:aa found",
                "/dhcp/2001:db8:1:: | 400 | Invalid IP Address 2001:db8:1::"
            })
    void reads(String path, int status, String body) throws Exception {
        is(get(path), status, body);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/dhcp/v6/2001:db8:1:: | hostname=x&ip=2001:db8:1::70 | 400 | Must provide either duid or mac",
                "/dhcp/v6/2001:db8:1:: | hostname=x&ip=2001:db8:1::70&duid=01:02:03&mac=02:00:00:00:00:01 | 400 | Must provide either duid or mac",
                "/dhcp/v6/2001:db8:1:: | hostname=x&ip=2001:db8:1::70&duid=01 | 400 | Invalid DUID 01",
                "/dhcp/v6/2001:db8:1:: | hostname=x&ip=2001:db8:1::70&duid[]=01:02:03 | 400 | 'Parameter ''duid'' is expected to be a text, not [\"01:02:03\"]'",
                "/dhcp/v6/2001:db8:1:: | hostname=x&ip=2001:db8:1::70&mac=zz | 400 | Invalid MAC zz",
                "/dhcp/v6/2001:db8:1:: | ip=2001:db8:1::70&duid=01:02:03 | 400 | Must provide hostname",
                "/dhcp/v6/2001:db8:1:: | hostname=a+b&ip=2001:db8:1::70&duid=01:02:03 | 400 | Invalid host name \"a b\": letters, digits, '.', '-' and '_' are allowed, 253 at most, no '.' or '-' at either end",
                "/dhcp/v6/2001:db8:1:: | hostname=x&duid=01:02:03 | 400 | 'Invalid IP Address '",
                "/dhcp/v6/2001:db8:1:: | hostname=x&ip[]=2001:db8:1::70&duid=01:02:03 | 400 | no implicit conversion of Array into String",
                "/dhcp/v6/2001:db8:1:: | hostname=x&ip=192.0.2.70&duid=01:02:03 | 400 | Invalid IP Address 192.0.2.70",
                "/dhcp/v6/2001:db8:1:: | hostname=x&ip=2001:db8:20::70&duid=01:02:03 | 400 | IP Address 2001:db8:20::70 does not belong to subnet 2001:db8:1::/64",
                "/dhcp/v6/2001:db8:99:: | hostname=x&ip=2001:db8:99::70&duid=01:02:03 | 400 | No Subnet detected for: 2001:db8:99::",
                "/dhcp/v6 | '' | 404 | Requested url was not found"
            })
    void refuses(String path, String form, int status, String body) throws Exception {
        is(post(path, form), status, body);
    }

    @Test
    void createsReadsAndRemoves() throws Exception {
        var form = "name=n2&hostname=n2.example.com&ip=2001:DB8:1:0::80&duid=0:3:0:1:AA:bb:cc:dd:ee:1";
        var record = "{\"name\":\"n2\",\"ip\":\"2001:db8:1::80\",\"duid\":\"00:03:00:01:aa:bb:cc:dd:ee:01\","
                + "\"subnet\":\"2001:db8:1::/64\",\"type\":\"reservation\",\"deleteable\":true,"
                + "\"hostname\":\"n2.example.com\"}";
        is(post(N, form), 200, "");
        is(post(N, form), 200, "");
        is(get(N + "/duid/00:03:00:01:AA:BB:CC:DD:EE:01"), 200, record);
        is(get(N + "/ip/2001:db8:1::80"), 200, "[" + record + "]");
        assertThat(get(N).body())
                .startsWith("{\"reservations\":[" + STATIC)
                .contains(record)
                .endsWith("],\"leases\":[]}");
        is(
                post(N, "hostname=other&ip=2001:db8:1::81&duid=0:3:0:1:AA:bb:cc:dd:ee:1"),
                409,
                "Record 2001:db8:1::/64 2001:db8:1::81 already exists");
        is(
                post(N, "hostname=other&ip=2001:db8:1::80&mac=02:00:00:00:00:02"),
                409,
                "Record 2001:db8:1::/64 2001:db8:1::80 already exists");
        is(
                post(N, "hostname=other&ip=2001:db8:1::a&mac=02:00:00:00:00:02"),
                409,
                "Record 2001:db8:1::/64 2001:db8:1::a already exists");
        is(delete(N + "/duid/00:03:00:01:aa:bb:cc:dd:ee:01"), 200, "");
        is(delete(N + "/duid/00:03:00:01:aa:bb:cc:dd:ee:01"), 200, "");
        assertThat(get(N + "/ip/2001:db8:1::80").status()).isEqualTo(404);

        is(post(N, "hostname=n3&ip=2001:db8:1::82&mac=02:00:00:00:00:03"), 200, "");
        assertThat(get(N + "/mac/02:00:00:00:00:03").body()).contains("\"mac\":\"02:00:00:00:00:03\"");
        is(post(N + "/ip/2001:db8:1::82", "_method=DELETE"), 200, "");
        assertThat(get(N + "/mac/02:00:00:00:00:03").status()).isEqualTo(404);
        is(delete(N + "/ip/2001:db8:1::82"), 200, "");
        is(delete("/dhcp/v6/2001:db8:99::/ip/2001:db8:99::1"), 200, "");
        is(delete("/dhcp/v6/2001:db8:99::/mac/02:00:00:00:00:03"), 200, "");
        is(delete(N + "/ip/abc"), 400, "Invalid IP Address abc");
        is(delete(N), 404, "Requested url was not found");
        is(get(N + "/duid/00:01:02:03:04:05:06:07:08:09"), 200, STATIC);
    }

    @Test
    void aLeaseIsNotRemoved() throws Exception {
        kea.client6()
                .change(
                        "lease6-add",
                        KeaClient.object()
                                .put("subnet-id", 7)
                                .put("ip-address", "2001:db8:7::5")
                                .put("duid", "01:02:03:04")
                                .put("iaid", 1),
                        smartproxy.core.api.Deadline.in(java.time.Duration.ofSeconds(60)));
        is(
                delete("/dhcp/v6/2001:db8:7::/duid/01:02:03:04"),
                400,
                "2001:db8:7::5 / 01:02:03:04 is static - unable to delete");
        is(
                delete("/dhcp/v6/2001:db8:7::/ip/2001:db8:7::5"),
                400,
                "2001:db8:7::5 / 01:02:03:04 is static - unable to delete");
    }

    @Test
    @DisplayName("of eight callers that want one address at once, one gets it")
    void oneOfEight() throws Exception {
        var pool = Executors.newFixedThreadPool(8);
        try {
            var works = new ArrayList<Callable<Reply>>();
            for (var n = 1; n <= 8; n++) {
                var form = "hostname=c" + n + "&ip=2001:db8:1::90&duid=00:03:00:01:02:00:00:00:01:0" + n;
                works.add(() -> post(N, form));
            }
            var statuses = new ArrayList<Integer>();
            for (var reply : pool.invokeAll(works)) {
                statuses.add(reply.get().status());
            }
            assertThat(statuses).containsOnly(200, 409).containsOnlyOnce(200);
        } finally {
            pool.shutdownNow();
        }
    }

    private static String capabilities(DaemonFixture daemon) throws Exception {
        try (var wire = daemon.https()) {
            return new ObjectMapper()
                    .readTree(wire.get("/v2/features").body())
                    .at("/dhcp/capabilities")
                    .toString();
        }
    }

    @Test
    @DisplayName("the capability tells of it; where it is not set all is as it was")
    void isOffByDefault() throws Exception {
        assertThat(capabilities(proxy)).isEqualTo("[\"dhcp_filename_hostname\",\"dhcp_filename_ipv4\",\"dhcp_ipv6\"]");
        try (var without = daemon("without", "")) {
            assertThat(capabilities(without)).isEqualTo("[\"dhcp_filename_hostname\",\"dhcp_filename_ipv4\"]");
            try (var wire = without.https()) {
                is(wire.get("/dhcp/v6"), 400, "Invalid IP Address v6");
                is(wire.get(N), 404, "Requested url was not found");
            }
        }
    }

    @Test
    void foremanAloneMayCall() throws Exception {
        try (var wire = proxy.stranger()) {
            assertThat(wire.get(N).status()).isEqualTo(403);
        }
    }
}
