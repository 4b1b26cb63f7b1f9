package smartproxy.dhcp.isc;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Records of hosts and leases, one after the other in large arrays: address, MAC, and bytes whose meaning is the record's own. A
 * record is named by a number. Records are only added, so what a number was published for can be read without a lock.
 */
final class Arena {
    /** In bytes, with the header. */
    static final int LARGEST = 256 << 10;

    private static final int CHUNK = 1 << 20;
    private static final int UNIT = 4;
    private static final int FIRST = 1;

    /** Spreads MACs that differ in their last octets only, as those of one manufacturer do. */
    private static final int PRIME = 0x9E3779B1;

    private static final int HEADER = Integer.BYTES + 1 + Integer.BYTES;

    private volatile ByteBuffer[] chunks = {ByteBuffer.allocate(CHUNK)};
    private int next = FIRST * UNIT;

    /** @return its number, above 0; later records have higher ones */
    int add(int ip, byte[] mac, int macLength, byte[] content, int contentLength) {
        var size = HEADER + macLength + contentLength;
        if (size > LARGEST) {
            throw new IllegalArgumentException("a record of " + size + " bytes");
        }
        if (next + size > CHUNK) {
            var more = Arrays.copyOf(chunks, chunks.length + 1);
            more[chunks.length] = ByteBuffer.allocate(CHUNK);
            chunks = more;
            next = 0;
        }
        var index = chunks.length - 1;
        var chunk = chunks[index];
        var at = next;
        chunk.putInt(at, ip);
        at += Integer.BYTES;
        chunk.put(at++, (byte) macLength);
        chunk.put(at, mac, 0, macLength);
        at += macLength;
        chunk.putInt(at, contentLength);
        chunk.put(at + Integer.BYTES, content, 0, contentLength);
        var record = index * (CHUNK / UNIT) + next / UNIT;
        next = (next + size + UNIT - 1) / UNIT * UNIT;
        return record;
    }

    private ByteBuffer chunk(int record) {
        return chunks[record / (CHUNK / UNIT)];
    }

    private static int offset(int record) {
        return record % (CHUNK / UNIT) * UNIT;
    }

    int ip(int record) {
        return chunk(record).getInt(offset(record));
    }

    byte[] mac(int record) {
        var chunk = chunk(record);
        var at = offset(record) + Integer.BYTES;
        var mac = new byte[chunk.get(at)];
        chunk.get(at + 1, mac);
        return mac;
    }

    boolean hasMac(int record, byte[] mac, int length) {
        var chunk = chunk(record);
        var at = offset(record) + Integer.BYTES;
        if (chunk.get(at) != length) {
            return false;
        }
        for (var i = 0; i < length; i++) {
            if (chunk.get(at + 1 + i) != mac[i]) {
                return false;
            }
        }
        return true;
    }

    int macHash(int record) {
        var chunk = chunk(record);
        var at = offset(record) + Integer.BYTES;
        var hash = 1;
        for (var i = 0; i < chunk.get(at); i++) {
            hash = (hash ^ chunk.get(at + 1 + i)) * PRIME;
        }
        return hash;
    }

    /** The hash of records with that MAC. */
    static int macHash(byte[] mac, int length) {
        var hash = 1;
        for (var i = 0; i < length; i++) {
            hash = (hash ^ mac[i]) * PRIME;
        }
        return hash;
    }

    /** What the record holds besides. */
    byte[] content(int record) {
        var chunk = chunk(record);
        var at = offset(record) + Integer.BYTES;
        at += 1 + chunk.get(at);
        var content = new byte[chunk.getInt(at)];
        chunk.get(at + Integer.BYTES, content);
        return content;
    }

    /** Memory it takes. */
    long bytes() {
        return (long) chunks.length * CHUNK;
    }
}
