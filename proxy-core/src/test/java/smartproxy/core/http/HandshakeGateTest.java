package smartproxy.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class HandshakeGateTest {
    private final List<String> events = new ArrayList<>();

    private final class Step implements HandshakeGate.Step {
        private final String client;
        private final String name;
        private final boolean first;

        Step(String client, String name, boolean first) {
            this.client = client;
            this.name = name;
            this.first = first;
        }

        @Override
        public void proceed() {
            events.add(name);
        }

        @Override
        public void refuse() {
            events.add("not " + name);
        }

        @Override
        public boolean isFirst() {
            return first;
        }

        @Override
        public Object client() {
            return client;
        }
    }

    private Step fresh(String client, String name) {
        return new Step(client, name, true);
    }

    @Test
    void soManyAtOnceAndTheOthersInTheirOrder() {
        var gate = new HandshakeGate(2, 10, Runnable::run);
        for (var name : List.of("1", "2", "3", "4")) {
            gate.enter(fresh("a", name));
        }
        assertThat(events).containsExactly("1", "2");
        gate.leave();
        assertThat(events).containsExactly("1", "2", "3");
        gate.leave();
        assertThat(events).containsExactly("1", "2", "3", "4");
    }

    @Test
    void whatHasBegunIsFinishedFirst() {
        var gate = new HandshakeGate(1, 1, Runnable::run);
        gate.enter(fresh("a", "1"));
        gate.enter(fresh("a", "2"));
        gate.enter(new Step("a", "3 begun", false));
        gate.enter(new Step("a", "4 begun", false));
        gate.leave();
        gate.leave();
        gate.leave();
        assertThat(events).containsExactly("1", "3 begun", "4 begun", "2");
    }

    @Test
    void oneTooManyIsRefusedAtOnceAndThoseWhoWaitAreServed() {
        var gate = new HandshakeGate(1, 2, Runnable::run);
        for (var name : List.of("1", "2", "3", "4")) {
            gate.enter(fresh("a", name));
        }
        assertThat(events).containsExactly("1", "not 4");
        gate.leave();
        gate.leave();
        assertThat(events).containsExactly("1", "not 4", "2", "3");
    }

    @Test
    void aCrowdRefusesItselfAndNotWhoComesAlone() {
        var gate = new HandshakeGate(1, 3, Runnable::run);
        for (var name : List.of("1", "2", "3", "4")) {
            gate.enter(fresh("crowd", name));
        }
        gate.enter(fresh("alone", "alone"));
        gate.leave();
        gate.leave();
        gate.leave();
        assertThat(events).containsExactly("1", "not 4", "2", "alone", "3");
    }

    @Test
    void whoCameBeforeACrowdIsNotRefusedForIt() {
        var gate = new HandshakeGate(1, 3, Runnable::run);
        gate.enter(fresh("crowd", "1"));
        gate.enter(fresh("alone", "alone"));
        for (var name : List.of("2", "3", "4")) {
            gate.enter(fresh("crowd", name));
        }
        assertThat(events).containsExactly("1", "not 4");
    }

    @Test
    void whoWasServedOrRefusedWaitsNoMore() {
        var gate = new HandshakeGate(1, 2, Runnable::run);
        for (var name : List.of("1", "2", "3", "4")) {
            gate.enter(fresh("a", name));
        }
        for (var ends = 0; ends < 3; ends++) {
            gate.leave();
        }
        for (var name : List.of("5", "6", "7", "8")) {
            gate.enter(fresh("a", name));
        }
        assertThat(events).containsExactly("1", "not 4", "2", "3", "5", "not 8");
    }

    @Test
    void whoGoesOnAndOnKeepsNewcomersWaitingForFourStepsOnly() {
        var gate = new HandshakeGate(1, 3, Runnable::run);
        gate.enter(fresh("a", "1"));
        for (var i = 2; i <= 7; i++) {
            gate.enter(new Step("crowd", i + " begun", false));
        }
        gate.enter(fresh("alone", "alone"));
        gate.enter(new Step("other", "8 begun", false));
        for (var i = 0; i < 8; i++) {
            gate.leave();
        }
        assertThat(events)
                .containsExactly(
                        "1", "2 begun", "8 begun", "3 begun", "4 begun", "alone", "5 begun", "6 begun", "7 begun");
    }

    @Test
    void aFreePlaceIsTakenAgain() {
        var gate = new HandshakeGate(1, 1, Runnable::run);
        gate.enter(fresh("a", "1"));
        gate.leave();
        gate.enter(fresh("a", "2"));
        gate.leave();
        assertThat(events).containsExactly("1", "2");
    }

    @Test
    void whoWaitsAtTheEndIsRefused() {
        var gate = new HandshakeGate(1, 2, task -> {
            throw new RejectedExecutionException();
        });
        for (var name : List.of("1", "2", "3")) {
            gate.enter(fresh("a", name));
        }
        gate.leave();
        assertThat(events).containsExactly("1", "not 2", "not 3");
        gate.enter(fresh("a", "4"));
        assertThat(events).endsWith("4");
    }

    /** Between finding no place and waiting for one the last place must not be given back: nobody would call who waits. */
    @Test
    void whoComesAsTheLastPlaceIsGivenBackIsNotForgotten() throws Exception {
        var gate = new HandshakeGate(1, 10, Runnable::run);
        var proceeded = new AtomicInteger();
        var rounds = 30_000;
        var together = new CyclicBarrier(2);
        Callable<Integer> client = () -> {
            for (var round = 1; round <= rounds; round++) {
                together.await(10, TimeUnit.SECONDS);
                gate.enter(new Leaving(gate, proceeded));
                together.await(10, TimeUnit.SECONDS);
                if (proceeded.get() != 2 * round) {
                    return round;
                }
            }
            return rounds;
        };
        var threads = Executors.newFixedThreadPool(2);
        try {
            var both = threads.invokeAll(List.of(client, client));
            assertThat(both.get(0).get()).isEqualTo(rounds);
            assertThat(both.get(1).get()).isEqualTo(rounds);
        } finally {
            threads.shutdownNow();
        }
    }

    private record Leaving(HandshakeGate gate, AtomicInteger proceeded) implements HandshakeGate.Step {
        @Override
        public void proceed() {
            proceeded.incrementAndGet();
            gate.leave();
        }

        @Override
        public void refuse() {
            throw new IllegalStateException("nobody is refused");
        }

        @Override
        public boolean isFirst() {
            return true;
        }

        @Override
        public Object client() {
            return this;
        }
    }

    /** The selector may see what a client sent next before the thread of its last step has returned. */
    @Test
    void stepsOfAConnectionThatOverlapGiveBackAPlaceEach() {
        var gate = new HandshakeGate(2, 10, Runnable::run);
        var places = new HandshakeGate.Held();
        gate.enter(fresh("a", "1"));
        places.take();
        gate.enter(new Step("a", "1 goes on", false));
        places.take();
        for (var end = 0; end < 3; end++) {
            if (places.give()) {
                gate.leave();
            }
        }
        for (var name : List.of("2", "3", "4")) {
            gate.enter(fresh("b", name));
        }
        assertThat(events).containsExactly("1", "1 goes on", "2", "3");
    }
}
