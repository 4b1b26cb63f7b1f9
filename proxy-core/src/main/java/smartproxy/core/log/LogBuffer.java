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
    /** Characters of all records of a ring, so that long ones do not fill the heap. */
    static final int MAX_CHARACTERS = 4 << 20;

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
            @Nullable String requestId) {
        int characters() {
            return message.length() + (backtrace == null ? 0 : backtrace.length());
        }
    }

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

    /** Adds a record; the oldest go when the ring is full. */
    public synchronized void add(Entry entry) {
        for (var evicted : main.push(entry)) {
            if (isError(evicted)) {
                tail.push(evicted);
            }
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
        int oldest;
        int count;
        long characters;

        Ring(int size) {
            if (size < 2) {
                throw new IllegalArgumentException("a log buffer holds at least 2 records, not " + size);
            }
            slots = new @Nullable Entry[size];
        }

        /** @return what had to go for it, the oldest first */
        List<Entry> push(Entry entry) {
            characters += entry.characters();
            var evicted = new ArrayList<Entry>(1);
            while (count == slots.length || (count > 0 && characters > MAX_CHARACTERS)) {
                evicted.add(removeOldest());
            }
            slots[(oldest + count) % slots.length] = entry;
            count++;
            return evicted;
        }

        @SuppressWarnings("NullAway") // the slot is filled
        private Entry removeOldest() {
            var entry = slots[oldest];
            slots[oldest] = null;
            oldest = (oldest + 1) % slots.length;
            count--;
            characters -= entry.characters();
            return entry;
        }

        @SuppressWarnings("NullAway") // count slots from the oldest on are filled
        List<Entry> content() {
            var content = new Entry[count];
            int head = Math.min(count, slots.length - oldest);
            System.arraycopy(slots, oldest, content, 0, head);
            System.arraycopy(slots, 0, content, head, count - head);
            return Arrays.asList(content);
        }
    }
}
