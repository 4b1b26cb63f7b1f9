package smartproxy.core.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsFileTest {
    @TempDir
    Path directory;

    private Path write(String text) throws IOException {
        return Files.writeString(directory.resolve("dns.yml"), text);
    }

    private SettingsFile read(String text) throws Exception {
        return SettingsFile.read(write(text));
    }

    private SettingsException failure(String text) throws IOException {
        return failure(write(text));
    }

    private static SettingsException failure(Path path) {
        return catchThrowableOfType(SettingsException.class, () -> SettingsFile.read(path));
    }

    @Test
    void readsSymbolKeysWithTheirLines() throws Exception {
        var file = read(
                "# comment\n---\n:enabled: https\n\n:dns_ttl: 3600\nplain: 1\n:\"quoted\": 2\n'text': 3\n:empty:\n");
        assertThat(file.exists()).isTrue();
        assertThat(file.isEmpty()).isFalse();
        assertThat(file.symbols())
                .containsExactly(
                        Map.entry("enabled", "https"),
                        Map.entry("dns_ttl", 3600),
                        Map.entry("quoted", 2),
                        new java.util.AbstractMap.SimpleEntry<>("empty", null));
        assertThat(file.plainKeys()).containsExactly("plain", "text");
        assertThat(file.get("plain")).isNull();
        assertThat(file.has("plain")).isFalse();
        assertThat(file.has("empty")).isTrue();
        assertThat(file.line("enabled")).isEqualTo(3);
        assertThat(file.line("dns_ttl")).isEqualTo(5);
        assertThat(file.line("plain")).isEqualTo(6);
        assertThat(file.line("nope")).isZero();
        assertThat(file.warnings()).isEmpty();
    }

    @Test
    void aQuotedSymbolKeyIsAPlainKey() throws Exception {
        assertThat(read("\":enabled\": true\n").plainKeys()).containsExactly("enabled");
    }

    @Test
    void aSymbolAsValueKeepsItsColon() throws Exception {
        assertThat(read(":enabled: :https\n").get("enabled"))
                .isEqualTo(":https")
                .isNotEqualTo("https");
        assertThat(read(":bind_host: '::1'\n").get("bind_host")).isEqualTo("::1");
        assertThat(read(":enabled: !ruby/sym https\n").get("enabled")).isEqualTo(":https");
    }

    @Test
    void readsNestedValues() throws Exception {
        var file = read(":zones:\n  - :name: example.com\n    ttl: 60\n    empty:\n  -\n:flow: [a, 'b', 1.2]\n");
        assertThat(file.get("flow")).isEqualTo(List.of("a", "b", 1.2));
        assertThat(file.get("zones"))
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
                .hasSize(2);
        var zones = (List<?>) file.symbols().get("zones");
        assertThat(zones).element(0).hasToString("{name=example.com, ttl=60, empty=null}");
        assertThat(zones).element(1).isNull();
    }

    @Test
    void followsAliasesAndMerges() throws Exception {
        var file = read(":base: &base\n  a: 1\n  b: 2\n:more:\n  <<: *base\n  b: 3\n:again: *base\n");
        assertThat(file.get("more")).isEqualTo(Map.of("a", 1, "b", 3));
        assertThat(file.get("again")).isEqualTo(Map.of("a", 1, "b", 2));
    }

    @Test
    void mergesWhatAMergedMappingMerges() throws Exception {
        var file = read(":a: &a\n  x: 1\n:b: &b\n  <<: *a\n  y: 2\n:c:\n  <<: *b\n  z: 3\n");
        assertThat(file.get("c")).isEqualTo(Map.of("x", 1, "y", 2, "z", 3));
        assertThat(file.warnings()).isEmpty();
    }

    @Test
    void ofAListOfMergedMappingsTheFirstCounts() throws Exception {
        var file = read(":a: &a\n  x: 1\n:b: &b\n  x: 5\n  y: 2\n:c:\n  <<: [*a, *b]\n  z: 3\n");
        assertThat(file.get("c")).isEqualTo(Map.of("x", 1, "y", 2, "z", 3));
        assertThat(file.warnings()).isEmpty();
    }

    @Test
    void aMergeCountsOverWhatIsWrittenAboveItAsInPsych() throws Exception {
        var file = read(":a: &a\n  x: 1\n:c:\n  x: 9\n  <<: *a\n");
        assertThat(file.get("c")).isEqualTo(Map.of("x", 1));
        assertThat(file.warnings())
                .singleElement()
                .hasToString(directory.resolve("dns.yml") + ":4: c: 'x' comes from '<<' below it as well, and that one"
                        + " counts (write '<<' above it, or remove one of them)");
    }

    @ParameterizedTest
    @ValueSource(strings = {":a: &a\n  <<: *a\n", "--- &a\n<<: *a\n", ":a: &a\n  b:\n    <<: *a\n", ":a: &a [*a]\n"})
    void anAliasOfWhatItStandsInIsRefused(String text) throws Exception {
        assertThat(failure(text)).hasMessageContaining("an alias refers to what it stands in");
    }

    @Test
    void readsTabsWherePsychDoes() throws Exception {
        var file = read(
                ":a:\tfoo\n:b: \t3\n:c\t: 'x'\t# y\n:d:\n  - e:\t\t1\n:f: [\n\tx,\ty\t]\n:g:\tp\tq\n:h:\t|\n  r\ts\n");
        assertThat(file.symbols())
                .containsEntry("a", "foo")
                .containsEntry("b", 3)
                .containsEntry("c", "x")
                .containsEntry("d", List.of(Map.of("e", 1)))
                .containsEntry("f", List.of("x", "y"))
                .containsEntry("g", "p\tq")
                .containsEntry("h", "r\ts\n");
        assertThat(file.line("h")).isEqualTo(9);
    }

    @ParameterizedTest
    @ValueSource(strings = {":a:\n\t:b: 1\n", ":a:\n-\tfoo\n", ":a:\n\t- b\n", ":a:\n  - -\tb\n"})
    void refusesTabsAsIndentation(String text) throws Exception {
        assertThat(failure(text).advice()).isEqualTo("indent with blanks, not with tabs");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*sesame",
                "!sesame",
                "!sesame!x",
                "!<sesame> x",
                "\"\\usesame\"",
                "\"\\xsesame\"",
                "sesame: x",
                "@sesame",
                "%sesame",
                "|sesame",
                "[sesame",
                "{sesame",
                "'x'sesame",
                "*sesame!x"
            })
    void aValueThatIsNoYamlIsNotPrinted(String value) throws Exception {
        var error = failure("---\n:password: " + value + "\n");
        assertThat(error.line()).isBetween(2, 3);
        assertThat(error.getMessage()).doesNotContain("sesa");
        assertThat(error.advice()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " \n\n", "# comment\n", "---\n", "--- ~\n", "---\n# comment\n...\n", "{}\n", "\uFEFF"})
    void aFileWithoutKeysIsEmpty(String text) throws Exception {
        var file = read(text);
        assertThat(file.isEmpty()).isTrue();
        assertThat(file.exists()).isTrue();
    }

    @Test
    void anAbsentFileHasNoKeys() {
        var file = SettingsFile.absent(Path.of("/nowhere/dns.yml"));
        assertThat(file.exists()).isFalse();
        assertThat(file.isEmpty()).isTrue();
        assertThat(file.path()).isEqualTo(Path.of("/nowhere/dns.yml"));
    }

    @Test
    void takesByteOrderMarkAndWindowsLines() throws Exception {
        var file = read("\uFEFF---\r\n:a: 1\r\n:b: zwei \u00e4\r\n");
        assertThat(file.get("a")).isEqualTo(1);
        assertThat(file.get("b")).isEqualTo("zwei \u00e4");
        assertThat(file.line("b")).isEqualTo(3);
    }

    @Test
    void onlyTheFirstDocumentCounts() throws Exception {
        assertThat(read("---\n:a: 1\n---\n:a: 2\n").get("a")).isEqualTo(1);
    }

    @Test
    void theLastOfTwoEqualKeysCountsWithAWarning() throws Exception {
        var file = read(":a: 1\n:b: 2\n:a: 3\n");
        assertThat(file.get("a")).isEqualTo(3);
        assertThat(file.line("a")).isEqualTo(3);
        assertThat(file.warnings())
                .hasToString("[" + file.path() + ":3: a: it is written twice; this one counts (remove one of them)]");
        var nested = read(":pulps:\n  mirror:\n    url: a\n    url: b\n");
        assertThat(nested.get("pulps")).hasToString("{mirror={url=b}}");
        assertThat(nested.warnings())
                .hasToString("[" + file.path() + ":4: pulps: 'url' is written twice (remove one of them)]");
    }

    @ParameterizedTest
    @CsvSource({"3.10", "0755", "1_000", "12:30", "'1,000'"})
    void warnsOfNumbersThatLookLikeTexts(String value) throws Exception {
        var file = read(":a: 1\n:version: " + value + "\n");
        assertThat(file.warnings()).singleElement().satisfies(problem -> {
            assertThat(problem.severity()).isEqualTo(Problem.Severity.WARNING);
            assertThat(problem.line()).isEqualTo(2);
            assertThat(problem.key()).isEqualTo("version");
            assertThat(problem.toString()).doesNotContain(value);
        });
        assertThat(read(":version: '" + value + "'\n").warnings()).isEmpty();
    }

    @Test
    void saysHowToWriteSymbolsInFlowCollections() throws Exception {
        var map = failure("---\n:dns_ttl: 5\n:zones: {:a: 1}\n");
        assertThat(map.line()).isEqualTo(3);
        assertThat(map.file()).isEqualTo(directory.resolve("dns.yml"));
        assertThat(map)
                .hasMessage(directory.resolve("dns.yml")
                        + ":3: YAML cannot read ':a' inside { } (write it as a block: ':zones:' alone on its line,"
                        + " below it one line '  :a: VALUE' for each entry)");
        var list = failure(":use_provider: [:dns_nsupdate, :dns_x]\n");
        assertThat(list).hasMessageContaining("dns.yml:1: YAML cannot read ':dns_nsupdate' inside [ ]");
        assertThat(list.advice()).contains("':use_provider:'", "'  - :dns_nsupdate'");
        assertThat(failure("[:x: 1]\n").advice()).contains("the key alone", "'  - :x'");
        assertThat(failure(":a:\n  - {b: [1, {c: 2}], :d: 1}\n")).hasMessageContaining("':d' inside { }");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                ":a: 1\\n\\t:b: 2           | 2 | with blanks, not with tabs",
                ":a: \"x\\n:b: 1\\n         | 1 | quote opened here is not closed",
                ":bind_host: *\\n           | 1 | begins with * in quotes",
                ":a: *nope\\n               | 1 | begins with * in quotes",
                ":a: @b\\n                  | 1 | in quotes",
                ":pattern: %m\\n            | 1 | in quotes",
                ":a: b: c\\n                | 1 | has a colon in quotes",
                ":a: 1\\n  :b: 2\\n         | 2 | same column",
                ":a: [1, 2\\n:b: 3\\n       | 2 | bracket opened here",
                ":a: 'x' y\\n               | 1 | check indentation and quotes",
                "- a\\n- b\\n               | 1 | ':key: value'",
                ":http_port:8000\\n         | 1 | with a blank after the second colon",
                ":a: !foo/bar x\\n          | 1 | remove it",
                ":a: !!binary aGk=\\n       | 1 | remove it",
                ":a: &x [*x]\\n             | 1 | write the value out",
                ":a: {<<: 1}\\n             | 1 | write the keys out",
            })
    void namesLineAndRemedy(String text, int line, String advice) throws Exception {
        var error = failure(text.replace("\\n", "\n").replace("\\t", "\t"));
        assertThat(error).hasMessageStartingWith(directory.resolve("dns.yml") + ":" + line + ": ");
        assertThat(error.line()).isEqualTo(line);
        assertThat(error.advice()).contains(advice);
        assertThat(error).hasMessageContaining(advice);
    }

    @Test
    void refusesWhatIsNotText() throws Exception {
        var latin = Files.write(
                directory.resolve("latin.yml"), ":a: 1\n:b: \u00e4\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(failure(latin)).hasMessage(latin + ":2: it is not UTF-8 text (save it as UTF-8)");
        var zero = write(":a: 1\n:b: \0x\n");
        assertThat(failure(zero))
                .hasMessageStartingWith(zero + ":2: there is a character YAML does not allow (code 0)");
        var c1 = write("---\n# \u0080\n");
        assertThat(failure(c1)).hasMessageStartingWith(c1 + ":2: there is a character YAML does not allow (code 128)");
        var utf16 = Files.write(directory.resolve("utf16.yml"), ":a: 1\n".getBytes(StandardCharsets.UTF_16));
        assertThat(failure(utf16)).hasMessageContaining("UTF-8");
    }

    @Test
    void refusesWhatIsNotAFile() {
        assertThat(failure(directory)).hasMessageStartingWith(directory + ": it is not a regular file");
        assertThat(failure(directory.resolve("none.yml")))
                .hasMessageStartingWith(directory.resolve("none.yml") + ": there is no such file");
        assertThat(failure(Path.of("/dev/zero"))).hasMessageContaining("not a regular file");
    }

    @Test
    void isBounded() throws Exception {
        assertThat(failure("# " + "x".repeat(1 << 20))).hasMessageContaining("larger than 1 MiB");
        assertThat(failure(":a: " + "[".repeat(25) + "]".repeat(25) + "\n")).hasMessageContaining("not valid YAML");
        var bomb = new StringBuilder(":a0: &a0 [x]\n");
        for (var i = 1; i < 12; i++) {
            bomb.append(":a").append(i).append(": &a").append(i).append(" [*a").append(i - 1);
            bomb.append(", *a").append(i - 1).append("]\n");
        }
        assertThat(failure(bomb.toString())).hasMessageContaining("not valid YAML");
    }

    @ParameterizedTest
    @CsvSource({"'- :a: 1', a list", ":a, one single value"})
    void saysWhatAFileHoldsInsteadOfSettings(String text, String what) throws Exception {
        assertThat(failure(text + "\n")).hasMessageContaining("the file holds " + what + " instead of settings");
    }

    @Test
    void printsKeysWithoutValues() throws Exception {
        assertThat(read(":password: sesame\n")).hasToString(directory.resolve("dns.yml") + " [password]");
    }

    @Test
    void keysThatAreNoScalarsAreWarnedAbout() throws Exception {
        var file = read("? [a, b]\n: 1\n:c: 2\n");
        assertThat(file.symbols()).containsOnlyKeys("c");
        assertThat(file.warnings()).singleElement().extracting(Problem::line).isEqualTo(1);
    }
}
