package smartproxy.dhcp.isc;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/**
 * A hash table of record numbers; several records may have the same hash. A slot has hash and number side by side, as looking at a record
 * itself costs more than all the rest. Written by one thread. {@link #copy} takes no time that grows with the records: pages are shared
 * until one side changes them.
 */
final class RecordTable {
    private static final int PAGE_BITS = 10;
    private static final int PAGE = 1 << PAGE_BITS;
    private static final long EMPTY = 0;

    /** No record has this number. */
    private static final int REMOVED = -1;

    private final IntUnaryOperator hashOf;
    private long[][] pages;
    private boolean[] own;
    private int mask;
    private int size;
    private int used;

    /** @param hashOf the hash of a record */
    RecordTable(IntUnaryOperator hashOf) {
        this.hashOf = hashOf;
        pages = new long[1][16];
        own = new boolean[] {true};
        mask = 15;
    }

    private RecordTable(RecordTable other) {
        hashOf = other.hashOf;
        pages = other.pages.clone();
        own = new boolean[pages.length];
        mask = other.mask;
        size = other.size;
        used = other.used;
    }

    /** The same records; what happens to this one does not show there. */
    RecordTable copy() {
        own = new boolean[pages.length];
        return new RecordTable(this);
    }

    int size() {
        return size;
    }

    private static long slot(int hash, int record) {
        return ((long) hash << Integer.SIZE) | Integer.toUnsignedLong(record);
    }

    private static int hash(long slot) {
        return (int) (slot >>> Integer.SIZE);
    }

    private static int record(long slot) {
        return (int) slot;
    }

    private long get(int index) {
        return pages[index >>> PAGE_BITS][index & (PAGE - 1)];
    }

    private void set(int index, long slot) {
        var page = index >>> PAGE_BITS;
        if (!own[page]) {
            pages[page] = pages[page].clone();
            own[page] = true;
        }
        pages[page][index & (PAGE - 1)] = slot;
    }

    private static int spread(int hash) {
        var mixed = hash * 0x9E3779B9;
        return mixed ^ (mixed >>> 15);
    }

    /** @return the place of the first record with that hash, below 0 when there is none */
    int first(int hash) {
        return from(spread(hash) & mask, hash);
    }

    /** @return the place of the next one after that place, below 0 when there is no more */
    int next(int place, int hash) {
        return from((place + 1) & mask, hash);
    }

    /** The record at a place. */
    int record(int place) {
        return record(get(place));
    }

    private int from(int from, int hash) {
        for (var index = from; ; index = (index + 1) & mask) {
            var slot = get(index);
            if (slot == EMPTY) {
                return -1;
            }
            if (hash(slot) == hash && record(slot) != REMOVED) {
                return index;
            }
        }
    }

    /** @param record not in it yet */
    void add(int record) {
        add(record, hashOf.applyAsInt(record));
    }

    /**
     * The same.
     *
     * @param hash of the record
     */
    void add(int record, int hash) {
        if ((used + 1) * 10L > (mask + 1) * 7L) {
            grow();
        }
        put(slot(hash, record));
        size++;
        used++;
    }

    private void put(long slot) {
        var index = spread(hash(slot)) & mask;
        while (get(index) != EMPTY) {
            index = (index + 1) & mask;
        }
        set(index, slot);
    }

    /** @param record may be absent */
    void remove(int record) {
        var hash = hashOf.applyAsInt(record);
        var wanted = slot(hash, record);
        for (var index = spread(hash) & mask; ; index = (index + 1) & mask) {
            var found = get(index);
            if (found == EMPTY) {
                return;
            }
            if (found == wanted) {
                set(index, slot(0, REMOVED));
                size--;
                return;
            }
        }
    }

    private void grow() {
        var before = pages;
        var beforeMask = mask;
        var slots = mask + 1;
        while (size * 10L > slots * 4L) {
            slots *= 2;
        }
        mask = slots - 1;
        pages = new long[(slots + PAGE - 1) / PAGE][Math.min(slots, PAGE)];
        own = new boolean[pages.length];
        Arrays.fill(own, true);
        // from a gap on, so that those of one hash come in their order
        var gap = 0;
        while (before[gap >>> PAGE_BITS][gap & (PAGE - 1)] != EMPTY) {
            gap++;
        }
        for (var i = 1; i <= beforeMask; i++) {
            var old = (gap + i) & beforeMask;
            var slot = before[old >>> PAGE_BITS][old & (PAGE - 1)];
            if (slot != EMPTY && record(slot) != REMOVED) {
                put(slot);
            }
        }
        used = size;
    }

    /** All of them, oldest first. */
    int[] records() {
        var records = new int[size];
        var count = 0;
        for (var page : pages) {
            for (var slot : page) {
                if (slot != EMPTY && record(slot) != REMOVED) {
                    records[count++] = record(slot);
                }
            }
        }
        Arrays.sort(records);
        return records;
    }

    /** Memory it takes. */
    long bytes() {
        return (mask + 1L) * Long.BYTES;
    }
}
