package smartproxy.dhcp.kea;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.api.Schema;
import smartproxy.core.api.Values;
import smartproxy.core.settings.Binder;
import smartproxy.core.settings.Bound;
import smartproxy.core.settings.SettingsFile;
import smartproxy.dhcp.DhcpSettings;
import smartproxy.dhcp.Subnet;

final class KeaSettingsTest {
    private static final Schema<Values> MODULE = new Schema<>("", List.of(DhcpSettings.SUBNETS), values -> values);

    @TempDir
    private Path directory;

    private Bound<KeaSettings> bind(String yaml) throws Exception {
        return bind(yaml, ":enabled: https\n");
    }

    private Bound<KeaSettings> bind(String own, String module) throws Exception {
        return Binder.bindProvider(
                KeaFactory.NAME, KeaSettings.SCHEMA, file("dhcp_kea", own), MODULE, file("dhcp", module), List.of());
    }

    private SettingsFile file(String name, String yaml) throws Exception {
        return SettingsFile.read(Files.writeString(directory.resolve(name + ".yml"), "---\n" + yaml));
    }

    private String problems(String yaml) throws Exception {
        var bound = bind(yaml);
        assertThat(bound.settings()).isEmpty();
        return bound.problems().toString();
    }

    @Test
    void hasTheReferencesDefaults() throws Exception {
        var bound = bind(":dhcp_kea_verify_ssl: true\n");
        assertThat(bound.problems()).isEmpty();
        var settings = bound.settings().orElseThrow();
        assertThat(settings.url()).isEqualTo(URI.create("http://127.0.0.1:8000/"));
        assertThat(settings.username()).isEmpty();
        assertThat(settings.cacheTime()).isEqualTo(Duration.ofSeconds(60));
        assertThat(settings.managed()).isEmpty();
    }

    @Test
    void takesTheSubnetsFromTheFileOfTheModule() throws Exception {
        var bound = bind(":dhcp_kea_verify_ssl: true\n", ":subnets: [192.0.2.0/255.255.255.0]\n");
        assertThat(bound.settings().orElseThrow().managed())
                .containsExactly(Subnet.parse("192.0.2.0/24").orElseThrow());
    }

    @Test
    void certificatesAreAlwaysVerified() throws Exception {
        assertThat(problems(":dhcp_kea_verify_ssl: false\n"))
                .contains("certificates are always verified", "dhcp_kea_ca_file");
    }

    @Test
    void whatGoesTogetherIsMissedAlone() throws Exception {
        assertThat(problems(":dhcp_kea_username: foreman\n"))
                .contains("dhcp_kea.yml:2", "'dhcp_kea_password' is missing beside 'dhcp_kea_username'");
        assertThat(problems(":dhcp_kea_password: s3cret\n"))
                .contains("'dhcp_kea_username' is missing")
                .doesNotContain("s3cret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"unix:/run/kea/kea4-ctrl-socket", "unix:///run/kea/kea4-ctrl-socket"})
    void takesTheSocketOfAServer(String url) throws Exception {
        var bound = bind(":dhcp_kea_url: " + url + "\n");
        assertThat(bound.problems()).isEmpty();
        var settings = bound.settings().orElseThrow();
        assertThat(settings.socket()).contains(Path.of("/run/kea/kea4-ctrl-socket"));
        assertThat(settings.server()).isEqualTo("unix:/run/kea/kea4-ctrl-socket");
    }

    @Test
    void aSocketIsNamedByItsWholePath() throws Exception {
        for (var url : List.of("unix:kea.sock", "unix://run/kea.sock", "unix:/run/", "unix:")) {
            assertThat(problems(":dhcp_kea_url: '" + url + "'\n")).contains("dhcp_kea_url");
        }
        assertThat(problems(":dhcp_kea_url: unix:/" + "x".repeat(107) + "\n")).contains("107 bytes");
        assertThat(bind(":dhcp_kea_url: unix:/" + "x".repeat(106) + "\n").problems())
                .isEmpty();
    }

    @Test
    @DisplayName("a socket has no passwords and no certificates: who sets them is told, and does not believe in them")
    void aSocketHasNoPassword() throws Exception {
        var socket = ":dhcp_kea_url: unix:/run/kea/kea4-ctrl-socket\n";
        assertThat(problems(socket + ":dhcp_kea_username: foreman\n:dhcp_kea_password: s3cret\n"))
                .contains("'dhcp_kea_username' has no meaning for a unix socket")
                .doesNotContain("s3cret");
        var file = Files.writeString(directory.resolve("ca.pem"), "x");
        assertThat(problems(socket + ":dhcp_kea_ca_file: " + file + "\n"))
                .contains("'dhcp_kea_ca_file' has no meaning");
    }

    @Test
    @DisplayName("IPv6 is off until its server is named; user and certificates count for both")
    void theOtherServer() throws Exception {
        var both = ":dhcp_kea_username: foreman\n:dhcp_kea_password: s3cret\n";
        assertThat(bind(both).settings().orElseThrow().dhcp6()).isEmpty();
        var six = bind(both + ":dhcp_kea_dhcp6_url: https://kea.example.com:8006/\n")
                .settings()
                .orElseThrow()
                .dhcp6()
                .orElseThrow();
        assertThat(six.url()).isEqualTo(URI.create("https://kea.example.com:8006/"));
        assertThat(six.username()).contains("foreman");
        assertThat(six.dhcp6()).isEmpty();
        assertThat(problems(":dhcp_kea_dhcp6_url: ftp://kea/\n")).contains("'dhcp_kea_dhcp6_url'");
        assertThat(bind(both + ":dhcp_kea_url: unix:/run/kea/4\n:dhcp_kea_dhcp6_url: http://127.0.0.1:8006/\n")
                        .settings())
                .as("one of them has a password")
                .isPresent();
        assertThat(problems(both + ":dhcp_kea_url: unix:/run/kea/4\n:dhcp_kea_dhcp6_url: unix:/run/kea/6\n"))
                .contains("'dhcp_kea_username' has no meaning");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://kea/", "kea:8000", "http://user:s3cret@kea/", "https://kea/?a=s3cret", "http://"})
    void refusesOtherUrlsAndDoesNotShowThem(String url) throws Exception {
        assertThat(problems(":dhcp_kea_url: '" + url + "'\n"))
                .contains("dhcp_kea_url", "https://kea.example.com:8000/")
                .doesNotContain("s3cret");
    }
}
