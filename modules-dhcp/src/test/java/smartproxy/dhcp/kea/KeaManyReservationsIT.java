package smartproxy.dhcp.kea;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import smartproxy.core.api.Deadline;
import smartproxy.dhcp.DhcpProvider.Creation;
import smartproxy.dhcp.DhcpProvider.Removal;
import smartproxy.dhcp.DhcpView;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.NewReservation;
import smartproxy.dhcp.Reservation;

/** A Kea whose configuration is full of reservations. */
final class KeaManyReservationsIT {
    private static final int MANY = 11_000;

    @TempDir
    Path directory;

    private static Deadline soon() {
        return Deadline.in(Duration.ofMinutes(2));
    }

    private static void fill(KeaClient client) throws Exception {
        var configuration = (ObjectNode) client.ask("config-get", KeaClient.object(), soon());
        configuration.remove("hash");
        for (var subnet : configuration.at("/Dhcp4/subnet4")) {
            if (subnet.path("subnet").asText().equals("10.20.0.0/16")) {
                var hosts = (ArrayNode) subnet.path("reservations");
                for (var n = 0; n < MANY; n++) {
                    hosts.addObject()
                            .put("hw-address", "02:00:00:01:%02x:%02x".formatted(n / 256, n % 256))
                            .put("ip-address", "10.20.%d.%d".formatted(n / 256, n % 256))
                            .put("hostname", "host-%d.example.com".formatted(n))
                            .put("next-server", "192.0.2.1")
                            .put("boot-file-name", "grub2/grubx64.efi");
                }
            }
        }
        client.change("config-set", configuration, soon());
    }

    private static long configurationsTold(LabKea kea) throws Exception {
        return Files.readAllLines(kea.directory().resolve("dhcp4.log")).stream()
                .filter(line -> line.contains("COMMAND_RECEIVED") && line.contains("'config-get'"))
                .count();
    }

    private static int count(DhcpView view) {
        var reservations = new AtomicInteger();
        view.eachReservation(view.subnet(Ipv4.of("10.20.0.0")).orElseThrow(), one -> reservations.incrementAndGet());
        return reservations.get();
    }

    @ParameterizedTest
    @DisplayName("11 000 reservations in Kea's configuration are listed, and changed")
    @CsvSource({"2.2, plain", "3.0, plain", "3.0, unix"})
    void manyReservations(String version, String kind) throws Exception {
        try (var kea = new LabKea(directory, version, kind)) {
            fill(kea.client(kea.settings()));
            var provider = kea.provider(kea.settings());
            var view = provider.view(soon());
            assertThat(count(view)).isEqualTo(MANY);
            var wanted = new NewReservation(
                    new Reservation(
                            view.subnet(Ipv4.of("10.20.0.0")).orElseThrow(),
                            "new.example.com",
                            Ipv4.of("10.20.200.1"),
                            MacAddress.of("02:00:00:02:00:01"),
                            true,
                            Map.of(Reservation.HOSTNAME, "new.example.com")),
                    Optional.empty(),
                    Set.of());
            assertThat(provider.create(wanted, soon())).isInstanceOf(Creation.Created.class);
            assertThat(count(kea.provider(kea.settings()).view(soon()))).isEqualTo(MANY + 1);
            var before = configurationsTold(kea);
            assertThat(provider.remove(wanted.reservation(), soon())).isEqualTo(Removal.REMOVED);
            // with host_cmds, a configuration that is the same as before is not asked for again
            assertThat(configurationsTold(kea) - before).isEqualTo(version.equals("3.0") ? 0 : 3);
            assertThat(count(kea.provider(kea.settings()).view(soon()))).isEqualTo(MANY);
        }
    }
}
