package smartproxy.tftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import smartproxy.core.api.HealthSource.Health;

class LookoutTest {
    private final AtomicInteger looks = new AtomicInteger();

    private Health look() {
        return new Health(true, "look " + looks.incrementAndGet());
    }

    @Test
    void nobodyHasToWaitForALook() {
        var lookout = new Lookout("test", this::look);
        assertThat(lookout.hasLooked()).isFalse();
        assertThat(lookout.health()).isEqualTo(new Health(true, "not looked at yet"));
    }

    @Test
    void whatWasSeenLongAgoIsLookedAtAgain() {
        var lookout = new Lookout("test", this::look, Duration.ZERO);
        lookout.refresh();
        await().until(lookout::hasLooked);
        await().untilAsserted(() -> assertThat(lookout.health().detail()).isEqualTo("look 3"));
    }

    @Test
    void whatWasSeenLatelyIsNotLookedAtAgain() {
        var lookout = new Lookout("test", this::look, Duration.ofHours(1));
        lookout.refresh();
        await().until(lookout::hasLooked);
        for (var i = 0; i < 3; i++) {
            assertThat(lookout.health().detail()).isEqualTo("look 1");
        }
        assertThat(lookout.age()).isLessThan(Duration.ofMinutes(10));
        assertThat(looks).hasValue(1);
    }

    @Test
    void withoutAThreadNobodyLooksUntilThereIsOne() {
        var threads = new AtomicInteger();
        var lookout = new Lookout(this::look, Duration.ZERO, work -> {
            if (threads.incrementAndGet() == 1) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            work.run();
        });
        lookout.refresh();
        assertThat(lookout.hasLooked()).isFalse();

        lookout.refresh();

        assertThat(lookout.hasLooked()).isTrue();
        assertThat(looks).hasValue(1);
    }

    @Test
    void aLookThatFailsIsToldAndTheNextOneCounts() {
        var lookout = new Lookout("test", () -> {
            if (looks.incrementAndGet() == 1) {
                throw new IllegalStateException("a bug");
            }
            return new Health(true, "well");
        });
        lookout.refresh();
        await().until(lookout::hasLooked);
        assertThat(lookout.health())
                .isEqualTo(new Health(false, "could not be looked at: java.lang.IllegalStateException: a bug"));
        await().untilAsserted(() -> {
            lookout.refresh();
            assertThat(lookout.health()).isEqualTo(new Health(true, "well"));
        });
    }
}
