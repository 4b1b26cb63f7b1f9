package smartproxy.dhcp.infoblox;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import smartproxy.core.api.Secret;
import smartproxy.core.guard.GuardSettings;
import smartproxy.core.settings.Binder;
import smartproxy.core.settings.Bound;
import smartproxy.core.settings.SettingsFile;
import smartproxy.dhcp.DhcpModule;
import smartproxy.dhcp.DhcpProvider;
import smartproxy.dhcp.Subnet;
import smartproxy.dhcp.infoblox.InfobloxDhcpSettings.Restarts;
import smartproxy.infoblox.GridSettings;
import smartproxy.infoblox.WapiVersion;

class InfobloxDhcpSettingsTest {
    private static final String USER = ":username: foreman\n:password: s3cret\n";

    @TempDir
    private Path directory;

    private Bound<InfobloxDhcpSettings> bind(String module, String provider) throws Exception {
        return Binder.bindProvider(
                InfobloxDhcpFactory.NAME,
                InfobloxDhcpSettings.SCHEMA,
                file("dhcp_infoblox", provider),
                new DhcpModule().schema(),
                file("dhcp", module),
                GuardSettings.SETTINGS);
    }

    private SettingsFile file(String name, String text) throws Exception {
        return SettingsFile.read(Files.writeString(directory.resolve(name + ".yml"), "---\n" + text));
    }

    @Test
    void hasTheReferencesDefaults() throws Exception {
        assertThat(bind("", USER).settings())
                .contains(new InfobloxDhcpSettings(
                        new GridSettings(
                                URI.create("https://127.0.0.1"),
                                "server",
                                "foreman",
                                new Secret("s3cret"),
                                Duration.ofSeconds(60),
                                Optional.empty(),
                                WapiVersion.OLDEST),
                        false,
                        false,
                        "default",
                        "default",
                        List.of(),
                        new Restarts(Duration.ofSeconds(5), false, Duration.ofSeconds(10)),
                        DhcpProvider.SUGGESTION_TIME,
                        List.of()));
    }

    @Test
    void takesWhatIsGiven() throws Exception {
        var ca = Files.writeString(directory.resolve("ca.pem"), "");
        var settings = bind(
                        ":server: grid.example.com\n:subnets: [192.0.2.0/255.255.255.0]\n",
                        USER
                                + ":record_type: host\n:used_ips_search_type: used\n:dns_view: inside\n:network_view: lab\n"
                                + ":blacklist_duration_minutes: 60\n:wait_after_restart: 0\n:wait_for_restart: true\n"
                                + ":restart_window: 30\n:timeout: 5\n:infoblox_ca_file: " + ca
                                + "\n:wapi_version: '2.12'\n:options:\n  - name: domain-name\n    num: 15\n    value: lab\n"
                                + "  - :num: 42\n    :value: 192.0.2.3\n    :vendor_class: DHCP\n")
                .settings()
                .orElseThrow();
        assertThat(settings)
                .isEqualTo(new InfobloxDhcpSettings(
                        new GridSettings(
                                URI.create("https://grid.example.com"),
                                "server",
                                "foreman",
                                new Secret("s3cret"),
                                Duration.ofSeconds(5),
                                Optional.of(ca),
                                new WapiVersion(2, 12, "2.12")),
                        true,
                        true,
                        "inside",
                        "lab",
                        List.of(
                                Map.of("name", "domain-name", "num", 15, "value", "lab"),
                                Map.of("num", 42, "value", "192.0.2.3", "vendor_class", "DHCP")),
                        new Restarts(Duration.ofSeconds(30), true, Duration.ZERO),
                        Duration.ofSeconds(60),
                        List.of(Subnet.parse("192.0.2.0/24").orElseThrow())));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                             | :username: u         | Parameter 'password' is expected to have a non-empty value",
                "''                             | :password: p         | Parameter 'username' is expected to have a non-empty value",
                ":server: 'a b'                 | ''                   | Parameter 'server' is expected to be a host",
                ":server: https://u:hidden@grid | ''                   | Parameter 'server' is expected to be a host",
                "''                             | :record_type: a      | 'record_type' must be one of host, fixedaddress",
                "''                             | :used_ips_search_type: all | 'used_ips_search_type' must be one of",
                "''                             | :options: [a]        | which is not a mapping",
                "''                             | :options: [{x: y}]   | has an option with 'x'",
                "''                             | :options: [{num: 6}] | has an option without name, num or value",
                "''                             | :options: [{num: 6, value: }] | has an option with an empty 'value'",
                "''                             | :options: [{num: 999, value: a}] | a number from 1 to 254",
                "''                             | :restart_window: 0   | a number from 1 to 600"
            })
    void saysWhatIsWrong(String module, String provider, String text) throws Exception {
        var rest = provider.isEmpty() || !provider.matches(":(username|password).*") ? USER : "";
        var bound = bind(module + "\n", rest + provider + "\n");
        assertThat(bound.settings()).isEmpty();
        assertThat(bound.failure().orElseThrow()).contains(text).doesNotContain("hidden");
    }
}
