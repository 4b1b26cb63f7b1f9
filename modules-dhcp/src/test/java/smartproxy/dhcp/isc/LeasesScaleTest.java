package smartproxy.dhcp.isc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.Subnet;

/** Leases files as large networks have them. */
class LeasesScaleTest {
    private static final Subnet SUBNET = new Subnet(Ipv4.of("10.0.0.0"), 8, Map.of());

    @Test
    void aHundredThousandLeasesAreServed(@TempDir Path directory) throws Exception {
        serve(directory, 100_000);
    }

    @Test
    @Tag("long")
    void aMillionLeasesAreServed(@TempDir Path directory) throws Exception {
        serve(directory, 1_000_000);
    }

    private static String lease(int number, String host) {
        return """
                lease %s {
                  starts 4 2026/01/01 10:00:00;
                  ends 5 2037/01/02 10:00:00;
                  tstp 5 2037/01/02 10:00:00;
                  cltt 4 2026/01/01 10:00:00;
                  binding state active;
                  next binding state free;
                  rewind binding state free;
                  hardware ethernet %s;
                  uid "\\001\\002\\000\\000\\000\\000\\020";
                  client-hostname "%s";
                }
                """.formatted(new Ipv4(SUBNET.network().bits() + number), Provider.mac(number), host);
    }

    private static Path write(Path directory, int count) throws IOException {
        var file = directory.resolve("dhcpd.leases");
        try (var out = Files.newBufferedWriter(file)) {
            out.write("# This lease file was written by isc-dhcp-4.4.3-P1\n");
            for (var i = 1; i <= count; i++) {
                out.write(lease(i, "client" + i));
            }
        }
        return file;
    }

    private static void serve(Path directory, int count) throws Exception {
        var conf = Files.writeString(directory.resolve("dhcpd.conf"), "subnet 10.0.0.0 netmask 255.0.0.0 { }\n");
        var leases = write(directory, count);
        var files = new DhcpdFiles("dhcp_isc", conf, leases, false, () -> Leases.NOW);
        try {
            files.start();
            var view = files.view();
            assertThat(view.leases()).isEqualTo(count);
            for (var number : new int[] {1, count / 2, count}) {
                var ip = new Ipv4(SUBNET.network().bits() + number);
                assertThat(view.leaseAt(SUBNET, ip).orElseThrow().mac()).isEqualTo(Provider.mac(number));
                assertThat(view.lease(SUBNET, Provider.mac(number))
                                .orElseThrow()
                                .ip())
                        .isEqualTo(ip);
            }
            var listed = new int[1];
            view.eachLease(SUBNET, lease -> listed[0]++);
            assertThat(listed[0]).isEqualTo(count);
            // one that is appended is there for the next request
            Files.writeString(leases, lease(7, "again"), StandardOpenOption.APPEND);
            var seen = files.view()
                    .leaseAt(SUBNET, new Ipv4(SUBNET.network().bits() + 7))
                    .orElseThrow();
            assertThat(seen.options()).containsEntry("client_hostname", "\"again\"");
        } finally {
            files.close();
        }
    }
}
