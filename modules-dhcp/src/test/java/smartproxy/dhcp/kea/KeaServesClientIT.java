package smartproxy.dhcp.kea;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import smartproxy.core.daemon.DaemonFixture;
import smartproxy.core.daemon.Wire;

/** A real client in a network namespace gets what is reserved through the routes of a whole daemon. Needs root. */
final class KeaServesClientIT {
    private static final String MAC = "02:00:00:00:00:10";

    private final String id = Long.toString(ProcessHandle.current().pid(), 36);
    private final String server = "kea-s-" + id;
    private final String client = "kea-c-" + id;

    @TempDir
    Path directory;

    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void end() throws Exception {
        for (var one : opened) {
            one.close();
        }
    }

    private String run(String... command) throws IOException, InterruptedException {
        var output = Files.createTempFile(directory, "run", ".out");
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue())
                .as("%s: %s", String.join(" ", command), Files.readString(output))
                .isZero();
        return Files.readString(output);
    }

    private void namespaces() throws Exception {
        for (var name : List.of(server, client)) {
            run("ip", "netns", "add", name);
            opened.add(() -> run("ip", "netns", "del", name));
            run("ip", "-n", name, "link", "set", "lo", "up");
        }
        run("ip", "-n", server, "link", "add", "dhcp0", "type", "veth", "peer", "name", "eth0", "netns", client);
        run("ip", "-n", client, "link", "set", "eth0", "address", MAC);
        run("ip", "-n", server, "address", "add", "192.0.2.1/24", "dev", "dhcp0");
        run("ip", "-n", server, "link", "set", "dhcp0", "up");
        run("ip", "-n", client, "link", "set", "eth0", "up");
    }

    /** What a client that boots now is told, one line. */
    private String boots() throws Exception {
        var script = directory.resolve("told.sh");
        Files.writeString(
                script, "#!/bin/sh\n[ \"$1\" != bound ] || echo \"told $ip $siaddr $boot_file $hostname $router\"\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        return run(
                        "ip",
                        "netns",
                        "exec",
                        client,
                        "udhcpc",
                        "-i",
                        "eth0",
                        "-n",
                        "-q",
                        "-f",
                        "-t",
                        "10",
                        "-T",
                        "1",
                        "-s",
                        script.toString())
                .lines()
                .filter(line -> line.startsWith("told "))
                .findFirst()
                .orElseThrow();
    }

    private DaemonFixture daemon(LabKea kea) throws Exception {
        var proxy = DaemonFixture.in(Files.createDirectory(directory.resolve("proxy")))
                .set("state_directory", directory.resolve("state").toString())
                .module("dhcp", ":enabled: https\n:use_provider: dhcp_kea\n:ping_free_ip: false\n")
                .module(
                        "dhcp_kea",
                        ":dhcp_kea_url: " + kea.settings().url() + "\n"
                                + (kea.settings().socket().isPresent()
                                        ? ""
                                        : ":dhcp_kea_username: foreman\n:dhcp_kea_password: kea-lab\n"))
                .start();
        opened.add(0, proxy);
        return proxy;
    }

    @ParameterizedTest(name = "Kea {0}, {1}")
    @CsvSource({"2.2, plain", "3.0, unix"})
    @DisplayName("reserved: address, boot server, boot file and host name; removed: another address")
    void aClientGetsWhatIsReserved(String version, String kind) throws Exception {
        namespaces();
        var kea = new LabKea(directory, version, kind, Map.of("KEA_INTERFACE", "dhcp0", "KEA_NETNS", server));
        opened.add(0, kea);
        var proxy = daemon(kea);
        try (var wire = proxy.https()) {
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

            assertThat(boots()).isEqualTo("told 192.0.2.60 192.0.2.7 grub/grubx64.efi h1.example.com 192.0.2.1");

            assertThat(wire.request("DELETE", "/dhcp/192.0.2.0/mac/" + MAC)).returns(200, Wire.Reply::status);
            assertThat(wire.get("/dhcp/192.0.2.0/ip/192.0.2.60").body())
                    .as("its client has it still")
                    .contains("\"type\":\"lease\"", "\"state\":\"active\"")
                    .containsPattern("\"starts\":\"\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC\"");

            assertThat(boots()).matches("told 192\\.0\\.2\\.2[012]\\d .*");
            assertThat(wire.get("/dhcp/192.0.2.0/mac/" + MAC).body())
                    .contains("\"name\":\"lease-020000000010\"", "\"ip\":\"192.0.2.2");
        }
    }
}
