package smartproxy.dhcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TimeTextTest {
    private static final DateTimeFormatter FORMATTER = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    @Test
    void timesAreShownAsTheReferenceShowsThem() {
        assertThat(TimeText.of(0)).isEqualTo("1970-01-01 00:00:00 UTC");
        assertThat(TimeText.of(Integer.MAX_VALUE)).isEqualTo("2038-01-19 03:14:07 UTC");
        assertThat(TimeText.of(0xffff_ffffL)).isEqualTo("2106-02-07 06:28:15 UTC");
    }

    @Test
    void anyOtherTimeIsAsAFormatterWritesIt() {
        var random = new Random(1);
        for (var i = 0; i < 10_000; i++) {
            var seconds = random.nextLong(253_402_300_799L);
            assertThat(TimeText.of(seconds)).isEqualTo(FORMATTER.format(Instant.ofEpochSecond(seconds)));
        }
    }

    @Test
    void whatHasNoSuchTextIsShownAsTheNearestThatHas() {
        assertThat(TimeText.of(-1)).isEqualTo("1970-01-01 00:00:00 UTC");
        assertThat(TimeText.of(Long.MAX_VALUE)).isEqualTo("9999-12-31 23:59:59 UTC");
    }
}
