package smartproxy.dns.embedded;

import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;
import smartproxy.dns.DnsRecord;
import smartproxy.dns.RecordType;

/**
 * The stored records of a zone at one moment; never changes.
 *
 * @param serial of this state, an unsigned 32 bit number
 * @param names the records of each name
 * @param size the number of records
 */
record ZoneContents(long serial, NameTree<List<Record>> names, int size) {
    static final ZoneContents NONE = new ZoneContents(0, NameTree.empty(), 0);

    private static final long SERIALS = 1L << 32;

    List<Record> at(Name name) {
        return names.get(name).orElse(List.of());
    }

    ZoneContents withSerial(long newSerial) {
        return new ZoneContents(newSerial, names, size);
    }

    /** With these records, and no others, at that name. */
    ZoneContents with(Name name, List<DnsRecord> records) {
        var before = at(name).size();
        var changed = records.isEmpty() ? names.without(name) : names.with(name, inMemory(records));
        return new ZoneContents(serial, changed, size - before + records.size());
    }

    /** The serial of the next state: one more, as RFC 1982 counts; 0 is left out, some take it for "none". */
    static long nextSerial(long serial) {
        var next = (serial + 1) % SERIALS;
        return next == 0 ? 1 : next;
    }

    /** Records of one set get one TTL, the least (RFC 2181, section 5.2). */
    private static List<Record> inMemory(List<DnsRecord> records) {
        var ttls = new EnumMap<RecordType, Long>(RecordType.class);
        for (var record : records) {
            ttls.merge(record.type(), record.ttl(), Math::min);
        }
        return records.stream()
                .map(record -> parsed(record, ttls.getOrDefault(record.type(), record.ttl())))
                .toList();
    }

    /** @throws IllegalArgumentException when the data do not fit the type */
    static Record parsed(DnsRecord record, long ttl) {
        try {
            return Record.fromString(
                    Names.of(record.name()),
                    Type.value(record.type().name()),
                    DClass.IN,
                    ttl,
                    record.data(),
                    Name.root);
        } catch (IOException e) {
            throw new IllegalArgumentException(record + ": " + e.getMessage(), e);
        }
    }
}
