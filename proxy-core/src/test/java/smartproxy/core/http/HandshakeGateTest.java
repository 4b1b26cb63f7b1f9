package smartproxy.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
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
}
