package smartproxy.dhcp.infoblox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.dhcp.Reservation;

/** What is shown of objects that others made. */
final class GridRecordsTest {
    private static final GridRecords FIXED = new FixedAddresses("default", List.of());
    private static final GridRecords HOSTS = new Hosts("default");
    private static final String ADDRESS = "\"ipv4addr\": \"192.0.2.10\", \"mac\": \"02:00:00:00:00:0A\"";

    private static Optional<Reservation> reservation(GridRecords records, String object) throws Exception {
        return records.entries(new ObjectMapper().readTree(object)).get(0).reservation(Provider.SUBNET);
    }

    @Test
    @DisplayName("boot file and boot server count where the object uses its own, not where it inherits others")
    void bootOptionsInUse() throws Exception {
        var boot = ADDRESS + ", \"name\": \"h\", \"bootfile\": \"pxelinux.0\", \"nextserver\": \"boot.example.com\"";
        assertThat(reservation(FIXED, "{" + boot + ", \"use_bootfile\": true, \"use_nextserver\": true}")
                        .orElseThrow()
                        .options())
                .isEqualTo(Map.of("hostname", "h", "filename", "pxelinux.0", "nextServer", "boot.example.com"));
        assertThat(reservation(FIXED, "{" + boot + ", \"use_bootfile\": true, \"use_nextserver\": false}")
                        .orElseThrow()
                        .options())
                .isEqualTo(Map.of("hostname", "h", "filename", "pxelinux.0"));
        assertThat(reservation(FIXED, "{" + boot + "}").orElseThrow().options()).isEqualTo(Map.of("hostname", "h"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"ipv4addrs\": [{" + ADDRESS + ", \"configure_for_dhcp\": true}, {\"ipv4addr\": \"192.0.2.11\"}]",
                "\"ipv4addrs\": [{" + ADDRESS
                        + ", \"configure_for_dhcp\": true}], \"ipv6addrs\": [{\"ipv6addr\": \"2001:db8::1\"}]"
            })
    @DisplayName("a host with a further address, of either family, is not ours to remove")
    void aHostWithFurtherAddresses(String addresses) throws Exception {
        assertThat(reservation(HOSTS, "{\"name\": \"h.example.com\", " + addresses + "}")
                        .orElseThrow()
                        .deleteable())
                .isFalse();
    }

    @Test
    void aHostWithOneAddressIsOursToRemove() throws Exception {
        assertThat(reservation(
                                HOSTS,
                                "{\"name\": \"h.example.com\", \"ipv4addrs\": [{" + ADDRESS
                                        + ", \"configure_for_dhcp\": true}], \"ipv6addrs\": []}")
                        .orElseThrow()
                        .deleteable())
                .isTrue();
    }

    @Test
    @DisplayName("an address of a host that DHCP does not serve is no reservation")
    void anAddressThatIsNotServed() throws Exception {
        for (var served : List.of("", ", \"configure_for_dhcp\": false")) {
            assertThat(reservation(HOSTS, "{\"name\": \"h.example.com\", \"ipv4addrs\": [{" + ADDRESS + served + "}]}"))
                    .isEmpty();
        }
    }
}
