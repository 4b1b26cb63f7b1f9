package smartproxy.dhcp.isc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.api.Schema;
import smartproxy.core.api.Values;
import smartproxy.core.settings.Binder;
import smartproxy.core.settings.Bound;
import smartproxy.core.settings.Problem;
import smartproxy.core.settings.SettingsFile;
import smartproxy.dhcp.DhcpSettings;

class IscSettingsTest {
    private static final Schema<Values> MODULE = new Schema<>("", List.of(DhcpSettings.SERVER), values -> values);

    @TempDir
    private Path directory;

    private Bound<IscSettings> bind(String own, String module) throws Exception {
        return Binder.bindProvider(
                IscFactory.NAME, IscSettings.SCHEMA, file("dhcp_isc", own), MODULE, file("dhcp", module), List.of());
    }

    private SettingsFile file(String name, String yaml) throws Exception {
        return SettingsFile.read(Files.writeString(directory.resolve(name + ".yml"), "---\n" + yaml));
    }

    private String files() throws Exception {
        return ":config: " + Files.writeString(directory.resolve("dhcpd.conf"), "") + "\n:leases: "
                + Files.writeString(directory.resolve("dhcpd.leases"), "") + "\n";
    }

    private String problems(String yaml) throws Exception {
        var bound = bind(yaml, ":enabled: https\n");
        assertThat(bound.settings()).isEmpty();
        return bound.problems().toString();
    }

    @Test
    void hasTheReferencesDefaults() throws Exception {
        var settings = bind(files(), ":enabled: https\n").settings().orElseThrow();
        assertThat(settings.server().host()).isEqualTo("127.0.0.1");
        assertThat(settings.server().port()).isEqualTo(7911);
        assertThat(settings.server().key()).isEmpty();
        assertThat(settings.suggestionTime()).isEqualTo(Duration.ofMinutes(30));
        assertThat(IscSettings.CONFIG.defaultValue()).isEqualTo(Path.of("/etc/dhcp/dhcpd.conf"));
        assertThat(IscSettings.LEASES.defaultValue()).isEqualTo(Path.of("/var/lib/dhcpd/dhcpd.leases"));
        assertThat(IscSettings.KEY_ALGORITHM.defaultValue()).isEqualTo(OmapiKey.Algorithm.HMAC_MD5);
    }

    @Test
    void takesWhatIsSet() throws Exception {
        var settings = bind(
                        files()
                                + ":key_name: omapi_key\n:key_secret: c2VjcmV0\n:key_algorithm: hmac-sha256\n:omapi_port: '7912'\n"
                                + ":blacklist_duration_minutes: 60\n",
                        ":enabled: https\n:server: dhcp.example.com\n")
                .settings()
                .orElseThrow();
        assertThat(settings.config()).isEqualTo(directory.resolve("dhcpd.conf"));
        assertThat(settings.leases()).isEqualTo(directory.resolve("dhcpd.leases"));
        assertThat(settings.server().host()).isEqualTo("dhcp.example.com");
        assertThat(settings.server().port()).isEqualTo(7912);
        assertThat(settings.server().key()).isPresent();
        assertThat(settings.suggestionTime()).isEqualTo(Duration.ofSeconds(60));
        assertThat(settings.toString()).doesNotContain("c2VjcmV0", "secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {":key_name: omapi_key\n", ":key_secret: c2VjcmV0\n"})
    void aKeyIsUsedWhenBothItsPartsAreSet(String half) throws Exception {
        var bound = bind(files() + half, ":enabled: https\n");
        assertThat(bound.settings().orElseThrow().server().key()).isEmpty();
        var set = half.substring(1, half.indexOf(": "));
        assertThat(bound.problems().toString())
                .contains("dhcp_isc.yml:4: " + set + ": it is not used without :")
                .doesNotContain("c2VjcmV0");
        assertThat(bound.problems()).noneMatch(Problem::isError);
        assertThat(bind(files() + ":key_name: omapi_key\n:key_secret: c2VjcmV0\n", ":enabled: https\n")
                        .problems()
                        .toString())
                .doesNotContain("it is not used");
    }

    @Test
    void whatIsWrongIsNamed() throws Exception {
        assertThat(problems(files() + ":key_name: k\n:key_secret: 'not base64!'\n"))
                .contains("key_secret", "Base64")
                .doesNotContain("not base64!");
        assertThat(problems(files() + ":key_algorithm: hmac-md4\n")).contains("key_algorithm", "hmac-md5", "hmac-md4");
        assertThat(problems(files() + ":omapi_port: 70000\n")).contains("omapi_port", "70000");
        assertThat(problems(files().replaceFirst(":leases: .*", ":leases: /not/there")))
                .contains("File at '/not/there' defined in 'leases' parameter doesn't exist or is unreadable");
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://dhcp.example.com", "192.0.2.1:7911", "a b", "[2001:db8::1]", "dhcp/"})
    void aServerThatIsNoHostIsRefused(String server) throws Exception {
        var bound = bind(files(), ":enabled: https\n:server: '" + server + "'\n");
        assertThat(bound.settings()).isEmpty();
        assertThat(bound.problems().toString()).contains("dhcp.yml:3: server: ", server, "omapi_port");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "dhcp-1.example.com", "192.0.2.1", "::1", "2001:db8::1", "fe80::1%eth0"})
    void aHostIsTaken(String server) throws Exception {
        assertThat(bind(files(), ":enabled: https\n:server: '" + server + "'\n").settings())
                .isPresent();
    }

    @Test
    void aDefaultFileHasToBeThereToo() throws Exception {
        var leases = Path.of("/var/lib/dhcpd/dhcpd.leases");
        var bound = bind(files().replaceFirst(":leases: .*", ""), ":enabled: https\n");
        if (Files.isReadable(leases)) {
            assertThat(bound.settings()).isPresent();
        } else {
            assertThat(bound.problems().toString())
                    .contains("File at '" + leases + "' defined in 'leases' parameter doesn't exist or is unreadable");
        }
    }
}
