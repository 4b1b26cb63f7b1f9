package smartproxy.core.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.ModuleContext;
import smartproxy.core.api.ModuleInstance;
import smartproxy.core.api.ProviderContext;
import smartproxy.core.api.ProviderFactory;
import smartproxy.core.api.ProxyModule;
import smartproxy.core.api.Schema;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingTypes;
import smartproxy.core.api.Values;

class SettingsDocsTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path SAMPLE = Path.of("config/settings.yml");
    private static final Path DOCS = Path.of("docs/settings.md");
    private static final String REFRESH = "run: mvn -pl proxy-core test -Dtest=SettingsDocsTest -Dsettings.write=true";

    private static final Setting<Duration> DELAY =
            SettingTypes.seconds("delay", 0, 10, "Time between tries").defaultsTo(Duration.ofSeconds(3));
    private static final Schema<Values> FIXTURE = new Schema<>(
            "A fixture",
            List.of(
                    SettingTypes.text("word", "A word, a|b")
                            .defaultsTo("it's: #1")
                            .formerly("term")
                            .shownToForeman(),
                    SettingTypes.text("number_like", "Looks like a number").defaultsTo("3.10"),
                    SettingTypes.texts("names", "Names")
                            .defaultsTo(List.of("a", "*"))
                            .ownExtension(),
                    Setting.of("zones", "list of zones", (key, value) -> value.toString(), "Zones")
                            .sampled("- name: example.com\n  ttl: 60\n"),
                    SettingTypes.secret("password", "Password").mandatory().sampled("file:/etc/x/password")),
            values -> values);

    /** A module that the loader below finds. */
    public static final class FixtureModule implements ProxyModule<Values> {
        @Override
        public String name() {
            return "fixture";
        }

        @Override
        public Schema<Values> schema() {
            return new Schema<>("The fixture module", List.of(DELAY), values -> values);
        }

        @Override
        public List<String> defaultProviders() {
            return List.of("fixture_x");
        }

        @Override
        public ModuleInstance create(Values settings, ModuleContext context) {
            throw new UnsupportedOperationException();
        }
    }

    /** Its provider. */
    public static final class FixtureProvider implements ProviderFactory<Values, Object> {
        @Override
        public String name() {
            return "fixture_x";
        }

        @Override
        public String module() {
            return "fixture";
        }

        @Override
        public Schema<Values> schema() {
            return FIXTURE;
        }

        @Override
        public Object create(Values settings, ProviderContext context) {
            throw new UnsupportedOperationException();
        }
    }

    @TempDir
    Path directory;

    private Map<Path, String> generateFixture() throws IOException {
        var services = Files.createDirectories(directory.resolve("classes/META-INF/services"));
        Files.writeString(services.resolve(ProxyModule.class.getName()), FixtureModule.class.getName());
        Files.writeString(services.resolve(ProviderFactory.class.getName()), FixtureProvider.class.getName());
        var urls = new URL[] {directory.resolve("classes").toUri().toURL()};
        try (var loader = new URLClassLoader(urls, SettingsDocsTest.class.getClassLoader())) {
            return SettingsDocs.generate(
                    loader,
                    List.of(SettingTypes.integer("attempts", 1, 9, "Tries").defaultsTo(2)));
        }
    }

    private SettingsFile file(String name, String text) throws Exception {
        return SettingsFile.read(Files.writeString(directory.resolve(name), text));
    }

    /** The sample with its examples switched on. */
    private static String withExamples(String sample) {
        return sample.replaceAll("(?m)^#(?=:|  )", "");
    }

    @Test
    void theFilesInTheTreeAreUpToDate() throws Exception {
        var sample = Map.of(SAMPLE, SampleWriter.host(HostSettings.SCHEMA));
        if (Boolean.getBoolean("settings.write")) {
            SettingsDocs.write(ROOT, sample);
            Files.writeString(ROOT.resolve(DOCS), SettingsDocs.beginning() + modulesPart());
        }
        assertThat(SettingsDocs.stale(ROOT, sample)).as(REFRESH).isEmpty();
        assertThat(Files.readString(ROOT.resolve(DOCS))).as(REFRESH).startsWith(SettingsDocs.beginning());
    }

    /** What follows {@code settings.yml}: it is compared where all modules are on the class path. */
    private static String modulesPart() throws IOException {
        var docs = Files.readString(ROOT.resolve(DOCS));
        var next = docs.indexOf("\n## ", docs.indexOf("\n## settings.yml\n") + 1);
        return next < 0 ? "" : docs.substring(next);
    }

    @Test
    void withoutModulesThereIsTheDaemonsFileOnly() {
        var nothing = new ClassLoader(ClassLoader.getPlatformClassLoader()) {};
        assertThat(SettingsDocs.generate(nothing)).containsOnlyKeys(SAMPLE, DOCS);
        assertThat(SettingsDocs.generate(nothing).get(DOCS)).isEqualTo(SettingsDocs.beginning());
    }

    @Test
    void theDaemonsSampleHoldsEveryKeyAndBindsToTheDefaults() throws Exception {
        var sample = SampleWriter.host(HostSettings.SCHEMA);
        var bound = Binder.bindHost(HostSettings.SCHEMA, file("settings.yml", sample), Set.of());
        assertThat(bound.problems()).isEmpty();
        assertThat(bound.settings())
                .isEqualTo(Binder.bindHost(HostSettings.SCHEMA, file("empty.yml", ""), Set.of())
                        .settings());

        // the files of examples, which are read
        var password = Files.writeString(directory.resolve("store.password"), "sesame");
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
        Files.writeString(directory.resolve("store-ca.pem"), "");
        var examples = withExamples(sample).replace("/etc/foreman-proxy/store", directory + "/store");
        var all = file("all.yml", examples);
        assertThat(all.symbols().keySet())
                .containsExactlyElementsOf(HostSettings.SCHEMA.settings().stream()
                        .map(Setting::key)
                        .toList());
        assertThat(all.symbols()).doesNotContainValue(null);
        assertThat(Binder.bindHost(HostSettings.SCHEMA, all, Set.of()).problems())
                .isEmpty();
    }

    @Test
    void aModulesSampleLeavesItDisabledWithItsDefaults() throws Exception {
        var sample = generateFixture().getOrDefault(Path.of("config/settings.d/fixture.yml"), "");
        var file = file("fixture.yml", sample);
        assertThat(file.symbols())
                .containsExactly(
                        Map.entry("enabled", false), Map.entry("use_provider", "fixture_x"), Map.entry("delay", 3));
        assertThat(Binder.bind(new FixtureModule().schema(), file).problems()).isEmpty();
        assertThat(sample)
                .startsWith("---\n# The fixture module.\n")
                .contains("# Time between tries (seconds, 0 to 10)\n");
    }

    @Test
    void aProvidersSampleHoldsTheCommonSettingsAndItsExamples() throws Exception {
        var sample = generateFixture().getOrDefault(Path.of("config/settings.d/fixture_x.yml"), "");
        assertThat(file("fixture_x.yml", sample).symbols())
                .containsExactly(
                        Map.entry("word", "it's: #1"),
                        Map.entry("number_like", "3.10"),
                        Map.entry("names", List.of("a", "*")),
                        Map.entry("attempts", 2));
        assertThat(file("all.yml", withExamples(sample)).symbols())
                .containsEntry("zones", List.of(Map.of("name", "example.com", "ttl", 60)))
                .containsEntry("password", "file:/etc/x/password");
    }

    @Test
    void theReferenceHasATableForEachFile() throws Exception {
        var docs = generateFixture().getOrDefault(DOCS, "");
        assertThat(docs)
                .startsWith(SettingsDocs.beginning())
                .contains("\n## Every module's file\n", "| `:enabled:` | true, false, http or https | `false` |")
                .contains("\n## Every provider's file\n", "| `:attempts:` | number from 1 to 9 | `2` | Tries | |")
                .contains("\n## fixture.yml\n\nThe fixture module.\n", "| `:delay:` | seconds, 0 to 10 | `3` |")
                .contains("Provider when `:use_provider:` is not set: `fixture_x`.")
                .contains("\n### fixture_x.yml\n\nA fixture.\n")
                .contains("| `:word:` | text | `'it''s: #1'` | A word, a\\|b. Formerly `:term:`. Foreman sees it | |")
                .contains("| `:names:` | list | `[a, '*']` | Names | ours |")
                .contains("| must be set | Password | |");
    }

    @Test
    void saysWhichFilesAreStale() throws Exception {
        var generated = Map.of(Path.of("a/b.yml"), "new");
        assertThat(SettingsDocs.stale(directory, generated)).containsExactly(Path.of("a/b.yml"));
        SettingsDocs.write(directory, generated);
        assertThat(SettingsDocs.stale(directory, generated)).isEmpty();
        Files.writeString(directory.resolve("a/b.yml"), "old");
        assertThat(SettingsDocs.stale(directory, generated)).containsExactly(Path.of("a/b.yml"));
    }
}
