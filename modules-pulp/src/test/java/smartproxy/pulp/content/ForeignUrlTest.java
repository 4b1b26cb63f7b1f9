package smartproxy.pulp.content;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is made of a URL that somebody else has given to a Pulp. */
class ForeignUrlTest {
    @ParameterizedTest
    @CsvSource({
        "https://up.example.com/a b/, https://up.example.com/a%20b/, false",
        "https://joe:pa55@up.example.com/, https://up.example.com/, true",
        "https://up.example.com/100%/ä, https://up.example.com/100%25/%C3%A4, false",
        "'', '', false",
        "http://, http%3A%2F%2F, false",
        "http:, http%3A, false",
        "://up.example.com/, %3A%2F%2Fup.example.com%2F, false",
        "1a://up.example.com/, 1a%3A%2F%2Fup.example.com%2F, false",
        "http://joe:pa55@, http%3A%2F%2F, true"
    })
    void isShownWhateverItIsButForItsLogin(String text, String shown, boolean hasLogin) {
        var url = ForeignUrl.of(text);

        assertThat(url.url()).hasToString(shown);
        assertThat(url.hasLogin()).isEqualTo(hasLogin);
    }
}
