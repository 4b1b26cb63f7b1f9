package smartproxy.core.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.InvalidSetting;
import smartproxy.core.api.Schema;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingTypes;
import smartproxy.core.api.Values;

class BinderProviderTest {
    private static final Setting<Integer> TTL =
            SettingTypes.integer("dns_ttl", 1, 100_000, "").defaultsTo(86400);
    private static final Setting<String> SERVER =
            SettingTypes.text("dns_server", "").defaultsTo("localhost");
    private static final Setting<String> VIEW = SettingTypes.text("view", "");
    private static final Setting<Integer> ATTEMPTS =
            SettingTypes.integer("attempts", 1, 9, "").defaultsTo(3);

    private static final Schema<Integer> MODULE = new Schema<>("Module", List.of(TTL), values -> values.get(TTL));
    private static final Schema<Values> PROVIDER = new Schema<>("Provider", List.of(SERVER, VIEW), values -> values);

    @TempDir
    Path directory;

    private SettingsFile file(String name, String text) throws Exception {
        return SettingsFile.read(Files.writeString(directory.resolve(name), text));
    }

    private Bound<Values> bind(String own, String module) throws Exception {
        return Binder.bindProvider(
                "dns_x", PROVIDER, file("dns_x.yml", own), MODULE, file("dns.yml", module), List.of(ATTEMPTS));
    }

    @Test
    void seesItsOwnTheModulesAndTheCommonSettings() throws Exception {
        var bound = bind(":dns_server: ns\n:attempts: 5\n", ":enabled: true\n:dns_ttl: 60\n");
        assertThat(bound.problems()).isEmpty();
        var values = bound.settings().orElseThrow();
        assertThat(values.get(SERVER)).isEqualTo("ns");
        assertThat(values.get(TTL)).isEqualTo(60);
        assertThat(values.get(ATTEMPTS)).isEqualTo(5);
        assertThat(bound.raw())
                .containsEntry("dns_server", "ns")
                .containsEntry("dns_ttl", 60)
                .containsEntry("attempts", 5);
    }

    @Test
    void aSettingOfTheModuleThatDoesNotFitIsFoundInItsFile() throws Exception {
        var picky = new Schema<Values>("Provider", List.of(SERVER), values -> {
            throw new InvalidSetting("Setting 'dns_ttl' is too long for this one", "");
        });
        var module = file("dns.yml", ":enabled: true\n:dns_ttl: 60\n");
        var bound = Binder.bindProvider("dns_x", picky, file("dns_x.yml", ""), MODULE, module, List.of());
        assertThat(bound.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.file()).isEqualTo(module.path());
            assertThat(problem.line()).isEqualTo(2);
        });
    }

    @Test
    void defaultsStandWithoutFiles() {
        var bound = Binder.bindProvider(
                "dns_x",
                PROVIDER,
                SettingsFile.absent(Path.of("/nowhere/dns_x.yml")),
                MODULE,
                SettingsFile.absent(Path.of("/nowhere/dns.yml")),
                List.of());
        assertThat(bound.problems()).isEmpty();
        assertThat(bound.settings().orElseThrow().get(TTL)).isEqualTo(86400);
        assertThat(bound.raw()).containsEntry("dns_server", "localhost").containsEntry("dns_ttl", 86400);
    }

    @Test
    void itsOwnEnabledIsDropped() throws Exception {
        var bound = bind(":enabled: false\n", ":enabled: https\n");
        assertThat(bound.problems()).isEmpty();
        assertThat(bound.raw()).doesNotContainKey("enabled");
    }

    @Test
    void aSettingWithoutDefaultMayStandInTheModulesFile() throws Exception {
        var bound = bind("", ":view: internal\n");
        assertThat(bound.settings().orElseThrow().get(VIEW)).isEqualTo("internal");
        assertThat(bound.raw()).containsEntry("view", "internal");
    }

    @Test
    void aKeyInBothIsAConflict() throws Exception {
        var bound = bind("---\n:dns_ttl: 5\n:view: a\n", ":view: b\n:dns_ttl: 60\n");
        assertThat(bound.failure())
                .contains("Provider 'dns_x' settings conflict with the main plugin's settings: [:dns_ttl, :view]");
        assertThat(bound.settings()).isEmpty();
        assertThat(bound.problems().get(0))
                .hasToString(directory.resolve("dns_x.yml") + ":2: dns_ttl: "
                        + "Provider 'dns_x' settings conflict with the main plugin's settings: [:dns_ttl, :view]"
                        + " (write each key in one of the two files only)");
    }

    @Test
    void defaultsCollideToo() throws Exception {
        assertThat(bind("", ":dns_server: ns\n").failure())
                .contains("Provider 'dns_x' settings conflict with the main plugin's settings: [:dns_server]");
        assertThat(bind(":dns_ttl: 5\n", "").failure())
                .contains("Provider 'dns_x' settings conflict with the main plugin's settings: [:dns_ttl]");
    }

    @Test
    void errorsOfTheModulesFileStopTheProvider() throws Exception {
        var bound = bind("", ":dns_ttl: x\n");
        assertThat(bound.settings()).isEmpty();
        assertThat(bound.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.file()).isEqualTo(directory.resolve("dns.yml"));
            assertThat(problem.line()).isEqualTo(1);
        });
    }

    @Test
    void warnsOfUnknownKeysOfItsOwnFileOnly() throws Exception {
        var bound = bind(":atempts: 5\nview: x\n", ":unknown: 1\n:use_provider: dns_x\n");
        assertThat(bound.problems())
                .extracting(Problem::toString)
                .containsExactly(
                        directory.resolve("dns_x.yml")
                                + ":1: atempts: no setting of this file has this name (did you mean :attempts:?)",
                        directory.resolve("dns_x.yml")
                                + ":2: view: it is not read (write :view: with a colon before it)");
    }
}
