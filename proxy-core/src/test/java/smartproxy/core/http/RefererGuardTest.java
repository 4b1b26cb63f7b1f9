package smartproxy.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RefererGuardTest {
    private static final String HOST = "proxy.example.com:9090";
    private static final String EVIL = "https://evil.example.org/";

    @ParameterizedTest
    @ValueSource(
            strings = {
                EVIL,
                "not a uri",
                "http://",
                "https:///x",
                "//evil.example.org/x",
                "https://evil.example.org/|",
                " https://proxy.example.com/",
                "https://proxy.example.com@evil.example.org/",
                "https://evil.example.org\\@proxy.example.com/",
                "https://proxy.example.com.evil.example.org",
                "http://[::1]/",
                "http://under_score.example.org/"
            })
    void aPageOfAnotherHostIsForeign(String referer) {
        assertThat(RefererGuard.isForeign(referer, null, HOST)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "https://proxy.example.com:9090/x",
                "http://proxy.example.com/",
                "https://PROXY.example.com/",
                "https://user@proxy.example.com/",
                "/relative",
                "about:blank",
                "mailto:a@evil.example.org",
                "null"
            })
    void aPageOfThisHostOrOfNoneIsNot(String referer) {
        assertThat(RefererGuard.isForeign(referer, null, HOST)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "http://[::1]/, [::1]:9090, false",
        "http://[::1]:80/, [::1], false",
        "http://[::1]/, [::2]:9090, true",
        "http://a_b.example.com:1/, a_b.example.com, false",
        "https://evil.example.org/, '', true"
    })
    void portsAreNotCompared(String referer, String host, boolean foreign) {
        assertThat(RefererGuard.isForeign(referer, null, host)).isEqualTo(foreign);
    }

    @Test
    void aRequestWithoutHostHasNoPagesOfItsOwn() {
        assertThat(RefererGuard.isForeign(EVIL, null, null)).isTrue();
    }

    @Test
    void noRefererIsNotForeign() {
        assertThat(RefererGuard.isForeign(null, null, HOST)).isFalse();
    }

    @Test
    void aRequestWithOriginIsNotForeign() {
        assertThat(RefererGuard.isForeign(EVIL, EVIL, HOST)).isFalse();
        assertThat(RefererGuard.isForeign(EVIL, "", HOST)).isFalse();
    }

    @Test
    void aScriptedRequestIsNotForeign() {
        assertThat(RefererGuard.isForeign(EVIL, null, HOST, "XMLHttpRequest")).isFalse();
        assertThat(RefererGuard.isForeign(EVIL, null, HOST, "xmlhttprequest")).isTrue();
        assertThat(RefererGuard.isForeign(EVIL, null, HOST, null)).isTrue();
    }
}
