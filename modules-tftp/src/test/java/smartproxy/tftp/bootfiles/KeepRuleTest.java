package smartproxy.tftp.bootfiles;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import smartproxy.tftp.bootfiles.KeepRule.Kept;

class KeepRuleTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private static Kept kept(String name, long length, int hours) {
        var have =
                new Have(URI.create("http://mirror.example.com/" + name), "", "", Optional.empty(), length, NOW, true);
        return new Kept(new Fetched(name, have, NOW), length, NOW.minus(Duration.ofHours(hours)));
    }

    private static KeepRule rule(int days, long bytes) {
        return new KeepRule(
                days == 0 ? Optional.empty() : Optional.of(Duration.ofDays(days)),
                bytes == 0 ? Optional.empty() : Optional.of(bytes));
    }

    private static List<String> going(KeepRule rule, Kept... all) {
        return rule.going(List.of(all), NOW).stream()
                .map(going -> going.kept().file().destination() + ": " + going.why())
                .toList();
    }

    @Test
    void withoutARuleAllStay() {
        assertThat(KeepRule.ALL.keepsAll()).isTrue();
        assertThat(going(KeepRule.ALL, kept("a", 1 << 30, 24 * 365))).isEmpty();
    }

    @Test
    void whatIsNotUsedForMoreThanTheDaysGoes() {
        assertThat(going(rule(30, 0), kept("a", 5, 24 * 30 + 1), kept("b", 5, 24 * 30), kept("c", 5, 24 * 60 + 5)))
                .containsExactly("c: not used for 60 days", "a: not used for 30 days");
    }

    @Test
    void ofTooMuchTheOldestGoUntilTheRestFits() {
        assertThat(going(rule(0, 10), kept("a", 4, 50), kept("b", 4, 30), kept("c", 4, 70), kept("d", 2, 60)))
                .containsExactly(
                        "c: not used for 2 days, and all together take more than :boot_file_keep_size: allows");
        assertThat(going(rule(0, 10), kept("a", 5, 50), kept("b", 5, 70)))
                .as("just fits")
                .isEmpty();
    }

    @Test
    void whatIsTooOldCountsNoMoreForTheSize() {
        assertThat(going(rule(2, 5), kept("a", 5, 72), kept("b", 5, 40))).containsExactly("a: not used for 3 days");
    }

    @Test
    void whatWasUsedWithinADayStaysHoweverMuchThatIs() {
        assertThat(going(rule(1, 1), kept("a", 50, 24), kept("b", 50, 0), kept("c", 50, -3)))
                .isEmpty();
        assertThat(rule(1, 1).isTooMuch(150)).isTrue();
    }
}
