package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import smartproxy.core.settings.SettingsFile;

/** What the documents point to is there, and what they tell to write can be read. */
class DocumentsTest {
    private static final Pattern LINK = Pattern.compile("(?<!`)\\[[^\\]\\[]*]\\(([^)\\s]+)\\)");
    private static final Pattern SETTING = Pattern.compile("`:([a-z][a-z0-9_]*):");
    private static final Pattern NAME_OF_TEST = Pattern.compile("`([A-Z]\\w+(?:Test|IT|Contract))(?:#(\\w+))?`");
    private static final Pattern PATH_IN_TREE = Pattern.compile(
            "`((?:docs|config|packaging|lab|examples|conformance|modules-dns|proxy-core)/[A-Za-z0-9_./-]+)`");

    /** The settings of the example, checked by {@link PluginIT}; the generated reference, whose introduction has placeholders. */
    private static final Set<String> OTHER_SETTINGS =
            Set.of("writing-a-provider.md", "settings.md", "settings-introduction.md");

    @TempDir
    Path directory;

    @Test
    void everyRelativeLinkLeadsSomewhere() throws IOException {
        var broken = new ArrayList<String>();
        var links = 0;
        for (var document : Documents.all()) {
            for (var link : LINK.matcher(Documents.prose(document)).results().toList()) {
                var target = link.group(1);
                if (!target.matches("[a-z]+:.*")) {
                    links++;
                    if (!leadsSomewhere(document, target)) {
                        broken.add(House.ROOT.relativize(document) + ": " + target);
                    }
                }
            }
        }
        assertThat(broken).isEmpty();
        assertThat(links).isGreaterThan(10);
    }

    private static boolean leadsSomewhere(Path document, String target) throws IOException {
        var parts = target.split("#", 2);
        var file = parts[0].isEmpty()
                ? document
                : document.resolveSibling(parts[0]).normalize();
        if (!Files.exists(file)) {
            return false;
        }
        return parts.length == 1 || Documents.anchors(file).contains(parts[1]);
    }

    @Test
    void everyPathOfTheTreeThatIsNamedExists() throws IOException {
        var missing = new ArrayList<String>();
        for (var document : Documents.all()) {
            for (var path :
                    PATH_IN_TREE.matcher(Documents.prose(document)).results().toList()) {
                var built = path.group(1).contains("/target/");
                if (!built && !Files.exists(House.ROOT.resolve(path.group(1)))) {
                    missing.add(House.ROOT.relativize(document) + ": " + path.group(1));
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void everyTestThatIsNamedAsAProofExists() throws IOException {
        var missing = new ArrayList<String>();
        var named = NAME_OF_TEST
                .matcher(Files.readString(House.ROOT.resolve("docs/reliability.md")))
                .results()
                .toList();
        for (var test : named) {
            var sources = House.testSources(test.group(1) + ".java");
            if (sources.isEmpty()
                    || (test.group(2) != null
                            && sources.stream().noneMatch(source -> source.contains(" " + test.group(2) + "(")))) {
                missing.add(test.group());
            }
        }
        assertThat(missing).isEmpty();
        assertThat(named).hasSizeGreaterThan(30);
    }

    @Test
    void everySettingThatIsNamedExists() throws IOException {
        var known = Schemas.settings().keySet();
        var unknown = new ArrayList<String>();
        for (var document : Documents.all()) {
            if (OTHER_SETTINGS.contains(String.valueOf(document.getFileName()))) {
                continue;
            }
            for (var setting :
                    SETTING.matcher(Documents.prose(document)).results().toList()) {
                if (!known.contains(setting.group(1))) {
                    unknown.add(House.ROOT.relativize(document) + ": " + setting.group(1));
                }
            }
        }
        assertThat(unknown).isEmpty();
    }

    @Test
    void everyYamlBlockCanBeReadAndSetsOnlyWhatExists() throws Exception {
        var known = Schemas.settings().keySet();
        for (var document : Documents.all()) {
            for (var block : Documents.blocks(document, "yaml")) {
                if (!isSettings(block.text())) {
                    assertThat(parsed(block.text())).as("%s", block).isNotNull();
                    continue;
                }
                var file = SettingsFile.read(Files.writeString(directory.resolve("block.yml"), block.text()));
                assertThat(file.symbols()).as("%s", block).isNotEmpty();
                if (!OTHER_SETTINGS.contains(String.valueOf(document.getFileName()))) {
                    assertThat(file.symbols().keySet()).as("%s", block).isSubsetOf(known);
                }
            }
        }
    }

    private static boolean isSettings(String text) {
        return text.lines().anyMatch(line -> line.startsWith(":"));
    }

    private static Object parsed(String text) {
        return new Yaml(new SafeConstructor(new LoaderOptions())).load(new StringReader(text));
    }

    /** The table of migration.md is the code's, see {@link MigrationDocTest}. */
    @Test
    void whatIsNotThereYetIsTheSameEverywhere() throws IOException {
        var absent = Documents.prose(Documents.page("migration.md"))
                .lines()
                .filter(line -> line.endsWith("| module of the Ruby proxy, **not in this version** |"))
                .map(line -> line.split("\\|", -1)[1].strip())
                .toList();
        assertThat(absent).singleElement().asString().contains("bmc");
        assertThat(House.ROOT.resolve("README.md"))
                .content()
                .contains("**Not there yet**, of the Ruby proxy's modules: " + absent.get(0) + ", and");
        assertThat(Documents.page("operations.md")).content().contains("**Not there yet**: " + absent.get(0) + ", and");
    }

    @Test
    void theMapOfDocumentsIsComplete() throws IOException {
        var readme = Files.readString(House.ROOT.resolve("README.md"));
        try (var pages = Files.list(House.ROOT.resolve("docs"))) {
            var unmentioned = pages.map(page -> "docs/" + page.getFileName())
                    .filter(name -> !readme.contains("(" + name + ")"))
                    .sorted()
                    .toList();
            assertThat(unmentioned).isEmpty();
        }
    }
}
