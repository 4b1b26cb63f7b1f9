package smartproxy.core.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import smartproxy.core.api.Setting;
import smartproxy.core.http.ListenerSettings;
import smartproxy.core.store.StoreSettings;

/** Each setting's default and where its value arrives. */
class HostSettingsTest {
    private record Row(
            String key, Function<HostSettings, Object> component, Object byDefault, String yaml, Object value) {
        @Override
        public String toString() {
            return key + ": " + yaml;
        }
    }

    private static Row row(
            String key, Function<HostSettings, Object> component, Object byDefault, String yaml, Object value) {
        return new Row(key, component, byDefault, yaml, value);
    }

    /** A setting that is a path and has no default. */
    private static Row file(String key, Function<HostSettings, Object> component) {
        return row(key, component, Optional.empty(), "/x/y.pem", Optional.of(Path.of("/x/y.pem")));
    }

    private static Row seconds(String key, Function<HostSettings, Object> component, int byDefault) {
        return row(key, component, Duration.ofSeconds(byDefault), "7", Duration.ofSeconds(7));
    }

    private static Row number(String key, Function<HostSettings, Object> component, int byDefault, int value) {
        return row(key, component, byDefault, String.valueOf(value), value);
    }

    static Stream<Row> rows() {
        return Stream.of(
                row(
                        "settings_directory",
                        HostSettings::settingsDirectory,
                        Path.of("/etc/foreman-proxy/settings.d"),
                        "/x",
                        Path.of("/x")),
                row(
                        "state_directory",
                        HostSettings::stateDirectory,
                        Path.of("/var/lib/foreman-proxy"),
                        "/x",
                        Path.of("/x")),
                row(
                        "plugin_directory",
                        HostSettings::pluginDirectory,
                        Path.of("/usr/share/foreman-proxy/plugins"),
                        "/x",
                        Path.of("/x")),
                row("http_port", s -> s.http().httpPort(), Optional.empty(), "8000", Optional.of(8000)),
                number("https_port", s -> s.http().httpsPort(), 8443, 9090),
                row(
                        "bind_host",
                        s -> s.http().bindHosts(),
                        List.of("*"),
                        "['::1', 10.0.0.1]",
                        List.of("::1", "10.0.0.1")),
                row("reported_version", s -> s.http().reportedVersion(), "3.11.0-develop", "3.12.1", "3.12.1"),
                seconds("request_deadline", s -> s.http().deadline(), 50),
                seconds("body_timeout", s -> s.http().bodyTimeout(), 30),
                seconds("idle_timeout", s -> s.http().idleTimeout(), 30),
                seconds("drain_timeout", s -> s.http().drainTimeout(), 30),
                number("max_body_size", s -> s.http().maxBodyBytes(), 4194304, 4096),
                number("max_header_size", s -> s.http().maxHeaderBytes(), 114688, 4096),
                number("max_parameters", s -> s.http().maxParameters(), 500000, 100),
                number("max_parameter_depth", s -> s.http().maxNesting(), 100, 5),
                number("max_connections", s -> s.http().maxConnections(), 2000, 100),
                number("max_connections_per_address", s -> s.http().maxConnectionsPerAddress(), 1000, 10),
                number("max_threads", s -> s.http().maxThreads(), 250, 20),
                file("ssl_certificate", s -> s.tls().certificate()),
                file("ssl_ca_file", s -> s.tls().ca()),
                file("ssl_private_key", s -> s.tls().privateKey()),
                file("ssl_private_key_passphrase_file", s -> s.tls().passphraseFile()),
                file("ssl_crl_file", s -> s.tls().crl()),
                row(
                        "ssl_disabled_ciphers",
                        s -> s.tls().disabledCiphers(),
                        List.of(),
                        "[AES128-SHA]",
                        List.of("AES128-SHA")),
                row(
                        "tls_disabled_versions",
                        s -> s.tls().disabledVersions(),
                        List.of(),
                        "[1.2, '1.3']",
                        List.of("1.2", "1.3")),
                row("tls_min_version", s -> s.tls().minVersion(), "1.2", "1.3", "1.3"),
                row("tls_ciphers", s -> s.tls().ciphers(), Optional.empty(), "A:B", Optional.of("A:B")),
                row("crypto", s -> s.tls().crypto(), "auto", "jdk", "jdk"),
                row(
                        "trusted_hosts",
                        s -> s.auth().trustedHosts(),
                        Optional.empty(),
                        "[a, b]",
                        Optional.of(List.of("a", "b"))),
                row("monitor_hosts", s -> s.auth().monitorHosts(), Optional.empty(), "m", Optional.of(List.of("m"))),
                row("forward_verify", s -> s.auth().forwardVerify(), true, "no", false),
                row(
                        "allow_http_without_trusted_hosts",
                        s -> s.auth().allowHttpWithoutTrustedHosts(),
                        false,
                        "true",
                        true),
                row(
                        "dns_resolv_timeouts",
                        s -> s.auth().resolveTimeouts(),
                        List.of(Duration.ofSeconds(5), Duration.ofSeconds(8), Duration.ofSeconds(13)),
                        "[1, 0.5]",
                        List.of(Duration.ofSeconds(1), Duration.ofMillis(500))),
                row(
                        "foreman_url",
                        s -> s.foreman().url(),
                        Optional.empty(),
                        "https://f",
                        Optional.of(URI.create("https://f/"))),
                file("foreman_ssl_ca", s -> s.foreman().ca()),
                file("foreman_ssl_cert", s -> s.foreman().certificate()),
                file("foreman_ssl_key", s -> s.foreman().key()),
                row("log_file", s -> s.log().file(), "/var/log/foreman-proxy/proxy.log", "STDOUT", "STDOUT"),
                row("log_level", s -> s.log().level(), "INFO", "debug", "DEBUG"),
                number("file_rolling_size", s -> s.log().rollingSize(), 0, 10),
                row("file_rolling_age", s -> s.log().rollingAge(), "weekly", "3600", "3600"),
                number("file_rolling_keep", s -> s.log().rollingKeep(), 6, 3),
                row("file_logging_pattern", s -> s.log().filePattern(), "%d %.8X{request} [%.1l] %m", "'%m'", "%m"),
                row("system_logging_pattern", s -> s.log().systemPattern(), "%m", "'%d %m'", "%d %m"),
                number("log_buffer", s -> s.log().buffer(), 2000, 10),
                number("log_buffer_errors", s -> s.log().bufferErrors(), 1000, 10));
    }

    @TempDir
    Path directory;

    private Bound<HostSettings> bind(String text) throws Exception {
        var file = SettingsFile.read(Files.writeString(directory.resolve("settings.yml"), text));
        return Binder.bindHost(HostSettings.SCHEMA, file, java.util.Set.of());
    }

    /** Those of the store mean something together only, and further listeners are blocks: both are tested in their rooms. */
    @Test
    void theTableBelowHasEverySettingOnce() {
        assertThat(rows().map(Row::key))
                .containsExactlyElementsOf(HostSettings.SCHEMA.settings().stream()
                        .filter(setting -> !StoreSettings.SETTINGS.contains(setting))
                        .filter(setting -> !setting.equals(ListenerSettings.SETTING))
                        .map(Setting::key)
                        .toList());
    }

    @ParameterizedTest
    @MethodSource("rows")
    void hasItsDefaultAndItsPlace(Row row) throws Exception {
        assertThat(row.component().apply(bind("").settings().orElseThrow())).isEqualTo(row.byDefault());
        var bound = bind(":" + row.key() + ": " + row.yaml() + "\n");
        assertThat(bound.problems()).isEmpty();
        assertThat(row.component().apply(bound.settings().orElseThrow())).isEqualTo(row.value());
    }

    @ParameterizedTest
    @CsvSource({
        "https://foreman.example.com, https://foreman.example.com/",
        "https://foreman.example.com/, https://foreman.example.com/",
        "https://foreman.example.com/sub, https://foreman.example.com/sub/"
    })
    void foremanUrlEndsWithASlash(String written, String url) throws Exception {
        assertThat(bind(":foreman_url: " + written + "\n")
                        .settings()
                        .orElseThrow()
                        .foreman()
                        .url())
                .contains(URI.create(url));
    }

    @Test
    void foremanFilesFallBackToTheServersOwn() throws Exception {
        var foreman = bind(":ssl_ca_file: /ca\n:ssl_certificate: /cert\n:ssl_private_key: /key\n")
                .settings()
                .orElseThrow()
                .foreman();
        assertThat(foreman.ca()).contains(Path.of("/ca"));
        assertThat(foreman.certificate()).contains(Path.of("/cert"));
        assertThat(foreman.key()).contains(Path.of("/key"));
    }

    @Test
    void singleValuesBecomeLists() throws Exception {
        var settings =
                bind(":bind_host: 127.0.0.1\n:trusted_hosts: []\n:dns_resolv_timeouts: 3\n:tls_disabled_versions: 1.2\n")
                        .settings()
                        .orElseThrow();
        assertThat(settings.http().bindHosts()).containsExactly("127.0.0.1");
        assertThat(settings.auth().trustedHosts()).contains(List.of());
        assertThat(settings.auth().resolveTimeouts()).containsExactly(Duration.ofSeconds(3));
        assertThat(settings.tls().disabledVersions()).containsExactly("1.2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http_port: 70000         | Parameter 'http_port' is expected to be a number from 0 to 65535",
                "https_port:              | Parameter 'https_port' is expected to have a non-empty value",
                "forward_verify: 'yes'    | Setting 'forward_verify' is expected to be true/false",
                "tls_min_version: 1.1     | Parameter 'tls_min_version' must be one of 1.2, 1.3",
                "log_buffer: 1            | Parameter 'log_buffer' is expected to be a number from 2 to 1000000",
                "log_level: LOUD          | Parameter 'log_level' must be one of DEBUG, INFO, WARN, ERROR, FATAL, UNKNOWN",
                "dns_resolv_timeouts: [a] | Parameter 'dns_resolv_timeouts' is expected to be a list of seconds",
                "foreman_url: 'http://a b'| Setting 'foreman_url' contains an invalid url",
                "ssl_crl_file: \"a\\0b\"  | Parameter 'ssl_crl_file' is expected to be a path",
            })
    void refusesWrongValues(String line, String message) throws Exception {
        var bound = bind("---\n:" + line + "\n");
        assertThat(bound.failure()).contains(message);
        assertThat(bound.problems()).singleElement().extracting(Problem::line).isEqualTo(2);
    }
}
