package smartproxy.dhcp.kea;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import smartproxy.core.daemon.DaemonFixture;
import smartproxy.core.daemon.Wire;

/** A real DHCPv6 client in a network namespace gets what is reserved through the routes of a whole daemon. Needs root. */
@Execution(ExecutionMode.CONCURRENT)
final class Kea6ServesClientIT {
    private static final String MAC = "02:00:00:00:00:16";
    private static final String DUID = "00:03:00:01:" + MAC;
    private static final String N = "/dhcp/v6/2001:db8:1::";

    @TempDir
    Path directory;

    /** What a client that boots now is told, one line. */
    private String boots(ClientNetwork network) throws Exception {
        var script = directory.resolve("told.sh");
        var told = directory.resolve("told");
        Files.writeString(
                script,
                "#!/bin/sh\n[ \"$reason\" != BOUND6 ] || echo \"$new_ip6_address $new_dhcp6_name_servers\" >" + told
                        + "\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        Files.deleteIfExists(directory.resolve("dhclient6.leases"));
        network.inClient(
                "dhclient",
                "-6",
                "-v",
                "-1",
                "-D",
                "LL",
                "-sf",
                script.toString(),
                "-lf",
                directory.resolve("dhclient6.leases").toString(),
                "-pf",
                directory.resolve("dhclient6.pid").toString(),
                "eth0");
        network.inClient(
                "dhclient",
                "-6",
                "-x",
                "-sf",
                "/bin/true",
                "-pf",
                directory.resolve("dhclient6.pid").toString(),
                "eth0");
        return Files.readString(told).strip();
    }

    private DaemonFixture daemon(ClientNetwork network, LabKea kea) throws Exception {
        var settings = kea.settings();
        return network.closing(DaemonFixture.in(Files.createDirectory(directory.resolve("proxy")))
                .set("state_directory", directory.resolve("state").toString())
                .module("dhcp", ":enabled: https\n:use_provider: dhcp_kea\n:ping_free_ip: false\n")
                .module(
                        "dhcp_kea",
                        ":dhcp_kea_url: " + settings.url() + "\n:dhcp_kea_dhcp6_url: "
                                + settings.dhcp6Url().orElseThrow() + "\n"
                                + (settings.socket().isPresent()
                                        ? ""
                                        : ":dhcp_kea_username: foreman\n:dhcp_kea_password: kea-lab\n"))
                .start());
    }

    @ParameterizedTest(name = "Kea {0}, {1}")
    @CsvSource({"2.2, plain, duid", "3.0, unix, mac"})
    @DisplayName("reserved, by DUID or MAC: that address; removed: another one")
    void aClientGetsWhatIsReserved(String version, String kind, String by) throws Exception {
        try (var network = new ClientNetwork("kea6", directory, MAC, "2001:db8:1::1/64")) {
            var environment = new HashMap<>(LabKea.DHCP6);
            environment.putAll(Map.of("KEA_INTERFACE", network.interfaceOfServer(), "KEA_NETNS", network.server()));
            var kea = network.closing(new LabKea(directory, version, kind, environment));
            try (var wire = daemon(network, kea).https()) {
                var client = by.equals("duid") ? DUID : MAC;
                var form = "hostname=h1.example.com&ip=2001:db8:1::60&" + by + "=" + client;
                assertThat(wire.post(N, form)).returns(200, Wire.Reply::status).returns("", Wire.Reply::body);
                assertThat(wire.get(N + "/" + by + "/" + client).body())
                        .isEqualTo("{\"name\":\"h1.example.com\",\"ip\":\"2001:db8:1::60\",\"" + by + "\":\"" + client
                                + "\",\"subnet\":\"2001:db8:1::/64\",\"type\":\"reservation\",\"deleteable\":true,"
                                + "\"hostname\":\"h1.example.com\"}");

                assertThat(boots(network)).isEqualTo("2001:db8:1::60 2001:db8:1::53 2001:db8:1::54");

                assertThat(wire.request("DELETE", N + "/ip/2001:db8:1::60")).returns(200, Wire.Reply::status);
                assertThat(wire.get(N + "/ip/2001:db8:1::60").body())
                        .as("its client has it still")
                        .contains("\"type\":\"lease\"", "\"state\":\"active\"", "\"duid\":\"" + DUID + "\"");
                assertThat(wire.get(N + "/duid/" + DUID).body()).contains("\"name\":\"lease-00030001020000000016\"");

                assertThat(boots(network)).startsWith("2001:db8:1::2:");
            }
        }
    }
}
