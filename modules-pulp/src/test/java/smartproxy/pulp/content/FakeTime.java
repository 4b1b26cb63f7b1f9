package smartproxy.pulp.content;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Time that passes when somebody waits, and in which things happen. */
final class FakeTime implements Patience.Time {
    private final List<Event> events = new ArrayList<>();
    private Duration now = Duration.ZERO;

    private record Event(Duration at, Runnable what) {}

    /** Has something happen when it is so late. */
    synchronized FakeTime at(Duration at, Runnable what) {
        events.add(new Event(at, what));
        return this;
    }

    synchronized Duration now() {
        return now;
    }

    @Override
    public long nanoTime() {
        return now().toNanos();
    }

    @Override
    public synchronized void pause(long millis) {
        now = now.plusMillis(millis);
        var due =
                events.stream().filter(event -> event.at().compareTo(now) <= 0).toList();
        events.removeAll(due);
        due.forEach(event -> event.what().run());
    }
}
