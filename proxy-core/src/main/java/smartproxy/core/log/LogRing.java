package smartproxy.core.log;

import java.util.function.Consumer;

/**
 * The last records, each as bytes, one after the other in one array that is written round and round: as objects of their own they
 * would live just long enough for the collector to keep them with what stays, and fill that.
 */
final class LogRing {
    private static final int FIRST_CAPACITY = 16 << 10;

    private final int mostBytes;
    private final int[] lengths;
    private byte[] bytes = new byte[FIRST_CAPACITY];
    private int oldest;
    private int count;
    private int start;
    private int used;

    /**
     * @param size records it holds, more than 1
     * @param mostBytes of all of them; a single one may be larger
     */
    LogRing(int size, int mostBytes) {
        if (size < 2) {
            throw new IllegalArgumentException("a log buffer holds at least 2 records, not " + size);
        }
        lengths = new int[size];
        this.mostBytes = mostBytes;
    }

    /** Records it can hold. */
    int size() {
        return lengths.length;
    }

    int count() {
        return count;
    }

    /** @param evicted given what has to go for it, the oldest first */
    void push(byte[] record, Consumer<byte[]> evicted) {
        while (count == lengths.length || (count > 0 && used + (long) record.length > mostBytes)) {
            evicted.accept(read(start, lengths[oldest]));
            start = (start + lengths[oldest]) % bytes.length;
            used -= lengths[oldest];
            oldest = (oldest + 1) % lengths.length;
            count--;
        }
        if (used + record.length > bytes.length) {
            grow(used + record.length);
        }
        var at = (start + used) % bytes.length;
        var first = Math.min(record.length, bytes.length - at);
        System.arraycopy(record, 0, bytes, at, first);
        System.arraycopy(record, first, bytes, 0, record.length - first);
        lengths[(oldest + count) % lengths.length] = record.length;
        used += record.length;
        count++;
    }

    /** From the oldest on. */
    void forEach(Consumer<byte[]> each) {
        var at = start;
        for (var i = 0; i < count; i++) {
            var length = lengths[(oldest + i) % lengths.length];
            each.accept(read(at, length));
            at = (at + length) % bytes.length;
        }
    }

    private byte[] read(int at, int length) {
        var record = new byte[length];
        var first = Math.min(length, bytes.length - at);
        System.arraycopy(bytes, at, record, 0, first);
        System.arraycopy(bytes, 0, record, first, length - first);
        return record;
    }

    private void grow(int needed) {
        var larger = new byte[Math.max(needed, (int) Math.min(2L * bytes.length, mostBytes))];
        var first = Math.min(used, bytes.length - start);
        System.arraycopy(bytes, start, larger, 0, first);
        System.arraycopy(bytes, 0, larger, first, used - first);
        bytes = larger;
        start = 0;
    }
}
