package smartproxy.core.log;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The last records, for {@code /logs}: a main ring, and a tail ring that keeps the errors the main ring pushes out. A logger
 * waits here for nobody: readers copy references and work on the copy.
 */
public final class LogBuffer {
    /** What is told of a record whose lowest level is kept in the tail: {@code ERROR}, as a number of the reference. */
    public static final int TAIL_LEVEL = 3;

    /**
     * A kept record.
     *
     * @param time when it was logged
     * @param level {@code DEBUG}, {@code INFO}, {@code WARN}, {@code ERROR} or {@code FATAL}
     * @param backtrace message and frames of the exception it came with
     * @param requestId the first eight characters of the request's id
     */
    public record Entry(
            Instant time,
            String level,
            String message,
            @Nullable String backtrace,
            @Nullable String requestId) {}

    /**
     * The content at one moment.
     *
     * @param entries tail ring, then main ring, each from the oldest on
     */
    public record Snapshot(int size, int tailSize, List<Entry> entries) {}

    private Ring main;
    private Ring tail;

    /**
     * @param size records of the main ring, more than 1
     * @param tailSize records of the tail ring, more than 1
     */
    public LogBuffer(int size, int tailSize) {
        main = new Ring(size);
        tail = new Ring(tailSize);
    }

    /** Adds a record; the oldest goes when the ring is full. */
    public synchronized void add(Entry entry) {
        var evicted = main.push(entry);
        if (evicted != null && isError(evicted)) {
            tail.push(evicted);
        }
    }

    /** Changes the sizes; what no longer fits goes by the rules of {@link #add}. */
    public synchronized void resize(int size, int tailSize) {
        var oldMain = main;
        var oldTail = tail;
        main = new Ring(size);
        tail = new Ring(tailSize);
        oldTail.content().forEach(tail::push);
        oldMain.content().forEach(this::add);
    }

    public synchronized Snapshot snapshot() {
        var entries = new ArrayList<Entry>(main.count + tail.count);
        entries.addAll(tail.content());
        entries.addAll(main.content());
        return new Snapshot(main.slots.length, tail.slots.length, entries);
    }

    void add(LogRecord record) {
        var thrown = record.thrown();
        var request = record.context().get(RequestIds.REQUEST);
        add(new Entry(
                record.time(),
                record.severity().name(),
                record.message(),
                thrown == null ? null : Stacks.backtrace(thrown),
                request == null || request.isEmpty()
                        ? null
                        : LogText.wellFormed(request.substring(0, Math.min(8, request.length())))));
    }

    private static boolean isError(Entry entry) {
        return Severity.valueOf(entry.level()).atLeast(Severity.ERROR);
    }

    private static final class Ring {
        final @Nullable Entry[] slots;
        int next;
        int count;

        Ring(int size) {
            if (size < 2) {
                throw new IllegalArgumentException("a log buffer holds at least 2 records, not " + size);
            }
            slots = new @Nullable Entry[size];
        }

        @Nullable Entry push(Entry entry) {
            var evicted = slots[next];
            slots[next] = entry;
            next = next + 1 == slots.length ? 0 : next + 1;
            count = Math.min(count + 1, slots.length);
            return evicted;
        }

        @SuppressWarnings("NullAway") // the first count slots are filled
        List<Entry> content() {
            var content = new Entry[count];
            int oldest = count < slots.length ? 0 : next;
            int head = Math.min(count, slots.length - oldest);
            System.arraycopy(slots, oldest, content, 0, head);
            System.arraycopy(slots, 0, content, head, count - head);
            return Arrays.asList(content);
        }
    }
}
