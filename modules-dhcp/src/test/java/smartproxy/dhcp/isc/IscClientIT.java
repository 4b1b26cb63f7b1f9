package smartproxy.dhcp.isc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.api.Deadline;
import smartproxy.dhcp.DhcpProvider.Creation.Created;
import smartproxy.dhcp.DhcpProvider.Removal;

/** What real clients on dhcpd's network are given. */
class IscClientIT {
    @ParameterizedTest
    @ValueSource(strings = {"udhcpc", "dhclient"})
    void aClientGetsWhatIsReservedForItAndAnotherAddressAfterwards(String client, @TempDir Path directory) {
        try (var dhcpd = LabDhcpd.start(directory);
                var dhcp = new Provider(dhcpd.settings())) {
            var reservation = Provider.reservation(7, "filename", "pxelinux.0", "nextServer", "192.0.2.3");
            assertThat(dhcp.create(reservation)).isInstanceOf(Created.class);

            var given = dhcpd.client(reservation.mac().toString(), client);
            assertThat(given).contains("ip=" + reservation.ip() + " ", "file=pxelinux.0 ", "host=h7.example.com");
            if (client.equals("udhcpc")) {
                assertThat(given).contains("server=192.0.2.3 ");
            }

            assertThat(dhcp.remove(reservation)).isEqualTo(Removal.REMOVED);
            assertThat(dhcpd.client(reservation.mac().toString(), client))
                    .matches("(?s).*ip=192\\.0\\.2\\.2\\d\\d .*")
                    .doesNotContain("pxelinux.0", "h7.example.com");
            // the lease that it has now is seen
            var lease =
                    dhcp.provider.view(Deadline.in(Duration.ofSeconds(5))).lease(Provider.SUBNET, reservation.mac());
            assertThat(lease).get().matches(found -> found.state().equals("active"));
        }
    }
}
