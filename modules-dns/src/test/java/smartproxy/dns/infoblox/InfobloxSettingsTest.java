package smartproxy.dns.infoblox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.api.InvalidSetting;
import smartproxy.core.api.ProviderFactory;
import smartproxy.core.api.Secret;
import smartproxy.core.settings.Binder;
import smartproxy.core.settings.Bound;
import smartproxy.core.settings.SettingsFile;
import smartproxy.dns.DnsAbility;
import smartproxy.infoblox.GridSettings;
import smartproxy.infoblox.WapiVersion;

class InfobloxSettingsTest {
    @TempDir
    private Path directory;

    private Bound<InfobloxSettings> bind(String yaml) throws Exception {
        var file = Files.writeString(directory.resolve("dns_infoblox.yml"), "---\n" + yaml);
        return Binder.bind(InfobloxSettings.SCHEMA, SettingsFile.read(file));
    }

    @Test
    void hasTheReferencesDefaultsButNoPassword() throws Exception {
        assertThat(bind(":password: s3cret\n").settings())
                .contains(new InfobloxSettings(
                        new GridSettings(
                                URI.create("https://localhost"),
                                "dns_server",
                                "infoblox",
                                new Secret("s3cret"),
                                Duration.ofSeconds(60),
                                Optional.empty(),
                                new WapiVersion(2, 0, "2.0")),
                        "default"));
    }

    @Test
    void aMissingPasswordIsAnErrorThatSaysSo() throws Exception {
        var bound = bind(":username: foreman\n");
        assertThat(bound.settings()).isEmpty();
        assertThat(bound.failure())
                .hasValueSatisfying(text ->
                        assertThat(text).isEqualTo("Parameter 'password' is expected to have a non-empty value"));
    }

    @Test
    void takesWhatIsGiven() throws Exception {
        var ca = Files.writeString(directory.resolve("ca.pem"), "");
        var settings = bind(":username: me\n:password: p\n:dns_server: grid:8443\n:dns_view: inside\n:timeout: 5\n"
                        + ":infoblox_ca_file: " + ca + "\n:wapi_version: 2.12.3\n")
                .settings()
                .orElseThrow();
        assertThat(settings)
                .isEqualTo(new InfobloxSettings(
                        new GridSettings(
                                URI.create("https://grid:8443"),
                                "dns_server",
                                "me",
                                new Secret("p"),
                                Duration.ofSeconds(5),
                                Optional.of(ca),
                                new WapiVersion(2, 12, "2.12.3")),
                        "inside"));
        assertThat(settings.grid().base()).hasToString("https://grid:8443/wapi/v2.12.3");
    }

    @ParameterizedTest
    @CsvSource({
        "grid.example.com, https://grid.example.com",
        "192.0.2.1, https://192.0.2.1",
        "'[2001:db8::1]', 'https://[2001:db8::1]'",
        "https://grid.example.com/, https://grid.example.com",
        "HTTP://grid.example.com:8080, http://grid.example.com:8080"
    })
    void theServerIsAHostOrAUrl(String given, URI server) throws InvalidSetting {
        assertThat(InfobloxSettings.SERVER.parse(given)).isEqualTo(server);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "a b", "ftp://grid", "https://me:hidden@grid", "grid?hidden", "grid/hidden", "https://"})
    void anythingElseIsNone(String given) {
        assertThatThrownBy(() -> InfobloxSettings.SERVER.parse(given))
                .isInstanceOf(InvalidSetting.class)
                .hasMessageContaining("dns_server")
                .hasMessageNotContaining("hidden");
    }

    @ParameterizedTest
    @CsvSource({"2.0, false", "2.5.9, false", "2.6, true", "2.12, true", "3.0, true", "1.9, false"})
    void cachesAreClearedFrom26On(String version, boolean clears) throws Exception {
        assertThat(bind(":password: p\n:wapi_version: '" + version + "'\n")
                        .settings()
                        .orElseThrow()
                        .clearsCaches())
                .isEqualTo(clears);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2", "v2.0", "2.0/..", "latest", "2.0.0.0"})
    void aVersionHasTwoOrThreeNumbers(String version) {
        assertThatThrownBy(() -> InfobloxSettings.VERSION.parse(version)).isInstanceOf(InvalidSetting.class);
    }

    @Test
    void aVersionThatYamlWouldShortenNeedsQuotes() throws Exception {
        assertThat(bind(":password: p\n:wapi_version: 2.10\n").failure())
                .hasValueSatisfying(text -> assertThat(text).contains("needs quotes"));
        assertThat(bind(":password: p\n:wapi_version: '2.10'\n")
                        .settings()
                        .orElseThrow()
                        .grid()
                        .base())
                .hasToString("https://localhost/wapi/v2.10");
    }

    @Test
    void isFoundByItsNameAndSaysWhatItCan() {
        var names = new ArrayList<String>();
        for (ProviderFactory<?, ?> factory : ServiceLoader.load(ProviderFactory.class)) {
            names.add(factory.module() + " " + factory.name());
        }
        assertThat(names).contains("dns dns_infoblox");
        assertThat(new InfobloxFactory().abilities())
                .containsExactlyInAnyOrder(
                        DnsAbility.CNAME,
                        DnsAbility.ABSENT_IS_NOT_FOUND,
                        DnsAbility.TTL_OF_BACKEND,
                        DnsAbility.LOWER_CASE);
    }
}
