package smartproxy.core.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearNamesTest {
    @ParameterizedTest
    @CsvSource({"abc,abc,0", "abc,abd,1", "abc,acb,1", "abc,ab,1", "ab,abc,1", "'',abc,3", "dns_sever,dns_server,1"})
    void countsWhatWasMistyped(String a, String b, int distance) {
        assertThat(NearNames.distance(a, b)).isEqualTo(distance);
    }

    @Test
    void namesTheNearestFirstAndAtMostThree() {
        assertThat(NearNames.of("dns_sever", List.of("dns_key", "dns_serve", "dns_server", "enabled")))
                .containsExactly("dns_server", "dns_serve");
        assertThat(NearNames.of("abcdef", List.of("abcde1", "abcde2", "abcde3", "abcde4")))
                .hasSize(3);
    }

    @Test
    void namesNothingThatIsFarOff() {
        assertThat(NearNames.of("subnets", List.of("enabled", "server"))).isEmpty();
        assertThat(NearNames.of("a".repeat(100_000), List.of("a".repeat(100_000))))
                .isEmpty();
    }
}
