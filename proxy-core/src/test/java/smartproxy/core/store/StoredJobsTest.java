package smartproxy.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoredJobsTest {
    @ParameterizedTest
    @CsvSource({"0, 10", "1, 20", "2, 40", "8, 2560", "9, 3600", "64, 3600"})
    void aJobThatFailsIsTriedAgainAfterTwiceTheTimeUpToAnHour(int failures, long seconds) {
        assertThat(StoredJobs.pause(failures)).isEqualTo(Duration.ofSeconds(seconds));
    }
}
