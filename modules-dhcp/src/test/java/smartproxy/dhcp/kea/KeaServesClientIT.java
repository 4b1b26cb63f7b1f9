package smartproxy.dhcp.kea;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.Deadline;
import smartproxy.dhcp.DhcpProvider.Removal;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.NewReservation;
import smartproxy.dhcp.Reservation;

/** A real client in a network namespace gets what is reserved. Needs root. */
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

    private static Deadline soon() {
        return Deadline.in(Duration.ofSeconds(10));
    }

    @Test
    @DisplayName("reserved: address, boot server, boot file and host name; removed: another address")
    void aClientGetsWhatIsReserved() throws Exception {
        namespaces();
        var kea = new LabKea(directory, "2.2", "plain", Map.of("KEA_INTERFACE", "dhcp0", "KEA_NETNS", server));
        opened.add(0, kea);
        var provider = kea.provider(kea.settings());
        var subnet = provider.view(soon()).subnet(Ipv4.of("192.0.2.0")).orElseThrow();
        var options = new LinkedHashMap<String, Object>();
        options.put(Reservation.HOSTNAME, "h1.example.com");
        options.put(Reservation.FILENAME, "grub/grubx64.efi");
        options.put(Reservation.NEXT_SERVER, "192.0.2.7");
        var reservation =
                new Reservation(subnet, "h1.example.com", Ipv4.of("192.0.2.60"), MacAddress.of(MAC), true, options);

        provider.create(new NewReservation(reservation, Optional.of(Ipv4.of("192.0.2.7")), Set.of()), soon());

        assertThat(boots()).isEqualTo("told 192.0.2.60 192.0.2.7 grub/grubx64.efi h1.example.com 192.0.2.1");
        var lease = provider.view(soon()).lease(subnet, MacAddress.of(MAC)).orElseThrow();
        assertThat(lease.ip()).isEqualTo(Ipv4.of("192.0.2.60"));
        assertThat(lease.state()).isEqualTo("active");
        assertThat(lease.starts().toString()).matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC");
        assertThat(provider.view(soon()).leaseAt(subnet, Ipv4.of("192.0.2.60"))).contains(lease);

        assertThat(provider.remove(reservation, soon())).isEqualTo(Removal.REMOVED);

        assertThat(boots()).matches("told 192\\.0\\.2\\.2[012]\\d .*").doesNotContain("192.0.2.60");
        var later = kea.provider(kea.settings()).view(soon());
        var leases = new ArrayList<smartproxy.dhcp.Lease>();
        later.eachLease(subnet, leases::add);
        assertThat(leases).contains(later.lease(subnet, MacAddress.of(MAC)).orElseThrow());
        assertThat(later.isFree(subnet, leases.get(0).ip())).isFalse();
    }
}
