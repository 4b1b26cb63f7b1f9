package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.dhcp.isc.LabDhcpd;

/** Foreman's own HTTP library does what Foreman does with a host's reservation; dhcpd's leases file tells what came of it. */
@Timeout(300)
class RestClientDhcpIT {
    private static final String N = "/dhcp/192.0.2.0";

    @TempDir
    static Path directory;

    private static LabDhcpd dhcpd;
    private static DaemonProcess daemon;
    private static RestClient foreman;

    @BeforeAll
    static void start() throws IOException {
        var lab = directory.resolve("dhcpd");
        dhcpd = LabDhcpd.start(lab);
        var site = Site.in(directory)
                .module(
                        "dhcp",
                        ":enabled: https",
                        ":use_provider: dhcp_isc",
                        ":server: " + Files.readString(lab.resolve("address")).strip(),
                        ":ping_free_ip: false")
                .module(
                        "dhcp_isc",
                        ":config: " + lab.resolve("dhcpd.conf"),
                        ":leases: " + dhcpd.leases(),
                        ":key_name: lab_key",
                        ":key_secret: "
                                + Files.readString(lab.resolve("secret")).strip());
        daemon = site.start();
        foreman = new RestClient(site);
    }

    @AfterAll
    static void stop() throws Exception {
        daemon.close();
        dhcpd.close();
    }

    private static String[] form(String name, String ip, String mac, String... more) {
        var fields = new ArrayList<>(List.of(
                "hostname=" + name,
                "mac=" + mac,
                "ip=" + ip,
                "network=192.0.2.0",
                "nextServer=192.0.2.1",
                "name=" + name,
                "filename=grub2/grubx64.efi"));
        fields.addAll(List.of(more));
        return fields.toArray(String[]::new);
    }

    private static int status(String verb, String path, String... fields) throws Exception {
        return foreman.call(verb, path, fields).status();
    }

    private static JsonNode record(String mac) throws Exception {
        return foreman.call("get", N + "/mac/" + mac).json();
    }

    private static int declared(String text) throws IOException {
        return Files.readString(dhcpd.leases()).split(text, -1).length - 1;
    }

    @Test
    void aHostIsCreatedUpdatedAndDestroyed() throws Exception {
        var mac = "52:54:00:aa:01:01";
        var range = "&from=192.0.2.20&to=192.0.2.29";
        var ip = foreman.call("get", N + "/unused_ip?mac=" + mac + range)
                .json()
                .path("ip")
                .asText();
        assertThat(ip).startsWith("192.0.2.2");
        assertThat(status("get", N + "/mac/" + mac)).isEqualTo(404);
        assertThat(status("get", N + "/ip/" + ip)).isEqualTo(404);
        foreman.done("post", N, form("one.example.com", ip, mac, "related_macs"));
        assertThat(declared("host one.example.com ")).isOne();

        var record = record(mac);
        assertThat(record.path("type").asText()).isEqualTo("reservation");
        assertThat(record.path("ip").asText()).isEqualTo(ip);
        assertThat(record.path("mac").asText()).isEqualTo(mac);
        assertThat(record.path("hostname").asText()).isEqualTo("one.example.com");
        assertThat(record.path("nextServer").asText()).isEqualTo("192.0.2.1");
        assertThat(record.path("filename").asText()).isEqualTo("grub2/grubx64.efi");
        var records = foreman.call("get", N + "/ip/" + ip).json();
        assertThat(records.isArray()).isTrue();
        assertThat(records).containsExactly(record);

        // the host gets another address: its old reservation goes first
        var other = ip.equals("192.0.2.20") ? "192.0.2.21" : "192.0.2.20";
        foreman.done("delete", N + "/mac/" + mac);
        foreman.done("post", N, form("one.example.com", other, mac));
        assertThat(record(mac).path("ip").asText()).isEqualTo(other);
        assertThat(status("get", N + "/ip/" + ip)).isEqualTo(404);

        foreman.done("delete", N + "/mac/" + mac);
        foreman.done("delete", N + "/mac/" + mac);
        assertThat(status("get", N + "/mac/" + mac)).isEqualTo(404);
        assertThat(declared("host one.example.com \\{\n  dynamic;\n  deleted;")).isEqualTo(2);
    }

    @Test
    void aRebuildIsDoneAndAConflictIsRolledBack() throws Exception {
        var mac = "52:54:00:aa:02:01";
        var form = form("two.example.com", "192.0.2.30", mac);
        foreman.done("post", N, form);
        foreman.done("post", N, form);
        assertThat(declared("host two.example.com ")).isOne();
        for (var conflict : List.of(
                form("three.example.com", "192.0.2.30", "52:54:00:aa:02:02"),
                form("two.example.com", "192.0.2.31", mac),
                form("two.example.com", "192.0.2.30", mac, "filename=other.0"))) {
            assertThat(status("post", N, conflict)).isEqualTo(409);
        }
        // Foreman undoes what it did not do
        foreman.done("delete", N + "/mac/52:54:00:aa:02:02");
        assertThat(record(mac).path("ip").asText()).isEqualTo("192.0.2.30");

        // overwriting: the conflicting record goes, and comes back as it was read when the rest fails
        var read = record(mac);
        foreman.done("delete", N + "/mac/" + mac);
        var again = new ArrayList<String>();
        for (var key : List.of("hostname", "mac", "ip", "nextServer", "name", "filename", "type")) {
            again.add(key + "=" + read.path(key).asText());
        }
        again.add("network=192.0.2.0");
        foreman.done("post", N, again.toArray(String[]::new));
        assertThat(record(mac)).isEqualTo(read);
    }

    @Test
    void theInterfacesOfABondShareAnAddress() throws Exception {
        var first = "52:54:00:aa:03:01";
        var second = "52:54:00:aa:03:02";
        foreman.done("post", N, form("bond-01", "192.0.2.40", first, "related_macs[]=" + second));
        foreman.done("post", N, form("bond-02", "192.0.2.40", second, "related_macs[]=" + first));
        assertThat(foreman.call("get", N + "/ip/192.0.2.40").json().findValuesAsText("mac"))
                .containsExactly(first, second);
        foreman.done("delete", N + "/mac/" + first);
        assertThat(foreman.call("get", N + "/ip/192.0.2.40").json().findValuesAsText("mac"))
                .containsExactly(second);
    }

    @Test
    void noKeyOfASolarisHostMeansSomethingElseToForeman() throws Exception {
        var mac = "52:54:00:aa:04:01";
        foreman.done(
                "post",
                N,
                form(
                        "sun.example.com",
                        "192.0.2.50",
                        mac,
                        "<Sun-Fire-V210>root_path_name=/boot/root",
                        "<Sun-Fire-V210>install_server_ip=192.0.2.1"));
        var record = record(mac);
        assertThat(record.path("root_path_name").asText()).isEqualTo("/boot/root");
        assertThat(record.fieldNames())
                .toIterable()
                .noneMatch(key -> key.toLowerCase(Locale.ROOT).contains("sun"));
    }

    @Test
    void subnetsAreImported() throws Exception {
        var subnets = foreman.call("get", "/dhcp").json();
        assertThat(subnets.isArray()).isTrue();
        assertThat(subnets.path(0).path("network").asText()).isEqualTo("192.0.2.0");
        assertThat(subnets.path(0).path("netmask").asText()).isEqualTo("255.255.255.0");
        assertThat(subnets.path(0).path("options").path("routers").path(0).asText())
                .isEqualTo("192.0.2.1");
        assertThat(status("get", "/dhcp/10.99.0.0/unused_ip?")).isEqualTo(404);
        assertThat(foreman.call("get", N + "/unused_ip?").json().path("ip").asText())
                .startsWith("192.0.2.");
    }

    @Test
    void capabilitiesAreToldExactly() throws Exception {
        assertThat(foreman.call("get", "/v2/features").json().path("dhcp").path("capabilities"))
                .extracting(JsonNode::asText)
                .containsExactly("dhcp_filename_hostname", "dhcp_filename_ipv4");
    }
}
