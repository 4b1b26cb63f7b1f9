package smartproxy.dhcp.unused;

import java.util.Arrays;

/**
 * A set of offsets from 0 to 2^32 - 1 that finds its gaps by rank. One bit an offset, in chunks that exist only where something
 * is set and that know how many they hold: a gap among 16 million is found by looking at 256 counters and one chunk, however
 * the set is filled.
 */
final class AddressBits {
    private static final int CHUNK = 1 << 16;

    /** Of a chunk where nothing is set; never written to. */
    private static final long[] EMPTY = new long[CHUNK / Long.SIZE];

    /** Of a chunk where everything is set; never written to. */
    private static final long[] FULL = new long[CHUNK / Long.SIZE];

    static {
        Arrays.fill(FULL, -1L);
    }

    private final long[][] chunks;
    private final int[] counts;
    private final int words;

    /** @param size offsets are below */
    AddressBits(long size) {
        var number = (int) ((size + CHUNK - 1) / CHUNK);
        chunks = new long[number][];
        Arrays.fill(chunks, EMPTY);
        counts = new int[number];
        words = (int) ((Math.min(size, CHUNK) + Long.SIZE - 1) / Long.SIZE);
    }

    /** A set of its own with what the other one holds now. */
    AddressBits(AddressBits other) {
        chunks = other.chunks.clone();
        counts = other.counts.clone();
        words = other.words;
        for (var i = 0; i < chunks.length; i++) {
            if (chunks[i] != EMPTY && chunks[i] != FULL) {
                chunks[i] = chunks[i].clone();
            }
        }
    }

    boolean get(long offset) {
        return (chunks[chunk(offset)][word(offset)] & bit(offset)) != 0;
    }

    void set(long offset) {
        setRange(offset, offset);
    }

    /** @param last included */
    void setRange(long first, long last) {
        for (var at = first; at <= last; ) {
            var index = chunk(at);
            var end = Math.min(last, (long) index * CHUNK + CHUNK - 1);
            if (end - at + 1 == CHUNK) {
                chunks[index] = FULL;
                counts[index] = CHUNK;
            } else {
                fill(index, (int) (at % CHUNK), (int) (end % CHUNK));
            }
            at = end + 1;
        }
    }

    private void fill(int index, int first, int last) {
        if (counts[index] == CHUNK) {
            return;
        }
        var chunk = writable(index);
        for (var word = first / Long.SIZE; word <= last / Long.SIZE; word++) {
            var mask = mask(word, first, last);
            counts[index] += Long.bitCount(mask & ~chunk[word]);
            chunk[word] |= mask;
        }
    }

    void clear(long offset) {
        if (get(offset)) {
            var index = chunk(offset);
            writable(index)[word(offset)] &= ~bit(offset);
            counts[index]--;
        }
    }

    private long[] writable(int index) {
        if (chunks[index] == EMPTY || chunks[index] == FULL) {
            chunks[index] = Arrays.copyOf(chunks[index], words);
        }
        return chunks[index];
    }

    /** How many offsets from first to last, both included, are not set. */
    long gaps(long first, long last) {
        long gaps = 0;
        for (var at = first; at <= last; ) {
            var end = Math.min(last, (long) chunk(at) * CHUNK + CHUNK - 1);
            gaps += gapsInChunk(at, end);
            at = end + 1;
        }
        return gaps;
    }

    private long gapsInChunk(long first, long last) {
        var index = chunk(first);
        var chunk = chunks[index];
        if (counts[index] == 0) {
            return last - first + 1;
        }
        if (last - first + 1 == CHUNK) {
            return (long) CHUNK - counts[index];
        }
        long gaps = 0;
        for (var word = word(first); word <= word(last); word++) {
            gaps += Long.bitCount(mask(word, (int) (first % CHUNK), (int) (last % CHUNK)) & ~chunk[word]);
        }
        return gaps;
    }

    /**
     * The offset from first to last that is not set and has that many before it.
     *
     * @param rank less than {@link #gaps}
     */
    long gap(long first, long last, long rank) {
        var left = rank;
        for (var at = first; at <= last; ) {
            var end = Math.min(last, (long) chunk(at) * CHUNK + CHUNK - 1);
            var gaps = gapsInChunk(at, end);
            if (left < gaps) {
                return gapInChunk(at, end, (int) left);
            }
            left -= gaps;
            at = end + 1;
        }
        throw new IllegalArgumentException("no gap " + rank + " from " + first + " to " + last);
    }

    private long gapInChunk(long first, long last, int rank) {
        var chunk = chunks[chunk(first)];
        if (chunk == EMPTY) {
            return first + rank;
        }
        var left = rank;
        for (var word = word(first); ; word++) {
            var gaps = mask(word, (int) (first % CHUNK), (int) (last % CHUNK)) & ~chunk[word];
            var count = Long.bitCount(gaps);
            if (left < count) {
                for (; left > 0; left--) {
                    gaps &= gaps - 1;
                }
                return (long) chunk(first) * CHUNK + (long) word * Long.SIZE + Long.numberOfTrailingZeros(gaps);
            }
            left -= count;
        }
    }

    /** The bits of a word that lie from first to last, offsets within the chunk. */
    private static long mask(int word, int first, int last) {
        var from = Math.max(first - word * Long.SIZE, 0);
        var to = Math.min(last - word * Long.SIZE, Long.SIZE - 1);
        return (-1L << from) & (-1L >>> (Long.SIZE - 1 - to));
    }

    private static int chunk(long offset) {
        return (int) (offset / CHUNK);
    }

    private static int word(long offset) {
        return (int) (offset % CHUNK / Long.SIZE);
    }

    private static long bit(long offset) {
        return 1L << (offset % Long.SIZE);
    }
}
