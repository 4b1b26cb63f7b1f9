package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.ProviderFactory;
import smartproxy.core.api.ProxyModule;
import smartproxy.core.api.Setting;
import smartproxy.core.guard.GuardSettings;
import smartproxy.core.settings.Binder;
import smartproxy.core.settings.HostSettings;
import smartproxy.core.settings.HostSettingsReader;
import smartproxy.core.settings.Problem;
import smartproxy.core.settings.SettingsDocs;
import smartproxy.core.settings.SettingsFile;

/** docs/settings.md and the samples in config/ are what the code says, and can be used as they are. */
class SettingsReferenceTest {
    private static final String REFRESH =
            "run: mvn -pl packaging -am test -Dtest=SettingsReferenceTest -Dsurefire.failIfNoSpecifiedTests=false"
                    + " -Dsettings.write=true";
    private static final Path SAMPLES = House.ROOT.resolve("config/settings.d");

    @TempDir
    Path directory;

    private static Map<Path, String> generated() {
        return SettingsDocs.generate(
                Schemas.BUILT_IN, SettingsReferenceTest.class.getClassLoader(), GuardSettings.SETTINGS);
    }

    @Test
    void theFilesInTheTreeAreUpToDate() throws IOException {
        var generated = generated();
        if (Boolean.getBoolean("settings.write")) {
            SettingsDocs.write(House.ROOT, generated);
        }
        assertThat(SettingsDocs.stale(House.ROOT, generated)).as(REFRESH).isEmpty();
    }

    @Test
    void thereIsASampleForEachModuleAndProviderAndNoOther() throws IOException {
        var names = generated().keySet().stream()
                .filter(path -> path.startsWith("config/settings.d"))
                .map(path -> path.getFileName().toString())
                .toList();
        assertThat(names).contains("dns.yml", "dns_nsupdate.yml", "dns_embedded.yml", "dns_infoblox.yml", "logs.yml");
        try (var samples = Files.list(SAMPLES)) {
            assertThat(samples.map(path -> path.getFileName().toString())).containsExactlyInAnyOrderElementsOf(names);
        }
    }

    @Test
    void theSampleOfTheDaemonBindsToTheDefaults() throws IOException {
        var bound = HostSettingsReader.read(House.ROOT.resolve("config/settings.yml"));
        var one = Files.writeString(directory.resolve("settings.yml"), ":https_port: 8443\n");
        var defaults = HostSettingsReader.read(one);

        assertThat(bound.problems()).isEmpty();
        assertThat(bound.settings().orElseThrow().http())
                .isEqualTo(defaults.settings().orElseThrow().http());
        assertThat(bound.values().orElseThrow().get(HostSettings.STATE_DIRECTORY))
                .isEqualTo(HostSettings.STATE_DIRECTORY.defaultValue());
    }

    @Test
    void theSamplesOfModulesBind() throws Exception {
        for (ProxyModule<?> module : Schemas.catalog().modules()) {
            var file = sample(module.name());
            var mandatory = module.schema().settings().stream()
                    .filter(Setting::isRequired)
                    .map(Setting::key)
                    .toList();
            assertThat(Binder.bind(module.schema(), file).problems())
                    .as(module.name())
                    .extracting(Problem::key)
                    .containsExactlyInAnyOrderElementsOf(mandatory);
            assertThat(file.get("enabled")).as(module.name()).isEqualTo(module.enabledByDefault());
        }
    }

    @Test
    void theSamplesOfProvidersBindOverThoseOfTheirModules() throws Exception {
        for (ProviderFactory<?, ?> provider : Schemas.providers()) {
            var module = Schemas.catalog().modules().stream()
                    .filter(one -> one.name().equals(provider.module()))
                    .findFirst()
                    .orElseThrow();
            var bound = Binder.bindProvider(
                    provider.name(),
                    provider.schema(),
                    sample(provider.name()),
                    module.schema(),
                    sample(module.name()),
                    GuardSettings.SETTINGS);
            var mandatory = provider.schema().settings().stream()
                    .filter(setting -> setting.isRequired() || namesAFileThatIsNotHere(setting))
                    .map(setting -> setting.key())
                    .toList();
            assertThat(bound.problems())
                    .as(provider.name())
                    .extracting(Problem::key)
                    .isEqualTo(mandatory);
            assertThat(bound.settings().isPresent()).as(provider.name()).isEqualTo(mandatory.isEmpty());
        }
    }

    /** The files of a server that is not installed. */
    private static boolean namesAFileThatIsNotHere(Setting<?> setting) {
        return setting.type().equals("path of a readable file")
                && setting.defaultValue() instanceof Path file
                && !Files.isReadable(file);
    }

    @Test
    void theExamplesInTheSamplesAreYaml() throws Exception {
        for (var name : List.of(
                "dns",
                "dns_nsupdate",
                "dns_embedded",
                "dns_infoblox",
                "dhcp",
                "dhcp_isc",
                "dhcp_kea",
                "dhcp_infoblox",
                "logs")) {
            var text = Files.readString(SAMPLES.resolve(name + ".yml")).replaceAll("(?m)^#(?=:|  )", "");
            var all = SettingsFile.read(Files.writeString(directory.resolve(name + ".yml"), text));
            assertThat(all.symbols()).as(name).doesNotContainValue(null);
        }
    }

    private static SettingsFile sample(String name) throws Exception {
        return SettingsFile.read(SAMPLES.resolve(name + ".yml"));
    }
}
