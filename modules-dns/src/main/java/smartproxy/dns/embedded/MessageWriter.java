package smartproxy.dns.embedded;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Compression;
import org.xbill.DNS.DNSOutput;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/**
 * Writes one message (RFC 1035, section 4.1). dnsjava's own writer would give an owner the case it has in the question; here
 * names keep the case they were created with (RFC 4343, section 4.1).
 */
final class MessageWriter {
    private static final int COUNTS = 4;

    /** Compresses owners against names of the same case only. */
    private static final class CaseKeeping extends Compression {
        private static final int MAX_POINTER = 0x3FFF;

        private final Map<String, Integer> positions = new HashMap<>();

        @Override
        public void add(int position, Name name) {
            if (position <= MAX_POINTER) {
                positions.putIfAbsent(name.toString(), position);
            }
        }

        @Override
        public int get(Name name) {
            return positions.getOrDefault(name.toString(), -1);
        }
    }

    private final DNSOutput out = new DNSOutput();
    private final Compression compression = new CaseKeeping();
    private final int[] counts = new int[4];
    private final int limit;

    /** @param limit of the whole message, in bytes; header and question are written in any case */
    MessageWriter(int id, int flags, @Nullable Record question, int limit) {
        this.limit = limit;
        out.writeU16(id);
        out.writeU16(flags);
        for (var i = 0; i < counts.length; i++) {
            out.writeU16(0);
        }
        if (question != null) {
            write(question, Section.QUESTION);
        }
    }

    /**
     * Adds a record to the end; sections come in their order.
     *
     * @return false, and nothing is added, when it does not fit
     */
    boolean add(Record record, int section) {
        var start = out.current();
        write(record, section);
        if (out.current() <= limit) {
            return true;
        }
        out.jump(start);
        counts[section]--;
        return false;
    }

    /** Adds the last record, for which the caller has kept room. */
    void addOption(OPTRecord option) {
        write(option, Section.ADDITIONAL);
    }

    private void write(Record record, int section) {
        record.getName().toWire(out, compression);
        var whole = record.toWire(section);
        var owner = record.getName().length();
        out.writeByteArray(whole, owner, whole.length - owner);
        counts[section]++;
    }

    byte[] message() {
        for (var i = 0; i < counts.length; i++) {
            out.writeU16At(counts[i], COUNTS + 2 * i);
        }
        return out.toByteArray();
    }
}
