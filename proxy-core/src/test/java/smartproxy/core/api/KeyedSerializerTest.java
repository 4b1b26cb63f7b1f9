package smartproxy.core.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class KeyedSerializerTest {
    private final KeyedSerializer<String> serializer = new KeyedSerializer<>();

    @Test
    void runsWorkOnAKeyOneAtATime() throws Exception {
        var inside = new AtomicInteger();
        var most = new AtomicInteger();
        var pool = Executors.newFixedThreadPool(8);
        try {
            var all = new ArrayList<Future<?>>();
            for (var i = 0; i < 400; i++) {
                all.add(pool.submit(() -> serializer.inOrder("key", soon(), () -> {
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    return inside.decrementAndGet();
                })));
            }
            for (var one : all) {
                one.get(10, TimeUnit.SECONDS);
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(most).hasValue(1);
    }

    @Test
    void letsOtherKeysPassAndGivesUpAtTheDeadline() throws Exception {
        var inside = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        var pool = Executors.newSingleThreadExecutor();
        try {
            var first = pool.submit(() -> serializer.inOrder("a", soon(), () -> {
                inside.countDown();
                return await(go);
            }));
            await(inside);
            assertThat(serializer.<String>inOrder("b", soon(), () -> "passed")).isEqualTo("passed");
            List<String> begun = new CopyOnWriteArrayList<>();
            assertThatThrownBy(() -> serializer.inOrder("a", Deadline.in(Duration.ofMillis(20)), () -> begun.add("a")))
                    .isInstanceOf(BusyException.class)
                    .hasMessageContaining("nothing was changed");
            assertThat(begun).isEmpty();
            go.countDown();
            first.get(10, TimeUnit.SECONDS);
        } finally {
            pool.shutdownNow();
        }
        assertThat(serializer.<Integer>inOrder("a", soon(), () -> 1)).isEqualTo(1);
    }

    @Test
    void goesOnAfterWorkThatThrew() {
        assertThatThrownBy(() -> serializer.inOrder("a", soon(), () -> {
                    throw CallerException.conflict("taken");
                }))
                .hasMessage("taken");
        assertThat(serializer.<Integer>inOrder("a", soon(), () -> 2)).isEqualTo(2);
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static Deadline soon() {
        return Deadline.in(Duration.ofSeconds(10));
    }
}
