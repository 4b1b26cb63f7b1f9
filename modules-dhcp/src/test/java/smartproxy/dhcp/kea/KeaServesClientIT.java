package smartproxy.dhcp.kea;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import smartproxy.core.daemon.DaemonFixture;
import smartproxy.core.daemon.Wire;

/** A real client in a network namespace gets what is reserved through the routes of a whole daemon. Needs root. */
final class KeaServesClientIT {
    private static final String MAC = "02:00:00:00:00:10";

    @TempDir
    Path directory;

    /** What a client that boots now is told, one line. */
    private String boots(ClientNetwork network) throws Exception {
        var script = directory.resolve("told.sh");
        Files.writeString(
                script, "#!/bin/sh\n[ \"$1\" != bound ] || echo \"told $ip $siaddr $boot_file $hostname $router\"\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        return network.inClient(
                        "udhcpc", "-i", "eth0", "-n", "-q", "-f", "-t", "10", "-T", "1", "-s", script.toString())
                .lines()
                .filter(line -> line.startsWith("told "))
                .findFirst()
                .orElseThrow();
    }

    private DaemonFixture daemon(ClientNetwork network, LabKea kea) throws Exception {
        return network.closing(DaemonFixture.in(Files.createDirectory(directory.resolve("proxy")))
                .set("state_directory", directory.resolve("state").toString())
                .module("dhcp", ":enabled: https\n:use_provider: dhcp_kea\n:ping_free_ip: false\n")
                .module(
                        "dhcp_kea",
                        ":dhcp_kea_url: " + kea.settings().url() + "\n"
                                + (kea.settings().socket().isPresent()
                                        ? ""
                                        : ":dhcp_kea_username: foreman\n:dhcp_kea_password: kea-lab\n"))
                .start());
    }

    @ParameterizedTest(name = "Kea {0}, {1}")
    @CsvSource({"2.2, plain", "3.0, unix"})
    @DisplayName("reserved: address, boot server, boot file and host name; removed: another address")
    void aClientGetsWhatIsReserved(String version, String kind) throws Exception {
        try (var network = new ClientNetwork("kea4", directory, MAC, "192.0.2.1/24")) {
            var kea = network.closing(new LabKea(
                    directory,
                    version,
                    kind,
                    Map.of("KEA_INTERFACE", network.interfaceOfServer(), "KEA_NETNS", network.server())));
            try (var wire = daemon(network, kea).https()) {
                assertThat(wire.get("/dhcp/192.0.2.0/unused_ip?from=192.0.2.60&to=192.0.2.60&mac=" + MAC)
                                .body())
                        .isEqualTo("{\"ip\":\"192.0.2.60\"}");
                assertThat(wire.post(
                                "/dhcp/192.0.2.0",
                                "name=h1.example.com&hostname=h1.example.com&ip=192.0.2.60&filename=grub/grubx64.efi"
                                        + "&nextServer=192.0.2.7&mac=" + MAC))
                        .returns(200, Wire.Reply::status);
                assertThat(wire.get("/dhcp/192.0.2.0/mac/" + MAC).body())
                        .isEqualTo(
                                "{\"name\":\"h1.example.com\",\"ip\":\"192.0.2.60\",\"mac\":\"" + MAC
                                        + "\",\"subnet\":\"192.0.2.0/255.255.255.0\",\"type\":\"reservation\",\"deleteable\":true,"
                                        + "\"hostname\":\"h1.example.com\",\"filename\":\"grub/grubx64.efi\",\"nextServer\":\"192.0.2.7\"}");

                assertThat(boots(network))
                        .isEqualTo("told 192.0.2.60 192.0.2.7 grub/grubx64.efi h1.example.com 192.0.2.1");

                assertThat(wire.request("DELETE", "/dhcp/192.0.2.0/mac/" + MAC)).returns(200, Wire.Reply::status);
                assertThat(wire.get("/dhcp/192.0.2.0/ip/192.0.2.60").body())
                        .as("its client has it still")
                        .contains("\"type\":\"lease\"", "\"state\":\"active\"")
                        .containsPattern("\"starts\":\"\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC\"");

                assertThat(boots(network)).matches("told 192\\.0\\.2\\.2[012]\\d .*");
                assertThat(wire.get("/dhcp/192.0.2.0/mac/" + MAC).body())
                        .contains("\"name\":\"lease-020000000010\"", "\"ip\":\"192.0.2.2");
            }
        }
    }
}
