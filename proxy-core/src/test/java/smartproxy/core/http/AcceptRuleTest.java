package smartproxy.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AcceptRuleTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*/*",
                "application/*",
                "application/json",
                "Application/JSON",
                "application/json;version=2",
                "application/json,version=2",
                "application/json;q=0",
                "text/html, application/json",
                "text/html;q=0.9 , */*;q=0.1",
                " application/json ; q=0.5",
                "text/html, image/gif, *; q=.2",
                "json",
                ",",
                " "
            })
    void jsonIsAdmitted(String accept) {
        assertThat(AcceptRule.admitsJson(accept)).isTrue();
    }

    @Test
    void noHeaderAdmitsAll() {
        assertThat(AcceptRule.admitsJson(null)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/html",
                "text/*",
                "application/xml",
                "application/jsonx",
                "application/ld+json",
                "text/html;a=application/json",
                "x, text/html"
            })
    void jsonIsNotAdmitted(String accept) {
        assertThat(AcceptRule.admitsJson(accept)).isFalse();
    }
}
