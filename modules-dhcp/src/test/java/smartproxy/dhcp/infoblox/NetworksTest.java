package smartproxy.dhcp.infoblox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import smartproxy.dhcp.Subnet;

/** What is shown of a network. */
final class NetworksTest {
    private static Subnet subnet(String options) throws Exception {
        JsonNode network =
                new ObjectMapper().readTree("{\"network\": \"192.0.2.0/24\", \"options\": [" + options + "]}");
        return new Networks("default", List.of()).subnet(network).orElseThrow();
    }

    private static String option(String name, String value, String more) {
        return "{\"name\": \"" + name + "\", \"value\": \"" + value + "\"" + more + "}";
    }

    @Test
    void itsOptionsAreShownInTheOrderOfTheReference() throws Exception {
        var subnet = subnet(String.join(
                ",",
                option("ntp-servers", "192.0.2.3", ""),
                option("domain-name", " example.com ", ""),
                option("domain-name-servers", "192.0.2.53, 192.0.2.54,,192.0.2.55", ""),
                option("dhcp-lease-time", "43200", ""),
                option("routers", "192.0.2.1", ", \"use_option\": true")));
        assertThat(subnet.options())
                .containsExactly(
                        Map.entry("routers", List.of("192.0.2.1")),
                        Map.entry("domain_name", "example.com"),
                        Map.entry("domain_name_servers", List.of("192.0.2.53", "192.0.2.54", "192.0.2.55")),
                        Map.entry("ntp_servers", List.of("192.0.2.3")));
    }

    @Test
    @DisplayName("an option that the grid does not send, or that says nothing, is not shown")
    void optionsThatAreNotInUse() throws Exception {
        var subnet = subnet(String.join(
                ",",
                option("routers", "192.0.2.1", ", \"use_option\": false"),
                option("domain-name", " ", ""),
                option("ntp-servers", "time.example.com", ""),
                option("domain-name-servers", "ns.example.com 192.0.2.53", "")));
        assertThat(subnet.options()).containsExactly(Map.entry("domain_name_servers", List.of("192.0.2.53")));
    }
}
