package smartproxy.pulp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import smartproxy.core.guard.MovableClock;

/** How long an answer of a server is good. */
class LatelyTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final AtomicInteger questions = new AtomicInteger();
    private final MovableClock clock = new MovableClock();
    private final Lately<Integer> lately =
            new Lately<>("lately", Duration.ofSeconds(10), clock, questions::incrementAndGet, (before, now) -> {});

    @AfterEach
    void close() {
        lately.close();
    }

    @Test
    void anAnswerIsGoodForItsTime() {
        assertThat(lately.now().value()).isEqualTo(1);
        clock.move(Duration.ofSeconds(9));
        assertThat(lately.now().value()).isEqualTo(1);
        clock.move(Duration.ofSeconds(1));
        assertThat(lately.now().value()).isEqualTo(2);
    }

    @Test
    void aClockThatIsSetBackMakesNoAnswerYoung() {
        var first = lately.now();
        assertThat(lately.isYounger(first, MINUTE)).isTrue();
        clock.move(Duration.ofHours(-1));

        assertThat(lately.isYounger(first, MINUTE)).isFalse();
        assertThat(lately.now().value()).isEqualTo(2);
        assertThat(lately.now().value()).isEqualTo(2);
    }
}
