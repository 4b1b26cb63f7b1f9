package smartproxy.pulp.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
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

    @Test
    void limitsAreNumbers() {
        var upstream = body(
                "{\"url\": \"https://up.example.com/\", \"limits\": {\"rate_limit\": 2.0, \"total_timeout\": 0.5}}");

        assertThat(ContentInput.upstream(upstream).limits()).isEqualTo(Map.of("rate_limit", 2.0, "total_timeout", 0.5));
    }
}
