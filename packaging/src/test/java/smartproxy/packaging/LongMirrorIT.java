package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The mirror of many, also by a daemon that is told to end, and of a Pulp that is killed itself. */
@Timeout(1200)
@Tag("long")
class LongMirrorIT extends MirrorTests {
    LongMirrorIT() {
        super(20);
    }

    @Test
    void soDoesOneThatIsToldToEnd() throws Exception {
        var job = begunAndHanging();
        daemon().signal("TERM");
        assertThat(daemon().exitStatus()).isZero();
        lab().first().signal("content", "CONT");
        launch();
        assertWhole(job);
    }

    /** Within the minute until a task is begun again and the 200 s until Pulp frees what its killed worker held. */
    @Test
    void soDoesOneWhosePulpIsKilledWholeAndStartedAgain() throws Exception {
        var job = begunAndHanging();
        lab().killSecond();
        lab().startSecondAgain();
        var begun = System.nanoTime();
        lab().first().signal("content", "CONT");
        assertWhole(job);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofMinutes(10));
    }
}
