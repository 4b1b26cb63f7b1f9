package smartproxy.core.log;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The last records, for {@code /logs}: a main ring, and a tail ring that keeps the errors the main ring pushes out. A logger
 * waits here for nobody: readers copy the bytes and work on the copy.
 */
public final class LogBuffer {
    /** Bytes of all records of a ring, so that long ones do not fill the heap. */
    static final int MAX_BYTES = 4 << 20;

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
        private static final int ABSENT = -1;

        byte[] bytes() {
            var texts = new byte[] @Nullable [] {utf8(level), utf8(message), utf8(backtrace), utf8(requestId)};
            var length = 1 + Long.BYTES + Integer.BYTES;
            for (var text : texts) {
                length += Integer.BYTES + (text == null ? 0 : text.length);
            }
            var record = new byte[length];
            var out = ByteBuffer.wrap(record);
            out.put((byte) (Severity.valueOf(level).atLeast(Severity.ERROR) ? 1 : 0));
            out.putLong(time.getEpochSecond()).putInt(time.getNano());
            for (var text : texts) {
                out.putInt(text == null ? ABSENT : text.length);
                if (text != null) {
                    out.put(text);
                }
            }
            return record;
        }

        private static byte @Nullable [] utf8(@Nullable String text) {
            return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
        }

        static Entry of(byte[] record) {
            var in = ByteBuffer.wrap(record, 1, record.length - 1);
            var time = Instant.ofEpochSecond(in.getLong(), in.getInt());
            var level = text(in);
            var message = text(in);
            return new Entry(time, level == null ? "" : level, message == null ? "" : message, text(in), text(in));
        }

        private static @Nullable String text(ByteBuffer in) {
            var length = in.getInt();
            if (length == ABSENT) {
                return null;
            }
            var text = new byte[length];
            in.get(text);
            return new String(text, StandardCharsets.UTF_8);
        }

        static boolean isError(byte[] record) {
            return record[0] == 1;
        }
    }

    /**
     * The content at one moment.
     *
     * @param entries tail ring, then main ring, each from the oldest on
     */
    public record Snapshot(int size, int tailSize, List<Entry> entries) {}

    private LogRing main;
    private LogRing tail;

    /**
     * @param size records of the main ring, more than 1
     * @param tailSize records of the tail ring, more than 1
     */
    public LogBuffer(int size, int tailSize) {
        main = new LogRing(size, MAX_BYTES);
        tail = new LogRing(tailSize, MAX_BYTES);
    }

    /** Adds a record; the oldest go when the ring is full. */
    public void add(Entry entry) {
        add(entry.bytes());
    }

    private synchronized void add(byte[] record) {
        main.push(record, evicted -> {
            if (Entry.isError(evicted)) {
                tail.push(evicted, gone -> {});
            }
        });
    }

    /** Changes the sizes; what no longer fits goes by the rules of {@link #add}. */
    public synchronized void resize(int size, int tailSize) {
        var oldMain = main;
        var oldTail = tail;
        main = new LogRing(size, MAX_BYTES);
        tail = new LogRing(tailSize, MAX_BYTES);
        oldTail.forEach(record -> tail.push(record, gone -> {}));
        oldMain.forEach(this::add);
    }

    /** What is kept now. */
    public Snapshot snapshot() {
        List<byte[]> records;
        int size;
        int tailSize;
        synchronized (this) {
            records = new ArrayList<>(main.count() + tail.count());
            tail.forEach(records::add);
            main.forEach(records::add);
            size = main.size();
            tailSize = tail.size();
        }
        return new Snapshot(size, tailSize, records.stream().map(Entry::of).toList());
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
}
