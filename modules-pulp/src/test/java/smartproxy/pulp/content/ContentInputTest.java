package smartproxy.pulp.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import smartproxy.core.api.CallerException;

/** What callers may send, and what they are told when it is something else. */
class ContentInputTest {
    private static com.fasterxml.jackson.databind.JsonNode body(String text) {
        return ContentInput.body(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aBodyThatIsNestedTooDeepIsRefused() {
        for (var text :
                new String[] {"[".repeat(100_000), "{\"a\": ".repeat(2000), "{\"a\": " + "9".repeat(2000) + "}"}) {
            assertThatThrownBy(() -> body(text))
                    .isInstanceOf(CallerException.class)
                    .hasMessageStartingWith("The body is no JSON that is taken");
        }
    }

    @Test
    void nothingIsKnownWhereNothingIsTaken() {
        assertThatThrownBy(() -> ContentInput.only(body("{\"x\": 1}"))).hasMessage("Unknown key 'x'; known are none");
    }

    @Test
    void aTextThatIsTooLongIsToldApart() {
        assertThatThrownBy(() -> ContentInput.optional(body("{\"a\": \"" + "b".repeat(65537) + "\"}"), "a"))
                .hasMessage("Key 'a' is expected to be a text of at most 65536 characters");
    }

    @ParameterizedTest
    @CsvSource({
        "download_concurrency, 1.5, ', and a whole one'",
        "rate_limit, 2.5, ', and a whole one'",
        "total_timeout, -1, ''",
        "total_timeout, 1e400, ''",
        "total_timeout, true, ''"
    })
    void aLimitThatPulpWouldMakeSomethingElseOfIsRefused(String limit, String value, String more) {
        var upstream = body("{\"url\": \"https://up.example.com/\", \"limits\": {\"" + limit + "\": " + value + "}}");

        assertThatThrownBy(() -> ContentInput.upstream(upstream))
                .isInstanceOf(CallerException.class)
                .hasMessage("limits: Key '" + limit + "' is expected to be a number from 0 on" + more);
    }

    @ParameterizedTest
    @CsvSource({"-1", "1001", "9223372036854775808", "18446744073709551616", "18446744073709551617", "1.0", "true"})
    void aNumberThatIsTooLargeIsNoneOfWhatIsLeftOfIt(String value) {
        assertThatThrownBy(() -> ContentInput.number(body("{\"minimum_age\": " + value + "}"), "minimum_age", 5, 1000))
                .isInstanceOf(CallerException.class)
                .hasMessage("Key 'minimum_age' is expected to be a number from 0 to 1000");
    }

    @Test
    void limitsAreNumbers() {
        var upstream = body(
                "{\"url\": \"https://up.example.com/\", \"limits\": {\"rate_limit\": 2.0, \"total_timeout\": 0.5}}");

        assertThat(ContentInput.upstream(upstream).limits()).isEqualTo(Map.of("rate_limit", 2.0, "total_timeout", 0.5));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '`', textBlock = """
            "url": "https://a b/"; Key 'url' is expected to be a URL of file, http, https without user and password
            "url": "https://me:pw@h/"; Key 'url' is expected to be a URL of file, http, https without user and password
            "url": "https://h/", "tls": {"authorities": "/etc/ca.pem"}; Key 'authorities' is expected to be a PEM text
            "url": "https://h/", "tls": "no"; Key 'tls' is expected to be an object
            "url": "https://h/", "proxy": {"url": "file:///a"}; Key 'url' is expected to be a URL of http, https without user and password
            "url": "https://h/", "options": {"a": {}}; options: Key 'a' is expected to be a text, a number, true, false or a list of texts
            "url": "https://h/", "options": {"a": null}; options: Key 'a' is expected to be a text, a number, true, false or a list of texts
            "url": "https://h/", "options": {"a": ["1", 2]}; options: Key 'a' is expected to be a text, a number, true, false or a list of texts
            "url": "https://h/", "options": {"a": ["1", null]}; options: Key 'a' is expected to be a text, a number, true, false or a list of texts
            "url": "https://h/", "options": {"a": [["1"]]}; options: Key 'a' is expected to be a text, a number, true, false or a list of texts
            """)
    void whatIsNoUpstreamIsNamed(String fields, String sentence) {
        assertThatThrownBy(() -> ContentInput.upstream(body("{" + fields + "}")))
                .isInstanceOf(CallerException.class)
                .hasMessage(sentence);
    }

    @Test
    void namesOfTypesToSkipAreAList() {
        assertThatThrownBy(() -> ContentInput.syncMode(body("{\"skip\": \"srpm\"}")))
                .isInstanceOf(CallerException.class)
                .hasMessage("Key 'skip' is expected to be a list of texts");
    }

    @Test
    void withoutAnAuthorityNothingIsProtected() {
        assertThatThrownBy(() -> ContentInput.authority(body("{}")))
                .isInstanceOf(CallerException.class)
                .hasMessage("Key 'authority' is needed");
    }

    private static String wanted(String name, String path) {
        return "{\"name\":\"" + name + "\",\"type\":\"file\",\"upstream\":\"https://h/\",\"path\":\"" + path + "\"}";
    }

    @Test
    void namesAndPathsOfAMirrorAreThereOnce() {
        for (var second : new String[] {wanted("a", "p2"), wanted("b", "p1")}) {
            var name = second.substring(9, 10);
            assertThatThrownBy(() ->
                            ContentInput.mirror(body("{\"repositories\":[" + wanted("a", "p1") + "," + second + "]}")))
                    .isInstanceOf(CallerException.class)
                    .hasMessage("repositories[1]: name or path of '" + name + "' is there twice");
        }
    }

    @Test
    void aMirrorIsOfSoManyRepositories() {
        var many = String.join(",", Collections.nCopies(JobRunner.MOST_ITEMS + 1, "1"));

        assertThatThrownBy(() -> ContentInput.mirror(body("{\"repositories\":[" + many + "]}")))
                .isInstanceOf(CallerException.class)
                .hasMessage("More than 5000 repositories");
    }

    @Test
    void aMirrorIsReadAsItWasWritten() {
        var read = ContentInput.mirror(body("""
                {"pulp": "p", "dry_run": true, "repositories": [{"name": "a", "type": "rpm", "policy": "on_demand", "path": "x/a",
                 "protect": true, "sync": {"mode": "additive", "optimize": false, "skip": ["srpm"]},
                 "upstream": {"url": "https://up.example.com/", "tls": {"verify": false}, "user": "joe", "password": "sesame",
                  "limits": {"total_timeout": 0}, "options": {"sles_auth_token": "t"}}}]}
                """));

        assertThat(read.pulp()).isEqualTo("p");
        assertThat(read.dryRun()).isTrue();
        assertThat(read.repositories()).singleElement().satisfies(one -> {
            assertThat(one.type()).isEqualTo(ContentType.RPM);
            assertThat(one.path()).isEqualTo("x/a");
            assertThat(one.protect()).isTrue();
            assertThat(one.sync()).isEqualTo(new SyncMode(SyncMode.Mode.ADDITIVE, false, List.of("srpm")));
            assertThat(one.upstream().url()).hasToString("https://up.example.com/");
            assertThat(one.upstream().policy()).isEqualTo(Upstream.Policy.ON_DEMAND);
            assertThat(one.upstream().tls().verify()).isFalse();
            assertThat(one.upstream().hasSecrets()).isTrue();
            assertThat(one.upstream().limits()).isEqualTo(Map.of("total_timeout", 0.0));
            assertThat(one.upstream().options()).isEqualTo(Map.of("sles_auth_token", "t"));
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'repos': []",
                "'repositories': [{'name': 'a', 'type': 'rpm', 'upstream': 'https://u.example.com/', 'path': 'a', 'sinc': 1}]",
                "'repositories': [{'name': 'a', 'type': 'rpm', 'upstream': 'https://u.example.com/', 'path': 'a', 'sync': {'modus': 1}}]",
                "'repositories': [{'name': 'a', 'type': 'rpm', 'upstream': {'uri': 1}, 'path': 'a'}]",
                "'repositories': [{'name': 'a', 'type': 'rpm', 'upstream': {'url': 'https://u/', 'tls': {'ca': 1}}, 'path': 'a'}]",
                "'repositories': [{'name': 'a', 'type': 'rpm', 'upstream': {'url': 'https://u/', 'proxy': {'port': 1}}, 'path': 'a'}]",
                "'repositories': [{'name': 'a', 'type': 'rpm', 'upstream': {'url': 'https://u/', 'limits': {'rate': 1}}, 'path': 'a'}]"
            },
            quoteCharacter = '"')
    void aSlipOfTheKeyIsNotPassedOverWhereverItIs(String text) {
        assertThatThrownBy(() -> ContentInput.mirror(body("{" + text.replace('\'', '"') + "}")))
                .isInstanceOf(CallerException.class)
                .hasMessageContaining("Unknown key '");
    }
}
