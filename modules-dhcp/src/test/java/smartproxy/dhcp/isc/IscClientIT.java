package smartproxy.dhcp.isc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.daemon.DaemonFixture;
import smartproxy.core.daemon.Wire;

/** What real clients on dhcpd's network are given, after changes through the routes of a whole daemon. */
class IscClientIT {
    private static final String MAC = "02:00:00:00:00:07";
    private static final String ADDRESS = "192.0.2.60";

    @ParameterizedTest
    @ValueSource(strings = {"udhcpc", "dhclient"})
    @DisplayName(
            "reserved: address, boot server, boot file and host name; changed: the new ones; removed: another address")
    void aClientGetsWhatIsReserved(String client, @TempDir Path directory) throws Exception {
        try (var dhcpd = LabDhcpd.start(directory.resolve("lab"));
                var proxy = daemon(dhcpd, directory);
                var wire = proxy.https()) {
            assertThat(wire.get("/dhcp/192.0.2.0/unused_ip?from=" + ADDRESS + "&to=" + ADDRESS + "&mac=" + MAC)
                            .body())
                    .isEqualTo("{\"ip\":\"" + ADDRESS + "\"}");
            reserve(wire, "pxelinux.0");
            assertThat(wire.get("/dhcp/192.0.2.0/mac/" + MAC).body())
                    .isEqualTo("{\"name\":\"h7.example.com\",\"ip\":\"" + ADDRESS + "\",\"mac\":\"" + MAC
                            + "\",\"subnet\":\"192.0.2.0/255.255.255.0\",\"type\":\"reservation\",\"deleteable\":true,"
                            + "\"hostname\":\"h7.example.com\",\"hardware_type\":\"ethernet\",\"filename\":\"pxelinux.0\","
                            + "\"nextServer\":\"192.0.2.3\"}");

            assertThat(dhcpd.client(MAC, client).strip())
                    .isEqualTo("ip=" + ADDRESS + " server=192.0.2.3 file=pxelinux.0 host=h7.example.com");

            remove(wire);
            reserve(wire, "grub2/grubx64.efi");
            assertThat(dhcpd.client(MAC, client).strip())
                    .isEqualTo("ip=" + ADDRESS + " server=192.0.2.3 file=grub2/grubx64.efi host=h7.example.com");

            remove(wire);
            assertThat(dhcpd.client(MAC, client))
                    .matches("(?s)ip=192\\.0\\.2\\.2\\d\\d .*")
                    .doesNotContain("grub2/grubx64.efi", "h7.example.com");
            assertThat(wire.get("/dhcp/192.0.2.0/mac/" + MAC).body())
                    .contains("\"ip\":\"192.0.2.2", "\"type\":\"lease\"", "\"state\":\"active\"");
        }
    }

    private static DaemonFixture daemon(LabDhcpd dhcpd, Path directory) throws Exception {
        return DaemonFixture.in(Files.createDirectory(directory.resolve("proxy")))
                .set("state_directory", directory.resolve("state").toString())
                .module(
                        "dhcp",
                        ":enabled: https\n:use_provider: dhcp_isc\n:ping_free_ip: false\n:server: " + dhcpd.address()
                                + "\n")
                .module(
                        "dhcp_isc",
                        ":config: " + dhcpd.conf() + "\n:leases: " + dhcpd.leases()
                                + "\n:key_name: lab_key\n:key_secret: " + dhcpd.keySecret() + "\n")
                .start();
    }

    private static void reserve(Wire wire, String filename) throws Exception {
        assertThat(wire.post(
                        "/dhcp/192.0.2.0",
                        "name=h7.example.com&hostname=h7.example.com&ip=" + ADDRESS + "&mac=" + MAC
                                + "&nextServer=192.0.2.3&filename=" + filename))
                .returns(200, Wire.Reply::status)
                .returns("", Wire.Reply::body);
    }

    private static void remove(Wire wire) throws Exception {
        assertThat(wire.request("DELETE", "/dhcp/192.0.2.0/mac/" + MAC)).returns(200, Wire.Reply::status);
    }
}
