package smartproxy.core.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.api.Schema;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingTypes;

/** Directories as Foreman's installers write them. */
class InstallerFilesTest {
    private static final List<String> CORE = List.of(
            "bmc",
            "dhcp",
            "dhcp_isc",
            "dhcp_libvirt",
            "dns",
            "dns_libvirt",
            "dns_nsupdate",
            "dns_nsupdate_gss",
            "httpboot",
            "logs",
            "puppet",
            "puppet_proxy_puppet_api",
            "puppetca",
            "puppetca_hostname_whitelisting",
            "puppetca_http_api",
            "puppetca_token_whitelisting",
            "realm",
            "realm_freeipa",
            "registration",
            "templates",
            "tftp");
    private static final Setting<Integer> TTL =
            SettingTypes.integer("dns_ttl", 0, Integer.MAX_VALUE, "").defaultsTo(86400);
    private static final Setting<String> SERVER =
            SettingTypes.text("dns_server", "").defaultsTo("localhost");
    private static final Setting<Path> KEY = SettingTypes.path("dns_key", "");
    private static final Schema<Integer> DNS = new Schema<>("", List.of(TTL), values -> values.get(TTL));
    private static final Schema<String> NSUPDATE = new Schema<>("", List.of(SERVER, KEY), values -> values.get(SERVER));

    private static Path directory(String name) throws URISyntaxException {
        var url = Objects.requireNonNull(InstallerFilesTest.class.getResource("/settings/" + name));
        return Path.of(url.toURI());
    }

    private static SettingsFile module(String installer, String name) throws Exception {
        return SettingsFile.read(directory(installer).resolve("settings.d").resolve(name + ".yml"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"installer-foreman", "installer-katello", "installer-proxy-content", "foremanctl"})
    void bindWithoutProblems(String installer) throws Exception {
        var host = HostSettingsReader.read(directory(installer));
        assertThat(host.problems()).isEmpty();
        var settings = host.settings().orElseThrow();
        assertThat(settings.tls().enabled()).isTrue();
        assertThat(settings.settingsDirectory()).isEqualTo(Path.of("/etc/foreman-proxy/settings.d"));
        assertThat(settings.foreman().url())
                .hasValueSatisfying(url -> assertThat(url).hasToString("https://foreman.example.com/"));
        assertThat(settings.auth().trustedHosts())
                .hasValueSatisfying(hosts -> assertThat(hosts).contains("foreman.example.com"));

        var files = directory(installer).resolve("settings.d");
        try (var names = Files.list(files)) {
            for (var path : names.toList()) {
                var bound = Binder.bind(new Schema<>("", List.of(), values -> ""), SettingsFile.read(path));
                assertThat(bound.failure()).as(path.toString()).isEmpty();
                assertThat(bound.problems())
                        .allMatch(problem -> problem.message().equals("no setting of this file has this name"));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"installer-foreman", "installer-katello", "installer-proxy-content"})
    void bindDns(String installer) throws Exception {
        for (var name : CORE) {
            assertThat(module(installer, name).isEmpty()).as(name).isFalse();
        }
        var dns = module(installer, "dns");
        assertThat(dns.get("enabled")).isEqualTo("https");
        var bound = Binder.bind(DNS, dns);
        assertThat(bound.problems()).isEmpty();
        assertThat(bound.values().orElseThrow().get(ModuleKeys.USE_PROVIDER)).containsExactly("dns_nsupdate");

        var provider =
                Binder.bindProvider("dns_nsupdate", NSUPDATE, module(installer, "dns_nsupdate"), DNS, dns, List.of());
        assertThat(provider.problems()).isEmpty();
        assertThat(provider.settings()).contains("127.0.0.1");
    }

    @ParameterizedTest
    @CsvSource({
        "installer-foreman, 8443, 0, '[*]', /var/log/foreman-proxy/proxy.log",
        "installer-katello, 9090, 0, '[*]', /var/log/foreman-proxy/proxy.log",
        "installer-proxy-content, 9090, 8000, '[10.0.0.5, ::1]', /var/log/foreman-proxy/proxy.log",
        "foremanctl, 8443, 0, '[*]', JOURNAL"
    })
    void listenAsTheySay(String installer, int https, int http, String hosts, String log) throws Exception {
        var settings = HostSettingsReader.read(directory(installer)).settings().orElseThrow();
        assertThat(settings.http().httpsPort()).isEqualTo(https);
        assertThat(settings.http().httpPort().orElse(0)).isEqualTo(http);
        assertThat(settings.http().bindHosts()).hasToString(hosts);
        assertThat(settings.log().file()).isEqualTo(log);
    }

    @Test
    void everyEnabledValueIsOneOfTheKnown() throws Exception {
        assertThat(module("installer-foreman", "templates").get("enabled")).isEqualTo(true);
        assertThat(module("installer-foreman", "bmc").get("enabled")).isEqualTo(false);
        assertThat(module("installer-foreman", "logs").get("enabled")).isEqualTo("https");
        assertThat(module("installer-proxy-content", "pulpcore").get("mirror")).isEqualTo(true);
        assertThat(module("foremanctl", "dynflow").has("database")).isTrue();
        assertThat(module("foremanctl", "dynflow").get("database")).isNull();
    }
}
