package smartproxy.core.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.api.InvalidSetting;
import smartproxy.core.api.Schema;
import smartproxy.core.api.Secret;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingTypes;
import smartproxy.core.api.Values;

class BinderTest {
    private static final Setting<Integer> TTL =
            SettingTypes.integer("dns_ttl", 1, 100_000, "Time to live").defaultsTo(86400);
    private static final Setting<String> SERVER =
            SettingTypes.text("dns_server", "Server").defaultsTo("localhost").formerly("dns_host", "server");
    private static final Setting<Boolean> VERIFY =
            SettingTypes.bool("verify", "Verify").defaultsTo(true);
    private static final Setting<String> MODE =
            SettingTypes.oneOf("mode", List.of("ssh", "pull"), "Mode").defaultsTo("ssh");
    private static final Setting<Path> KEY = SettingTypes.readableFile("dns_key", "Key file");
    private static final Setting<URI> URL = SettingTypes.url("url", "URL");
    private static final Setting<List<String>> NETS = SettingTypes.texts("subnets", "Networks");
    private static final Setting<Secret> PASSWORD = SettingTypes.secret("password", "Password");
    private static final Setting<String> BROKER = SettingTypes.text("broker", "Broker")
            .mandatory()
            .onlyWhen(values -> values.get(MODE).equals("pull"));

    private static final Schema<Values> SCHEMA = new Schema<>(
            "Test", List.of(TTL, SERVER, VERIFY, MODE, KEY, URL, NETS, PASSWORD, BROKER), values -> values);

    @TempDir
    Path directory;

    private SettingsFile file(String text) throws Exception {
        return SettingsFile.read(Files.writeString(directory.resolve("dns.yml"), text));
    }

    private Bound<Values> bind(String text) throws Exception {
        return Binder.bind(SCHEMA, file(text));
    }

    private static <T> Schema<Values> only(Setting<T> setting) {
        return new Schema<>("Test", List.of(setting), values -> values);
    }

    private static List<String> messages(Bound<?> bound, Problem.Severity severity) {
        return bound.problems().stream()
                .filter(problem -> problem.severity() == severity)
                .map(Problem::message)
                .toList();
    }

    private static List<String> errors(Bound<?> bound) {
        return messages(bound, Problem.Severity.ERROR);
    }

    private static String nonEmpty(String key) {
        return "Parameter '" + key + "' is expected to have a non-empty value";
    }

    @Test
    void defaultsStandWhereTheFileIsSilent() throws Exception {
        for (var file : List.of(file(""), SettingsFile.absent(Path.of("/nowhere/dns.yml")))) {
            var bound = Binder.bind(SCHEMA, file);
            assertThat(bound.problems()).isEmpty();
            assertThat(bound.failure()).isEmpty();
            var values = bound.settings().orElseThrow();
            assertThat(values).isSameAs(bound.values().orElseThrow());
            assertThat(values.get(TTL)).isEqualTo(86400);
            assertThat(values.get(SERVER)).isEqualTo("localhost");
            assertThat(values.find(KEY)).isEmpty();
            assertThat(values.find(BROKER)).isEmpty();
        }
    }

    @Test
    void theFileWinsOverTheDefaults() throws Exception {
        var values = bind(":dns_ttl: 5\n:verify: off\n:subnets: 10.0.0.0/8\n")
                .settings()
                .orElseThrow();
        assertThat(values.get(TTL)).isEqualTo(5);
        assertThat(values.get(VERIFY)).isFalse();
        assertThat(values.get(SERVER)).isEqualTo("localhost");
        assertThat(values.get(NETS)).containsExactly("10.0.0.0/8");
    }

    @Test
    void reportsPresenceOfDefaultedKeysFirstThenRulesInSchemaOrder() throws Exception {
        var bound = bind("""
                :url: nonsense
                :dns_key: /nowhere/key
                :mode: ''
                :verify: 'true'
                :dns_server:
                :dns_ttl: abc
                """);
        assertThat(errors(bound))
                .containsExactly(
                        nonEmpty("dns_server"),
                        nonEmpty("mode"),
                        "Parameter 'dns_ttl' is expected to be a number from 1 to 100000",
                        "Setting 'verify' is expected to be true/false",
                        "File at '/nowhere/key' defined in 'dns_key' parameter doesn't exist or is unreadable",
                        "Setting 'url' is missing a scheme");
        assertThat(bound.failure()).contains(nonEmpty("dns_server"));
        assertThat(bound.settings()).isEmpty();
        assertThat(bound.values()).isEmpty();
        assertThat(bound.problems().get(0))
                .hasToString(directory.resolve("dns.yml")
                        + ":5: dns_server: " + nonEmpty("dns_server")
                        + " (give it a value, or remove the line to have the default)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "verify: 'x'      | Setting 'verify' is expected to be true/false",
                "verify: 1        | Setting 'verify' is expected to be true/false",
                "mode: push       | Parameter 'mode' must be one of ssh, pull",
                "mode: :ssh       | Parameter 'mode' must be one of ssh, pull",
                "url: 'http://a b'| Setting 'url' contains an invalid url",
                "dns_ttl: 0       | Parameter 'dns_ttl' is expected to be a number from 1 to 100000",
                "dns_ttl: [1]     | Parameter 'dns_ttl' is expected to be a single value",
                "subnets: [~]     | Parameter 'subnets' has an empty entry",
            })
    void namesWrongValues(String line, String message) throws Exception {
        var bound = bind("---\n:" + line + "\n");
        assertThat(errors(bound)).containsExactly(message);
        assertThat(bound.problems().get(0).line()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"dns_key", "url", "subnets", "password"})
    void emptyIsUnsetWhereThereIsNoDefault(String key) throws Exception {
        for (var empty : List.of("", " ''", " ~")) {
            var bound = bind(":" + key + ":" + empty + "\n");
            assertThat(bound.problems()).isEmpty();
            assertThat(bound.values().orElseThrow().find(KEY)).isEmpty();
            assertThat(bound.values().orElseThrow().find(URL)).isEmpty();
            assertThat(bound.values().orElseThrow().find(NETS)).isEmpty();
        }
    }

    @Test
    void falseAndTheEmptyListArePresent() throws Exception {
        var bound = bind(":verify: false\n:subnets: []\n");
        assertThat(bound.problems()).isEmpty();
        assertThat(bound.values().orElseThrow().get(NETS)).isEmpty();
    }

    @Test
    void aMandatorySettingSpeaksInItsTypesWords() throws Exception {
        for (var text : List.of("", ":url:\n", ":url: ''\n")) {
            assertThat(errors(Binder.bind(only(URL.mandatory()), file(text))))
                    .containsExactly("Setting 'url' is expected to contain a url");
        }
        assertThat(errors(Binder.bind(only(KEY.mandatory()), file("")))).containsExactly(nonEmpty("dns_key"));
        assertThat(errors(Binder.bind(only(SettingTypes.bool("b", "").mandatory()), file(""))))
                .containsExactly("Setting 'b' is expected to be true/false");
        var missing = Binder.bind(only(KEY.mandatory()), file("")).problems().get(0);
        assertThat(missing.line()).isZero();
        assertThat(missing.key()).isEqualTo("dns_key");
        assertThat(missing.advice()).isEqualTo("give it a value: path of a readable file");
    }

    @Test
    void aConditionDecidesWhetherASettingIsLookedAt() throws Exception {
        assertThat(bind(":broker:\n").problems()).isEmpty();
        assertThat(errors(bind(":mode: pull\n"))).containsExactly(nonEmpty("broker"));
        assertThat(bind(":mode: pull\n:broker: b\n").settings().orElseThrow().get(BROKER))
                .isEqualTo("b");
        assertThat(errors(bind(":mode: wrong\n"))).containsExactly("Parameter 'mode' must be one of ssh, pull");
    }

    @Test
    void aConditionThatFailsIsAProblemUnlessItsCauseIsOne() throws Exception {
        var needsUrl = SettingTypes.text("needs_url", "")
                .onlyWhen(values -> values.get(URL).isOpaque());
        var schema = new Schema<Values>("Test", List.of(URL, needsUrl), values -> values);
        assertThat(Binder.bind(schema, file("")).failure())
                .contains("its condition cannot be decided: setting url is neither set nor defaulted");
        assertThat(errors(Binder.bind(schema, file(":url: nonsense\n"))))
                .containsExactly("Setting 'url' is missing a scheme");
        var without = SettingTypes.text("without_url", "")
                .mandatory()
                .onlyWhen(values -> values.find(URL).isEmpty());
        var other = new Schema<Values>("Test", List.of(URL, without), values -> values);
        assertThat(errors(Binder.bind(other, file("")))).hasSize(1);
        assertThat(errors(Binder.bind(other, file(":url: nonsense\n"))))
                .containsExactly("Setting 'url' is missing a scheme");
    }

    @Test
    void oldNamesAreReadWithAWarning() throws Exception {
        var bound = bind(":server: ns.example.com\n");
        assertThat(bound.settings().orElseThrow().get(SERVER)).isEqualTo("ns.example.com");
        assertThat(bound.problems())
                .singleElement()
                .hasToString(directory.resolve("dns.yml") + ":1: server: it is an old name (write :dns_server:)");
        assertThat(bound.raw()).containsEntry("dns_server", "ns.example.com").doesNotContainKey("server");

        var both = bind(":server: old\n:dns_server: new\n");
        assertThat(both.settings().orElseThrow().get(SERVER)).isEqualTo("new");
        assertThat(both.problems())
                .singleElement()
                .extracting(Problem::message)
                .isEqualTo("it is an old name and not read beside the new one");
        assertThat(errors(bind(":server:\n"))).containsExactly(nonEmpty("dns_server"));
    }

    @Test
    void unknownKeysAreWarnedAboutWithNearNames() throws Exception {
        var bound = bind(":dns_sever: x\n:zzz: 1\n");
        assertThat(bound.settings()).isPresent();
        assertThat(bound.problems())
                .extracting(Problem::toString)
                .containsExactly(
                        directory.resolve("dns.yml")
                                + ":1: dns_sever: no setting of this file has this name (did you mean :dns_server:?)",
                        directory.resolve("dns.yml")
                                + ":2: zzz: no setting of this file has this name (it is ignored)");
        assertThat(bound.failure()).isEmpty();
        assertThat(Binder.bind(SCHEMA, file(":zzz: 1\n"), Set.of("zzz")).problems())
                .isEmpty();
    }

    @Test
    void keysWithoutColonAreNotRead() throws Exception {
        var bound = bind("dns_ttl: 5\n");
        assertThat(bound.settings().orElseThrow().get(TTL)).isEqualTo(86400);
        assertThat(bound.problems())
                .singleElement()
                .hasToString(directory.resolve("dns.yml")
                        + ":1: dns_ttl: it is not read (write :dns_ttl: with a colon before it)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "false", "yes", "http", "https", "'https'", ""})
    void knowsTheValuesOfEnabled(String value) throws Exception {
        assertThat(bind(":enabled: " + value + "\n").problems()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {":https", "1", "yes please", "HTTPS", "[https]"})
    void warnsOfOtherValuesOfEnabled(String value) throws Exception {
        var bound = bind(":enabled: " + value + "\n");
        assertThat(bound.settings()).isPresent();
        assertThat(messages(bound, Problem.Severity.WARNING))
                .containsExactly("it is none of true, false, http, https: the module stays disabled");
        assertThat(bound.raw().get("enabled")).isNotEqualTo("https").isNotEqualTo("http");
    }

    @Test
    void readsUseProviderAsTextSymbolOrList() throws Exception {
        assertThat(bind("").values().orElseThrow().find(ModuleKeys.USE_PROVIDER))
                .isEmpty();
        for (var written : List.of("dns_x", ":dns_x", "[dns_x]", "\n  - :dns_x")) {
            var bound = bind(":use_provider: " + written + "\n");
            assertThat(bound.problems()).isEmpty();
            assertThat(bound.values().orElseThrow().get(ModuleKeys.USE_PROVIDER))
                    .containsExactly("dns_x");
        }
        assertThat(bind(":use_provider: :dns_x\n").raw()).containsEntry("use_provider", "dns_x");
        assertThat(bind(":use_provider: [a, b]\n").raw()).containsEntry("use_provider", List.of("a", "b"));
        assertThat(errors(bind(":use_provider:\n:dns_ttl:\n")))
                .containsExactly(nonEmpty("use_provider"), nonEmpty("dns_ttl"));
    }

    @Test
    void aRecordThatDoesNotFitPointsAtTheSettingItNames() throws Exception {
        var schema = new Schema<Values>("Test", List.of(TTL, SERVER), values -> {
            throw new InvalidSetting("Parameter 'dns_server' is not for 'dns_ttl'", "choose");
        });
        var bound = Binder.bind(schema, file(":dns_ttl: 1\n:dns_server: x\n"));
        assertThat(bound.settings()).isEmpty();
        assertThat(bound.values()).isEmpty();
        assertThat(bound.problems())
                .singleElement()
                .hasToString(directory.resolve("dns.yml")
                        + ":2: dns_server: Parameter 'dns_server' is not for 'dns_ttl' (choose)");
    }

    @Test
    void aBrokenParserOrBinderIsAProblemNotACrash() throws Exception {
        Setting<Integer> broken = Setting.of(
                "broken",
                "odd number",
                (key, value) -> {
                    throw new IllegalArgumentException("bug " + value);
                },
                "");
        var bound = Binder.bind(only(broken), file(":broken: sesame\n"));
        assertThat(errors(bound)).containsExactly("Parameter 'broken' cannot be understood: bug sesame");
        assertThat(errors(Binder.bind(only(broken.neverPrinted()), file(":broken: sesame\n"))))
                .containsExactly("Parameter 'broken' cannot be understood: bug ***");
        var schema = new Schema<Values>("Test", List.of(TTL), values -> {
            throw new IllegalArgumentException("bug");
        });
        assertThat(Binder.bind(schema, file("")).failure())
                .hasValueSatisfying(message -> assertThat(message).contains("do not fit together", "bug"));
    }

    @Test
    void rawHoldsWhatIsConfiguredOverTheDefaults() throws Exception {
        var delay = SettingTypes.seconds("delay", 0, 10, "").defaultsTo(Duration.ofSeconds(3));
        var path = SettingTypes.path("path", "").defaultsTo(Path.of("/a"));
        var schema = new Schema<Values>("Test", List.of(TTL, delay, path, NETS, PASSWORD), values -> values);
        var raw = Binder.bind(schema, file(":enabled: https\n:dns_ttl: 5\n:password: sesame\n:subnets:\n:own: [1]\n"))
                .raw();
        assertThat(raw)
                .containsEntry("dns_ttl", 5)
                .containsEntry("delay", 3L)
                .containsEntry("path", "/a")
                .containsEntry("enabled", "https")
                .containsEntry("subnets", null)
                .containsEntry("own", List.of(1))
                .containsEntry("password", new Secret("sesame"));
    }

    @Test
    void rawIsEqualOverAReloadUnlessSomethingChanged() throws Exception {
        var secret = Files.writeString(directory.resolve("secret"), "one\n");
        var text = ":password: file:" + secret + "\n:dns_ttl: 5\n";
        var before = bind(text).raw();
        assertThat(bind(text).raw()).isEqualTo(before);
        Files.writeString(secret, "two\n");
        assertThat(bind(text).raw()).isNotEqualTo(before);
    }

    @Test
    void printsNoSecret() throws Exception {
        var bound = bind(":password: sesame\n:passwrd: sesame\n:dns_ttl: x\n");
        assertThat(bound.toString() + bound.problems() + bound.raw().get("password"))
                .doesNotContain("sesame");
        var list = bind(":password: [sesame]\n");
        assertThat(errors(list)).containsExactly("Parameter 'password' is expected to be a single value");
        assertThat(list + "" + list.raw().get("password")).doesNotContain("sesame");
    }
}
