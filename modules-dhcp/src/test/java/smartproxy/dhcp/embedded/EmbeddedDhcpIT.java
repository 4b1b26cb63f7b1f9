package smartproxy.dhcp.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.daemon.DaemonFixture;
import smartproxy.core.daemon.Wire;
import smartproxy.dhcp.RoutesOfDaemon;

/** The routes of the whole daemon; statuses, texts and shapes are those recorded from the Ruby daemon. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EmbeddedDhcpIT extends RoutesOfDaemon {
    private static final String N = "/dhcp/192.0.2.0";

    private final DaemonFixture proxy;

    EmbeddedDhcpIT(@TempDir Path directory) throws Exception {
        proxy = DaemonFixture.in(directory)
                .set("state_directory", directory.resolve("state").toString())
                .module("dhcp", """
                        :enabled: https
                        :use_provider: dhcp_embedded
                        :ping_free_ip: false
                        """)
                .module("dhcp_embedded", """
                        :networks:
                          - network: 192.0.2.0/24
                            routers: [192.0.2.1]
                          - network: 198.51.100.0/255.255.255.128
                            routers: [198.51.100.1, 198.51.100.2]
                            domain_name: lab.example.com
                            domain_name_servers: 198.51.100.1
                            ntp_servers: [198.51.100.3]
                            interface_mtu: 9000
                            range: [198.51.100.10, 198.51.100.20]
                          - 198.51.100.128/25
                        """)
                .start();
    }

    @AfterAll
    void stop() {
        proxy.close();
    }

    @Override
    protected DaemonFixture proxy() {
        return proxy;
    }

    @Test
    void listsSubnets() throws Exception {
        for (var path : List.of("/dhcp", "/dhcp/", "/dhcp//")) {
            var reply = get(path);
            is(
                    reply,
                    200,
                    "[{\"network\":\"192.0.2.0\",\"netmask\":\"255.255.255.0\",\"options\":{\"routers\":[\"192.0.2.1\"]}},"
                            + "{\"network\":\"198.51.100.0\",\"netmask\":\"255.255.255.128\",\"options\":{\"routers\":"
                            + "[\"198.51.100.1\",\"198.51.100.2\"],\"domain_name\":\"lab.example.com\",\"domain_name_servers\":"
                            + "[\"198.51.100.1\"],\"ntp_servers\":[\"198.51.100.3\"],\"interface_mtu\":9000,"
                            + "\"range\":[\"198.51.100.10\",\"198.51.100.20\"]}},"
                            + "{\"network\":\"198.51.100.128\",\"netmask\":\"255.255.255.128\",\"options\":{}}]");
            assertThat(reply.header("content-type")).isEqualTo("application/json");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/dhcp/192.0.2.0/ | 404 | Requested url was not found",
                "/dhcp/198.51.100.128 | 200 | {\"reservations\":[],\"leases\":[]}",
                "/dhcp/192.0.2.77 | 200 | {\"reservations\":[],\"leases\":[]}",
                "/dhcp/10.99.0.0 | 404 | Subnet 10.99.0.0 could not found",
                "/dhcp/notanip | 400 | Invalid IP Address notanip",
                "/dhcp/2001:db8:: | 400 | Invalid IP Address 2001:db8::",
                "/dhcp/192.0.2.256 | 400 | Invalid IP Address 192.0.2.256",
                "/dhcp/192.0.2.0/255.255.255.0 | 404 | Requested url was not found",
                "/dhcp/192.0.2.0/ip/192.0.2.222 | 404 | No DHCP records for IP 192.0.2.0/192.0.2.222 found",
                "/dhcp/192.0.2.0/ip/198.51.100.10 | 404 | No DHCP records for IP 192.0.2.0/198.51.100.10 found",
                "/dhcp/192.0.2.0/ip/abc | 400 | Invalid IP Address abc",
                "/dhcp/192.0.2.0/ip/2001:db8::1 | 400 | Invalid IP Address 2001:db8::1",
                "/dhcp/10.99.0.0/ip/10.99.0.1 | 404 | Subnet 10.99.0.0 could not found",
                "/dhcp/192.0.2.0/ip/192.0.2.10/ | 404 | Requested url was not found",
                "/dhcp/192.0.2.0/ip | 404 | Requested url was not found",
                "/dhcp/192.0.2.0/mac/52:54:00:AA:FF:60 | 404 | No DHCP record for MAC 192.0.2.0/52:54:00:aa:ff:60 found",
                "/dhcp/192.0.2.0/mac/zz | 400 | Invalid MAC zz",
                "/dhcp/192.0.2.0/mac/ZZ | 400 | Invalid MAC zz",
                "/dhcp/192.0.2.0/mac/52:54:00:00:00 | 400 | Invalid MAC 52:54:00:00:00",
                "/dhcp/192.0.2.0/mac/02:00:00:FF:FE:00:00:01 | 400 | Invalid MAC 02:00:00:ff:fe:00:00:01",
                "/dhcp/192.0.2.0/mac/80:00:02:08:FE:80:00:00:00:00:00:00:00:02:C9:03:00:1B:1C:1D | 404 | No DHCP record for MAC 192.0.2.0/80:00:02:08:fe:80:00:00:00:00:00:00:00:02:c9:03:00:1b:1c:1d found",
                "/dhcp/192.0.2.77/mac/52:54:00:00:00:10 | 404 | No DHCP record for MAC 192.0.2.77/52:54:00:00:00:10 found",
                "/dhcp/192.0.2.77/ip/192.0.2.10 | 404 | No DHCP records for IP 192.0.2.77/192.0.2.10 found",
                "/dhcp/192.0.2.0/mac/52:54:0:0:0:10 | 404 | No DHCP record for MAC 192.0.2.0/52:54:0:0:0:10 found",
                "/dhcp/abc/mac/zz | 400 | Invalid IP Address abc",
                "/dhcp/abc/ip/def | 400 | Invalid IP Address abc",
                "/dhcp/10.99.0.0/mac/zz | 400 | Invalid MAC zz",
                "/dhcp/010.099.0.0 | 400 | Invalid IP Address 010.099.0.0",
                "/dhcp/192.0.2 | 400 | Invalid IP Address 192.0.2",
                "/dhcp/0.0.0.0 | 404 | Subnet 0.0.0.0 could not found",
                "/dhcp/255.255.255.255 | 404 | Subnet 255.255.255.255 could not found",
                "/dhcp/192.0.2.0%0A | 400 | 'Invalid IP Address 192.0.2.0\n'",
                "/dhcp/192.0.2.0%20 | 400 | 'Invalid IP Address 192.0.2.0 '",
                "/dhcp/192.0.2.0%2f24 | 404 | Requested url was not found",
                "/dhcp/192.0.2.0/ip/../mac/zz | 400 | Invalid MAC zz",
                "/dhcp/192.0.2.0/./mac/zz | 400 | Invalid MAC zz",
                "/dhcp/192.0.2.0//mac//zz | 400 | Invalid MAC zz",
                "/dhcp/192.0.2.0/%2e%2e/10.99.0.0 | 404 | Subnet 10.99.0.0 could not found",
                "/dhcp/192.0.2.0/ip/192.0.2.10;x=y | 400 | Invalid IP Address 192.0.2.10;x=y",
                "/dhcp/192.0.2.0;x/mac/zz | 400 | Invalid IP Address 192.0.2.0;x",
                "/dhcp/192.0.2.0/mac/zz/ | 404 | Requested url was not found",
                "/dhcp/192.0.2.0/unused_ip/ | 404 | Requested url was not found",
                "/dhcp/192.0.2.0/192.0.2.10 | 404 | Requested url was not found",
                "/dhcp/192.0.2.0/unused_ip?mac= | 400 | 'Invalid MAC '",
                "/dhcp/192.0.2.0/unused_ip?mac=52-54-00-00-00-10 | 400 | Invalid MAC 52-54-00-00-00-10",
                "/dhcp/192.0.2.0/unused_ip?mac[]=zz | 400 | Invalid MAC [\"zz\"]",
                "/dhcp/192.0.2.0/unused_ip?from[]=192.0.2.5&to=192.0.2.6 | 400 | no implicit conversion of Array into String",
                "/dhcp/192.0.2.0/unused_ip?from=192.0.2.5&to= | 400 | 'Invalid IP Address '",
                "/dhcp/192.0.2.0/unused_ip?from=2001:db8::1&to=2001:db8::2 | 400 | Invalid IP Address 2001:db8::1",
                "/dhcp/192.0.2.0/unused_ip?from=abc&to=def&mac=zz | 400 | Invalid IP Address abc",
                "/dhcp/10.99.0.0/unused_ip?mac=zz | 400 | Invalid MAC zz",
                "/dhcp/10.99.0.0/unused_ip?from=192.0.2.20&to=192.0.2.15 | 404 | Subnet 10.99.0.0 could not found",
                "/dhcp/192.0.2.0/unused_ip?from=192.0.2.20&to=198.51.100.5 | 400 | Range does not belong to provided subnet",
                "/dhcp/192.0.2.0/unused_ip?from=203.0.113.5 | 400 | Zero or negative number of indices",
                "/dhcp/192.0.2.0/unused_ip?to=10.0.0.1 | 400 | Zero or negative number of indices",
                "/dhcp/192.0.2.0/unused_ip?from=192.0.2.0&to=192.0.2.0 | 400 | Zero or negative number of indices",
                "/dhcp/192.0.2.0/unused_ip?from=192.0.2.253&to=192.0.2.253&mac=80:00:02:08:fe:80:00:00:00:00:00:00:00:02:c9:03:00:1b:1c:1e | 200 | {\"ip\":\"192.0.2.253\"}",
                "/dhcp/192.0.2.0/mac/52-54-00-00-00-10 | 400 | Invalid MAC 52-54-00-00-00-10",
                "/dhcp/10.99.0.0/mac/52:54:00:00:00:10 | 404 | Subnet 10.99.0.0 could not found",
                "/dhcp/192.0.2.0/foo/bar | 404 | Requested url was not found",
                "/dhcp/192.0.2.0/unused_ip?mac=zz | 400 | Invalid MAC zz",
                "/dhcp/192.0.2.0/unused_ip?from=192.0.2.20&to=192.0.2.15 | 400 | 192.0.2.20 can't be lower IP address than 192.0.2.15 - change the order?",
                "/dhcp/192.0.2.0/unused_ip?from=10.0.0.1&to=10.0.0.2 | 400 | Range does not belong to provided subnet",
                "/dhcp/192.0.2.0/unused_ip?from=abc&to=192.0.2.20 | 400 | Invalid IP Address abc",
                "/dhcp/192.0.2.0/unused_ip?from=&to= | 400 | 'Invalid IP Address '",
                "/dhcp/192.0.2.0/unused_ip?from=192.0.2.255&to=192.0.2.255 | 400 | Zero or negative number of indices",
                "/dhcp/10.99.0.0/unused_ip | 404 | Subnet 10.99.0.0 could not found",
                "/dhcp/abc/unused_ip | 400 | Invalid IP Address abc",
                "/dhcp/192.0.2.0/unused_ip?from=192.0.2.254 | 200 | {\"ip\":\"192.0.2.254\"}",
                "/dhcp/192.0.2.0/unused_ip?to=192.0.2.1 | 200 | {\"ip\":\"192.0.2.1\"}",
                "/dhcp/192.0.2.77/unused_ip?from=192.0.2.173&to=192.0.2.173 | 200 | {\"ip\":\"192.0.2.173\"}"
            })
    void readsAsRecorded(String path, int status, String body) throws Exception {
        is(get(path), status, body);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/dhcp/192.0.2.0 | '' | 400 | 'Invalid MAC '",
                "/dhcp/192.0.2.0 | ip=192.0.2.206&mac=52:54:00:aa:01:08 | 400 | Must provide hostname",
                "/dhcp/192.0.2.0 | name=x.example.com&mac=52:54:00:aa:01:0a | 400 | 'Invalid IP Address '",
                "/dhcp/192.0.2.0 | name=x&ip=192.0.2.208&mac=zz:zz | 400 | Invalid MAC zz:zz",
                "/dhcp/192.0.2.0 | name=x&ip=192.0.2.208&mac=ZZ:zz | 400 | Invalid MAC ZZ:zz",
                "/dhcp/192.0.2.0 | name=x&ip=192.0.2.208&mac[]=52:54:00:aa:01:0b | 400 | Invalid MAC [\"52:54:00:aa:01:0b\"]",
                "/dhcp/192.0.2.0 | name=x&ip=192.0.2.208&mac=02:00:00:ff:fe:00:00:01 | 400 | Invalid MAC 02:00:00:ff:fe:00:00:01",
                "/dhcp/192.0.2.0 | name=&hostname=&ip=192.0.2.208&mac=52:54:00:aa:01:0b | 400 | Must provide hostname",
                "/dhcp/192.0.2.0 | name=x&ip=&mac=52:54:00:aa:01:0b | 400 | 'Invalid IP Address '",
                "/dhcp/192.0.2.0 | name=x&ip=192.0.2.208&mac=52:54:00:aa:01:0b&filename[]=a | 400 | no implicit conversion of Array into String",
                "/dhcp/192.0.2.0 | name=x&ip=192.0.2.208&mac=52:54:00:aa:01:0b&nextServer[a]=b | 400 | no implicit conversion of Hash into String",
                "/dhcp/10.99.0.0 | name=x&ip=abc&mac=52:54:00:aa:01:0e | 400 | No Subnet detected for: 10.99.0.0",
                "/dhcp/192.0.2.0 | name=x&ip=192.0.2.208&mac=52-54-00-aa-01-0b | 400 | Invalid MAC 52-54-00-aa-01-0b",
                "/dhcp/192.0.2.0 | name=x&ip=192.0.2.999&mac=52:54:00:aa:01:0c | 400 | Invalid IP Address 192.0.2.999",
                "/dhcp/192.0.2.0 | name=x&ip=2001:db8::5&mac=52:54:00:aa:03:01 | 400 | Invalid IP Address 2001:db8::5",
                "/dhcp/192.0.2.0 | name=x&ip=198.51.100.15&mac=52:54:00:aa:01:0d | 400 | IP Address 198.51.100.15 does not belong to subnet 192.0.2.0/255.255.255.0",
                "/dhcp/10.99.0.0 | name=x&ip=10.99.0.5&mac=52:54:00:aa:01:0e | 400 | No Subnet detected for: 10.99.0.0",
                "/dhcp/abc | name=x&ip=10.99.0.5&mac=52:54:00:aa:01:0e | 400 | Invalid IP Address abc",
                "/dhcp/192.0.2.0 | name=x&ip[]=192.0.2.225&mac=52:54:00:aa:01:1e | 400 | no implicit conversion of Array into String",
                "/dhcp/192.0.2.0/ | name=x&ip=192.0.2.211&mac=52:54:00:aa:01:10 | 404 | Requested url was not found",
                "/dhcp/192.0.2.0/unused_ip | '' | 404 | Requested url was not found",
                "/dhcp | '' | 404 | Requested url was not found",
                "/dhcp/192.0.2.0 | name=a+b&ip=192.0.2.226&mac=52:54:00:aa:01:1f | 400 | Invalid host name \"a b\": letters, digits, '.', '-' and '_' are allowed, 253 at most, no '.' or '-' at either end",
                "/dhcp/192.0.2.0 | name=a.example.com.&ip=192.0.2.226&mac=52:54:00:aa:01:1f | 400 | Invalid host name \"a.example.com.\": letters, digits, '.', '-' and '_' are allowed, 253 at most, no '.' or '-' at either end",
                "/dhcp/192.0.2.0 | name=a&hostname=-a&ip=192.0.2.226&mac=52:54:00:aa:01:1f | 400 | Invalid host name \"-a\": letters, digits, '.', '-' and '_' are allowed, 253 at most, no '.' or '-' at either end"
            })
    void refusesAsRecorded(String path, String form, int status, String body) throws Exception {
        is(post(path, form), status, body);
    }

    @Test
    void createsReadsAndRemoves() throws Exception {
        var form = "name=n2.example.com&ip=192.0.2.202&mac=52:54:00:AA:01:02&hostname=n2&nextServer=192.0.2.1"
                + "&filename=pxelinux.0&network=192.0.2.0&related_macs[]=&type=reservation&%3CSun%3Eroot_path_name=%2Fx";
        var record = "{\"name\":\"n2.example.com\",\"ip\":\"192.0.2.202\",\"mac\":\"52:54:00:aa:01:02\","
                + "\"subnet\":\"192.0.2.0/255.255.255.0\",\"type\":\"reservation\",\"deleteable\":true,\"hostname\":\"n2\","
                + "\"nextServer\":\"192.0.2.1\",\"filename\":\"pxelinux.0\",\"<Sun>root_path_name\":\"/x\"}";
        var created = post(N, form);
        is(created, 200, "");
        assertThat(created.header("content-type")).isEqualTo("application/json");
        is(post(N, form), 200, "");
        is(get(N + "/mac/52:54:0:aa:1:2"), 404, "No DHCP record for MAC 192.0.2.0/52:54:0:aa:1:2 found");
        is(get(N + "/mac/52:54:00:AA:01:02"), 200, record);
        is(get(N + "/mac/52%3A54%3A00%3Aaa%3A01%3A02"), 200, record);
        is(get(N + "/ip/192.0.2.202"), 200, "[" + record + "]");
        assertThat(get(N).body())
                .contains(record)
                .startsWith("{\"reservations\":[")
                .endsWith("],\"leases\":[]}");
        is(post(N, "name=n3&ip=192.0.2.202&mac=52:54:00:aa:01:03"), 409, "Record 192.0.2.0/192.0.2.202 already exists");
        is(
                post(
                        N,
                        "name=n2b&ip=192.0.2.202&mac=52:54:00:aa:01:05&related_macs=52:54:00:aa:01:02,52:54:00:aa:01:09"),
                200,
                "");
        is(get(N + "/unused_ip?mac=52:54:00:AA:01:02"), 200, "{\"ip\":\"192.0.2.202\"}");
        is(get(N + "/unused_ip?from=192.0.2.202&to=192.0.2.202"), 200, "{\"ip\":null}");
        var removed = delete(N + "/mac/52:54:00:AA:01:02");
        is(removed, 200, "");
        assertThat(removed.header("content-type")).isEqualTo("text/html;charset=utf-8");
        is(delete(N + "/mac/52:54:00:AA:01:02"), 200, "");
        is(post(N + "/ip/192.0.2.202", "_method=DELETE"), 200, "");
        is(get(N + "/ip/192.0.2.202"), 404, "No DHCP records for IP 192.0.2.0/192.0.2.202 found");
        is(delete("/dhcp/10.99.0.0/ip/10.99.0.1"), 200, "");
        is(delete("/dhcp/10.99.0.0/mac/52:54:00:aa:01:01"), 200, "");
        is(delete(N + "/ip/abc"), 400, "Invalid IP Address abc");
        is(delete(N + "/mac/abc"), 400, "Invalid MAC abc");
        is(delete(N), 404, "Requested url was not found");
    }

    @Test
    void onlyFormsAndQueriesHaveParameters() throws Exception {
        var form = "name=q.example.com&ip=192.0.2.70&mac=52:54:00:aa:07:01";
        try (var wire = proxy.https()) {
            for (var type : List.of("application/json", "text/plain", "application/xml")) {
                var head = Wire.head("POST", N, "Content-Type: " + type, "Content-Length: " + form.length());
                is(wire.send(head + "\r\n" + form).read(), 400, "Invalid MAC ");
            }
        }
        is(post(N + "?" + form, ""), 200, "");
        is(post(N + "?_method=DELETE", form), 200, "");
        is(post(N + "/mac/52:54:00:aa:07:01", "_method=delete"), 200, "");
        assertThat(get(N + "/mac/52:54:00:aa:07:01").status()).isEqualTo(404);
    }

    @Test
    void otherMethodsFindNothing() throws Exception {
        for (var method : List.of("PUT", "PATCH", "OPTIONS")) {
            try (var wire = proxy.https()) {
                is(wire.request(method, N), 404, "Requested url was not found");
            }
        }
        for (var path : List.of("/dhcp", N, N + "/unused_ip?from=192.0.2.71&to=192.0.2.71")) {
            try (var wire = proxy.https()) {
                var head = wire.request("HEAD", path);
                is(head, 200, "");
                assertThat(head.header("content-type")).isEqualTo("application/json");
            }
        }
        try (var wire = proxy.https()) {
            is(wire.request("HEAD", "/dhcp/10.99.0.0"), 404, "");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /dhcp/abc, 400, text/html;charset=utf-8",
        "GET, /dhcp/192.0.2.0/ip/abc, 400, text/html;charset=utf-8",
        "GET, /dhcp/192.0.2.0/mac/zz, 400, text/html;charset=utf-8",
        "GET, /dhcp/192.0.2.0/unused_ip?mac=zz, 400, text/html;charset=utf-8",
        "GET, /dhcp/192.0.2.0/unused_ip?from=a&to=b, 400, text/html;charset=utf-8",
        "GET, /dhcp/abc/suggestions, 400, text/html;charset=utf-8",
        "GET, /dhcp/10.99.0.0, 404, application/json",
        "GET, /dhcp/192.0.2.0/ip/192.0.2.199, 404, application/json",
        "GET, /dhcp/192.0.2.0/mac/52:54:00:00:ff:10, 404, application/json",
        "GET, /dhcp/192.0.2.0/unused_ip?from=192.0.2.9&to=192.0.2.8, 400, application/json",
        "GET, /dhcp/10.99.0.0/suggestions, 404, application/json",
        "POST, /dhcp/abc, 400, text/html;charset=utf-8",
        "POST, /dhcp/192.0.2.0?mac=zz, 400, application/json",
        "DELETE, /dhcp/192.0.2.0/mac/zz, 400, text/html;charset=utf-8",
        "PUT, /dhcp/192.0.2.0/mac/zz, 404, application/json"
    })
    void errorsAreJsonOnceTheAddressesAreRight(String method, String path, int status, String type) throws Exception {
        try (var wire = proxy.https()) {
            var reply = wire.send(Wire.head(method, path, "Accept: text/html", "Content-Length: 0") + "\r\n")
                    .read();
            assertThat(reply)
                    .returns(status, Wire.Reply::status)
                    .returns(type, answer -> answer.header("content-type"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "application/json,version=2", "*/*", "text/html, */*;q=0.1"})
    void errorsAreJsonWhereItIsAccepted(String accepted) throws Exception {
        for (var target :
                List.of("GET /dhcp/abc", "GET /dhcp/10.99.0.0", "POST /dhcp/abc", "DELETE /dhcp/abc/mac/zz")) {
            var request = target.split(" ", 2);
            try (var wire = proxy.https()) {
                var head = Wire.head(request[0], request[1], "Accept: " + accepted, "Content-Length: 0");
                assertThat(wire.send(head + "\r\n").read().header("content-type"))
                        .as(target)
                        .isEqualTo("application/json");
            }
        }
    }

    @Test
    void suggestsShowsAndFrees() throws Exception {
        is(get("/dhcp/198.51.100.128/suggestions"), 200, "[]");
        var one = "/dhcp/198.51.100.128/unused_ip?from=198.51.100.140&to=198.51.100.140";
        is(get(one + "&mac=52:54:00:dd:00:01"), 200, "{\"ip\":\"198.51.100.140\"}");
        is(get(one + "&mac=52:54:00:dd:00:01"), 200, "{\"ip\":\"198.51.100.140\"}");
        is(get(one), 200, "{\"ip\":null}");
        assertThat(get("/dhcp/198.51.100.128/suggestions").body())
                .startsWith("[{\"ip\":\"198.51.100.140\",\"mac\":\"52:54:00:dd:00:01\",\"ends\":\"20");
        is(delete(N + "/unused_ip/198.51.100.140"), 200, "");
        is(get(one), 200, "{\"ip\":null}");
        is(delete("/dhcp/198.51.100.128/unused_ip/198.51.100.140"), 200, "");
        is(get(one), 200, "{\"ip\":\"198.51.100.140\"}");
        is(delete("/dhcp/10.99.0.0/unused_ip/10.99.0.1"), 200, "");
        is(delete("/dhcp/198.51.100.128/unused_ip/abc"), 400, "Invalid IP Address abc");
    }

    @Test
    void isShownToForeman() throws Exception {
        assertThat(get("/v2/features").body())
                .contains("\"dhcp\":{\"http_enabled\":false,\"https_enabled\":true,\"settings\":{\"use_provider\":"
                        + "\"dhcp_embedded\"},\"state\":\"running\",\"capabilities\":[\"dhcp_filename_hostname\","
                        + "\"dhcp_filename_ipv4\"]}");
        try (var stranger = proxy.stranger()) {
            assertThat(stranger.get("/dhcp").status()).isEqualTo(403);
        }
    }

    @Test
    void optionsAreBounded() throws Exception {
        var form = "name=big&ip=192.0.2.70&mac=52:54:00:ee:00:70";
        is(post(N, form + "&foo=" + "x".repeat(4097)), 400, "An option has at most 4096 characters");
        is(post(N, form + "&foo[]=" + "x".repeat(4097)), 400, "An option has at most 4096 characters");
        is(post(N, form + "&" + "x".repeat(4097) + "=1"), 400, "An option has at most 4096 characters");
        is(post(N, form + "&foo=%ff"), 400, "invalid byte sequence in UTF-8");
        var many = new StringBuilder(form);
        for (var i = 0; i < 64; i++) {
            many.append("&o").append(i).append('=').append("x".repeat(i == 0 ? 4096 : 1));
        }
        is(post(N, many + "&o64=x"), 400, "A reservation has at most 64 options");
        assertThat(get(N + "/mac/52:54:00:ee:00:70").status()).isEqualTo(404);
        is(post(N, many.toString()), 200, "");
        assertThat(get(N + "/mac/52:54:00:ee:00:70").body()).contains("x".repeat(4096), "\"o63\":\"x\"");
        is(delete(N + "/mac/52:54:00:ee:00:70"), 200, "");
    }

    @Test
    void nestedOptionsAreKeptAsTheyCame() throws Exception {
        is(post(N, "name=nest&ip=192.0.2.71&mac=52:54:00:ee:00:71&foo[]=a&foo[]=b&bar[x]=y"), 200, "");
        assertThat(get(N + "/mac/52:54:00:ee:00:71").body()).contains("\"foo\":[\"a\",\"b\"],\"bar\":{\"x\":\"y\"}");
    }

    @Test
    void healthTellsOfSuggestions() throws Exception {
        assertThat(get("/health").body())
                .contains("\"dhcp: unused addresses\":{\"state\":\"up\"")
                .contains(" are suggested; not probed, see ping_free_ip");
    }

    @Test
    void aReloadKeepsEverything() throws Exception {
        is(post(N, "name=keep&ip=192.0.2.60&mac=52:54:00:ee:00:01"), 200, "");
        is(get(N + "/unused_ip?from=192.0.2.61&to=192.0.2.61"), 200, "{\"ip\":\"192.0.2.61\"}");
        proxy.module("dhcp", """
                :enabled: https
                :use_provider: dhcp_embedded
                :ping_free_ip: false
                :unused_ip_order: sequential
                """);
        proxy.reload();
        assertThat(get(N + "/mac/52:54:00:ee:00:01").status()).isEqualTo(200);
        is(get(N + "/unused_ip?from=192.0.2.60&to=192.0.2.62"), 200, "{\"ip\":\"192.0.2.62\"}");
    }

    @Test
    void aLongListIsStreamed() throws Exception {
        try (var wire = proxy.https()) {
            for (var i = 1; i < 125; i++) {
                var form = "name=long" + i + "&ip=198.51.100." + i + "&mac=52:54:00:ef:00:" + Integer.toHexString(i)
                        + "&filename=" + "f".repeat(300);
                assertThat(wire.post("/dhcp/198.51.100.0", form).status()).isEqualTo(200);
            }
            var reply = wire.get("/dhcp/198.51.100.0");
            assertThat(reply.header("transfer-encoding")).isEqualTo("chunked");
            assertThat(reply.body()).endsWith("],\"leases\":[]}");
            assertThat(reply.body().split("\"type\":\"reservation\"", -1)).hasSize(125);
        }
    }
}
