package smartproxy.dhcp.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import smartproxy.core.api.Schema;
import smartproxy.core.api.Values;
import smartproxy.core.settings.Binder;
import smartproxy.core.settings.Bound;
import smartproxy.core.settings.SettingsFile;
import smartproxy.dhcp.Subnet;

final class EmbeddedDhcpSettingsTest {
    private static final Schema<Values> MODULE = new Schema<>("", List.of(), values -> values);

    @TempDir
    private Path directory;

    private Bound<EmbeddedDhcpSettings> bind(String networks) throws Exception {
        return Binder.bindProvider(
                EmbeddedFactory.NAME,
                EmbeddedDhcpSettings.SCHEMA,
                file("dhcp_embedded", ":networks: " + networks + "\n"),
                MODULE,
                file("dhcp", ":enabled: https\n"),
                List.of());
    }

    private SettingsFile file(String name, String yaml) throws Exception {
        return SettingsFile.read(Files.writeString(directory.resolve(name + ".yml"), "---\n" + yaml));
    }

    @Test
    void takesOneNetworkOrSeveral() throws Exception {
        assertThat(bind("198.51.100.0/24").settings().orElseThrow().subnets())
                .extracting(Subnet::toString)
                .containsExactly("198.51.100.0/255.255.255.0");
        assertThat(bind("[198.51.100.0/25, {network: 198.51.100.128/25, range: [198.51.100.130, 198.51.100.140]}]")
                        .settings()
                        .orElseThrow()
                        .subnets())
                .extracting(Subnet::toString)
                .containsExactly("198.51.100.0/255.255.255.128", "198.51.100.128/255.255.255.128");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]                                        | is expected to have a non-empty value",
                "[192.0.2.0/24, 192.0.2.0/25]              | has network 192.0.2.0 twice",
                "[192.0.2.1/24]                            | has '192.0.2.1/24', which is not a subnet",
                "[{network: 192.0.2.0/24, router: 192.0.2.1}] | has a subnet with 'router'",
                "[{network: 192.0.2.0/24, router: 192.0.2.1}] | known are domain_name, domain_name_servers, interface_mtu, network",
                "[{network: 192.0.2.0/24, routers: gw}]    | has 'gw' in routers, which is not an IPv4 address",
                "[{network: 192.0.2.0/24, domain_name: [a, b]}] | networks: domain_name' is expected to be a single value",
                "[{network: 192.0.2.0/24, interface_mtu: 67}] | networks: interface_mtu",
                "[{network: 192.0.2.0/24, range: [192.0.2.9, 192.0.2.8]}] | has a range that is not one of 192.0.2.0/255.255.255.0",
                "[{network: 192.0.2.0/24, range: [192.0.2.9, 192.0.3.8]}] | has a range that is not one of 192.0.2.0/255.255.255.0",
                "[{network: 192.0.2.0/24, range: [192.0.2.9]}] | has a range that is not one of 192.0.2.0/255.255.255.0"
            })
    void refusesWithTheReason(String networks, String reason) throws Exception {
        var bound = bind(networks);
        assertThat(bound.settings()).isEmpty();
        assertThat(bound.problems().toString()).contains("dhcp_embedded.yml:2", reason);
    }
}
