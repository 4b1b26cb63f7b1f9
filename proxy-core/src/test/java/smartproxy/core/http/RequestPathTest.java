package smartproxy.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.api.CallerException;

class RequestPathTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "features",
                "?x",
                "#x",
                "a:b",
                "127.0.0.1:22",
                "mailto:a@b",
                "ftp://x/y",
                "http://o.example",
                "http://o.example?x=/1",
                "/a b",
                "/a|b",
                "/a\\b",
                "/a^b",
                "/a`b",
                "/a{b}",
                "/a<b>",
                "/a\"b",
                "/dhcp/[::1]",
                "//[::1]/x",
                "/caf\u00e9",
                "/caf\u00c3\u00a9",
                "/a\u0000b",
                "/a\nb",
                "/a\u007fb",
                "/%zz",
                "/%",
                "/%4",
                "/a%4",
                "/features?a b",
                "/features?caf\u00e9",
                "/features?a\u0000",
                // above the root
                "/../features",
                "//../x",
                "/..",
                "/./..",
                "/a/../..",
                "/a/../../x",
                "/a//../..",
                "/a/b//../../../x",
                "/%2e%2e/x",
                "/%2E./x",
                "/a/%2e%2e/%2e%2e/x",
                "/%2F../x",
                "/tftp/..%2f..%2fetc/52:54:00:aa:bb:cc",
                "/httpboot/..%2f..%2f..%2f..%2fetc%2fpasswd",
                "/httpboot/../../../../etc/passwd",
                "/httpboot/%2e%2e/%2e%2e/%2e%2e/etc/passwd"
            })
    void anIllegalTargetIsRefused(String target) {
        assertThatThrownBy(() -> RequestPath.parse(target))
                .isInstanceOfSatisfying(
                        CallerException.class, e -> assertThat(e.status()).isEqualTo(400));
    }

    @Test
    void theRefusalNamesTheTargetWithoutWhatCouldHarmAPageOrALog() {
        assertThatThrownBy(() -> RequestPath.parse("/%zz")).hasMessage("bad URI `/%zz'.");
        assertThatThrownBy(() -> RequestPath.parse("/%zz?token=a")).hasMessage("bad URI `/%zz?token=***'.");
        assertThatThrownBy(() -> RequestPath.parse("/<script>\r\n\u00e9")).hasMessage("bad URI `/?script????'.");
        assertThatThrownBy(() -> RequestPath.parse("/" + "|".repeat(1_000_000)))
                .hasMessage("bad URI `/" + "|".repeat(199) + "...'.");
        assertThatThrownBy(() -> RequestPath.parse("/ ~" + "|".repeat(197)))
                .hasMessage("bad URI `/ ~" + "|".repeat(197) + "'.");
    }

    @ParameterizedTest
    @CsvSource({
        "/features, /features, ''",
        "/features?a=b&c, /features, a=b&c",
        "/features?, /features, ''",
        "/x??, /x, ?",
        "/x?a?b/c, /x, a?b/c",
        "/x?a[]=1&a[b]=2, /x, a[]=1&a[b]=2",
        "/x?a=%&b=%z, /x, a=%&b=%z",
        "'/x?a|\"<>\\^`{}', /x, 'a|\"<>\\^`{}'",
        "/x?mac=00:11:22:33:44:55&from=10.0.0.10, /x, mac=00:11:22:33:44:55&from=10.0.0.10",
        "/features#x, /features, ''",
        "/x?q#f, /x, q",
        "/x#f?q, /x, ''",
        "//features, //features, ''",
        "/a%00b, /a%00b, ''",
        "/%ff, /%ff, ''",
        "/a;b=c, /a;b=c, ''",
        "/a:b@c!$&'()*+=~-._, /a:b@c!$&'()*+=~-._, ''",
        "/azAZ09?!az~, /azAZ09, !az~",
        "/%252e%252e/x, /%252e%252e/x, ''",
        "/a/.., /a/.., ''",
        "/a/b/..%2f..%2fx, /a/b/..%2f..%2fx, ''",
        "/%5c..%5cx, /%5c..%5cx, ''",
        "https://proxy.example.com:9090/features, /features, ''",
        "http://other.example.org/features?a, /features, a",
        "HTTP://o/f, /f, ''",
        "*, *, ''"
    })
    void aLegalTargetIsTakenApart(String target, String raw, String query) {
        var path = RequestPath.parse(target.replace("''", "'"));
        assertThat(path.raw()).isEqualTo(raw.replace("''", "'"));
        assertThat(path.query()).isEqualTo(query);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "/dns, /dns, ''",
                "/dns/, /dns, /",
                "/dns//, /dns, /",
                "//dns//x, /dns, /x",
                "/dnsx, /dns, -",
                "/dn, /dns, -",
                "/, /dns, -",
                "/DNS/, /dns, -",
                "/%64ns/, /dns, -",
                "/./dns/, /dns, -",
                "/x/../dns/, /dns, -",
                "/dns/../features, /dns, /features",
                "/dns/%2e%2e/features, /dns, /features",
                "/dns/../features, /features, -",
                "/dns%2fx, /dns, -",
                "/puppet/ca, /puppet/ca, ''",
                "/puppet//ca//x, /puppet/ca, /x",
                "/puppet/cax, /puppet/ca, -",
                "/puppet/ca/x, /puppet, /ca/x",
                "/v2/features/, /v2, /features/",
                "*, /, -",
                "*, /dns, -"
            })
    void aMountIsFoundByWholeSegmentsOfTheRawPath(String target, String mount, String rest) {
        assertThat(RequestPath.parse(target).below(mount).orElse(null)).isEqualTo(rest);
    }

    @ParameterizedTest
    @CsvSource({
        "/m/a, /a",
        "/m/a/, /a/",
        "/m/a//, /a/",
        "/m/a//b, /a/b",
        "/m/a/., /a/",
        "/m/./a, /a",
        "/m/a/.., /",
        "/m/a/b/.., /a/",
        "/m/a/b/., /a/b/",
        "/m/x/%2E/y/%2e%2E, /x/",
        "/m/..., /...",
        "/m/a/..., /a/...",
        "/m/..a/b.., /..a/b..",
        "/m/%252e%252e/x, /%252e%252e/x",
        "/m/a%00b, /a%00b",
        "/m/%66eatures, /%66eatures",
        "/m/a5.example.com%2FA, /a5.example.com/A",
        "/m/a%2f, /a/",
        "/m/a%5cb, /a/b",
        "/m/n/../../etc/passwd, /etc/passwd",
        "/m/n/..%2f..%2fpasswd, /passwd",
        "/m/..%5c..%5cetc%5cpasswd, /etc/passwd",
        "/m/52%3A54%3A00, /52%3A54%3A00"
    })
    void theRestIsCleanedButNeverLeavesTheMount(String target, String rest) {
        assertThat(RequestPath.parse(target).below("/m")).hasValue(rest);
    }

    @ParameterizedTest
    @CsvSource({
        "/features, /features",
        "//features, /features",
        "/./features, /features",
        "/%66eatures, /%66eatures",
        "/a/../features, /features",
        "/features/, /features/",
        "/, /",
        "//, /"
    })
    void theRootTakesEverything(String target, String rest) {
        assertThat(RequestPath.parse(target).below("/")).hasValue(rest);
    }

    @Test
    void aLongPathIsReadOnce() {
        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(60),
                () -> assertThat(RequestPath.parse("/m" + "/a%5cb".repeat(1_000_000))
                                .below("/m"))
                        .hasValueSatisfying(rest -> assertThat(rest).hasSize(4_000_000)));
    }
}
