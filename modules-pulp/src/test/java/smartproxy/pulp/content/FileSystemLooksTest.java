package smartproxy.pulp.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.Deadline;

class FileSystemLooksTest {
    private static final Duration WATCHDOG = Duration.ofSeconds(60);

    private final CountDownLatch mounted = new CountDownLatch(1);
    private final FileSystemLooks looks = new FileSystemLooks("storage");

    @AfterEach
    void mount() {
        mounted.countDown();
    }

    private boolean away() throws InterruptedException {
        return mounted.await(5, TimeUnit.MINUTES);
    }

    private static Deadline soon() {
        return Deadline.in(Duration.ofMillis(50));
    }

    private void assertSilent(Kind kind) {
        assertThatThrownBy(() -> looks.look(this::away, soon()))
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(kind))
                .hasMessage("storage: a file system does not answer");
    }

    @Test
    void aFileSystemThatIsAwayKeepsNobodyAndFewThreads() throws Exception {
        for (var kept = 0; kept < FileSystemLooks.MOST; kept++) {
            assertSilent(Kind.TIMEOUT);
        }
        assertSilent(Kind.UNAVAILABLE);

        mounted.countDown();

        await().atMost(WATCHDOG)
                .ignoreExceptionsInstanceOf(BackendException.class)
                .until(() -> looks.look(() -> "there", Deadline.in(WATCHDOG)).equals("there"));
    }

    @Test
    void whatALookThrowsIsToldAndHoldsUpNone() {
        for (var times = 0; times <= FileSystemLooks.MOST; times++) {
            assertThatThrownBy(() -> looks.look(
                            () -> {
                                throw new IOException("gone");
                            },
                            Deadline.in(WATCHDOG)))
                    .isInstanceOf(ExecutionException.class)
                    .hasRootCauseMessage("gone");
        }
    }

    @Test
    void whereThereWereNoThreadsTheNextOneLooks() throws Exception {
        var failures = new AtomicInteger();
        var few = new FileSystemLooks("storage", look -> {
            if (failures.getAndIncrement() < FileSystemLooks.MOST) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            look.run();
        });
        for (var times = 0; times < FileSystemLooks.MOST; times++) {
            assertThatThrownBy(() -> few.look(() -> "there", Deadline.in(WATCHDOG)))
                    .isInstanceOf(OutOfMemoryError.class);
        }

        assertThat(few.look(() -> "there", Deadline.in(WATCHDOG))).isEqualTo("there");
    }
}
