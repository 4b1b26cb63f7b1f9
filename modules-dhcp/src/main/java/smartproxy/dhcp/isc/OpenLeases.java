package smartproxy.dhcp.isc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A leases file that is being read. Holding it open keeps its inode from being used for another file. */
final class OpenLeases {
    /** Larger than any record, and small enough for a processor's cache. */
    static final int BUFFER = 2 * Arena.LARGEST;

    private static final Logger LOG = LoggerFactory.getLogger(OpenLeases.class);
    private static final String HEADER = "lease file was written by";
    private static final int HEADER_WITHIN = 4096;

    /** So much of what was read last is compared before more is read. */
    private static final int MOST_SEAM = 64;

    /** What reading on came upon; {@code ANOTHER} where the file no longer is what was read before. */
    enum Found {
        NOTHING,
        MORE,
        ANOTHER
    }

    final Object inode;
    final Records records;
    private final FileChannel channel;
    private final LeasesText text;
    private boolean headed;
    private long offset;
    private byte[] rest = {};
    private byte[] seam = {};

    /** @param headed whether it begins as dhcpd's files do */
    OpenLeases(FileChannel channel, Object inode, boolean headed, Records records) {
        this.channel = channel;
        this.inode = inode;
        this.headed = headed;
        this.records = records;
        this.text = new LeasesText(records);
    }

    /** Whether a file begins as dhcpd lets its leases files begin. */
    static boolean isHeaded(FileChannel channel) throws IOException {
        var head = ByteBuffer.allocate(HEADER_WITHIN);
        while (head.hasRemaining() && channel.read(head, head.position()) > 0) {
            // more
        }
        return new String(head.array(), 0, head.position(), StandardCharsets.ISO_8859_1).contains(HEADER);
    }

    /** The same of this one, as far as it was read. */
    boolean isHeaded() {
        return headed;
    }

    /** Bytes that were read. */
    long offset() {
        return offset;
    }

    /**
     * Reads to the end, after having looked whether the file still is what was read.
     *
     * @param buffer of {@link #BUFFER} bytes
     * @param size it has at least; a read that gives less is not the last one
     */
    Found readOn(byte[] buffer, long size) throws IOException {
        var before = offset;
        do {
            // what is compared lies in one piece with what is read, and what was left of it the last time within
            var from = Math.max(rest.length, seam.length);
            System.arraycopy(rest, 0, buffer, from - rest.length, rest.length);
            var compared = from - seam.length;
            var count = fill(buffer, compared, offset - seam.length);
            if (count < seam.length || !Arrays.equals(seam, 0, seam.length, buffer, compared, from)) {
                return Found.ANOTHER;
            }
            var end = compared + count;
            if (end == from) {
                break;
            }
            offset += end - from;
            var taken = text.take(buffer, from - rest.length, end, false);
            rest = Arrays.copyOfRange(buffer, taken, end);
            seam = Arrays.copyOfRange(buffer, Math.max(0, end - MOST_SEAM), end);
        } while (offset < size);
        if (offset == before) {
            return Found.NOTHING;
        }
        headed = headed || isHeaded(channel);
        return Found.MORE;
    }

    private int fill(byte[] buffer, int from, long position) throws IOException {
        return Math.max(0, channel.read(ByteBuffer.wrap(buffer, from, buffer.length - from), position));
    }

    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("closing the leases file", e);
        }
    }
}
