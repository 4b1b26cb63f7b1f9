package smartproxy.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessLogTest {
    private final AccessLog log = new AccessLog();

    @Test
    void linesAreTheReferences() {
        try (var capture = new Capture(AccessLog.class, Level.INFO)) {
            log.started("GET", "/logs/", "from_timestamp=1");
            log.started("POST", "/dns/", null);
            log.started("POST", "/dns/", "");
            log.finished("GET", "/logs/", 200, 12_341_000);
            log.brokenOff("GET", "/logs/", 200, 12_341_000);

            assertThat(capture.lines())
                    .containsExactly(
                            "INFO Started GET /logs/ from_timestamp=1",
                            "INFO Started POST /dns/ ",
                            "INFO Started POST /dns/ ",
                            "INFO Finished GET /logs/ with 200 (12.34 ms)",
                            "INFO Finished GET /logs/ with 200, broken off (12.34 ms)");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0.0",
        "4999, 0.0",
        "5000, 0.01",
        "50000, 0.05",
        "100000, 0.1",
        "960000, 0.96",
        "12000000, 12.0",
        "12300000, 12.3",
        "12345000, 12.35",
        "12999999, 13.0",
        "12345678900000, 12345678.9",
        "-1, 0.0"
    })
    void timesArePrintedAsRubyPrintsRoundedFloats(long nanos, String printed) {
        assertThat(AccessLog.millis(nanos)).isEqualTo(printed);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "token=abc|token=***",
                "a=1&Auth_Token=abc&b=2|a=1&Auth_Token=***&b=2",
                "user[password]=a;b=2|user[password]=***;b=2",
                "secret=a=b&c|secret=***&c",
                "key=|key=",
                "key|key",
                "passphrase=x&passwd=y|passphrase=***&passwd=***",
                "fqdn=host.example.com&value=192.0.2.1|fqdn=host.example.com&value=192.0.2.1",
                "a=token|a=token",
                "&&=;|&&=;",
                "X-Amz-Signature=a&X-Amz-Credential=b|X-Amz-Signature=***&X-Amz-Credential=***",
                "sig=a&auth=b&pwd=c|sig=***&auth=***&pwd=***",
                "design=a&author=b|design=a&author=b",
                "%74oken=a&validate%5Ftoken=b|%74oken=***&validate%5Ftoken=***",
                "tok%zzen=a|tok%zzen=a",
                "token%zz=a|token%zz=***",
                "token=a;b;c=d;e|token=***;***;c=d;e"
            })
    void secretsAreMasked(String query, String logged) {
        assertThat(AccessLog.masked(query)).isEqualTo(logged);
    }

    @Test
    void aHugeQueryIsMaskedThenCut() {
        var query = "key".repeat(50_000) + "=" + "hidden".repeat(50_000);
        try (var capture = new Capture(AccessLog.class, Level.INFO)) {
            log.started("GET", "/", query);
            log.started("GET", "/", "token=" + "hidden".repeat(5_000));

            assertThat(capture.lines().get(0)).doesNotContain("hidden").hasSizeLessThan(3000);
            assertThat(capture.lines().get(1)).isEqualTo("INFO Started GET / token=***");
        }
    }
}
