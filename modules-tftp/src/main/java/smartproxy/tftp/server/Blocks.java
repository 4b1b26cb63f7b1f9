package smartproxy.tftp.server;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import smartproxy.tftp.files.OpenFile;

/** A file cut into blocks. Nothing of it is kept: a block that is sent again is read again. */
abstract class Blocks implements AutoCloseable {
    private final OpenFile file;
    private final int blockSize;

    private Blocks(OpenFile file, int blockSize) {
        this.file = file;
        this.blockSize = blockSize;
    }

    /**
     * @param file closed by {@link #close}; read as far as its size, whatever is added meanwhile
     */
    static Blocks of(OpenFile file, boolean netascii, Terms terms) {
        return netascii ? new Netascii(file, terms.blockSize(), terms.window()) : new Octet(file, terms.blockSize());
    }

    /**
     * Puts a block into the buffer; one that is shorter than the others is the last.
     *
     * @param block from 1 on; at most one beyond those read before, and not before the window
     * @throws EOFException when somebody has shortened the file
     */
    abstract void read(long block, ByteBuffer into) throws IOException;

    int blockSize() {
        return blockSize;
    }

    long size() {
        return file.size();
    }

    /** Fills the buffer up to its limit, which the file has. */
    final void fill(ByteBuffer into, long position) throws IOException {
        while (into.hasRemaining()) {
            var count = file.channel().read(into, position);
            if (count < 0) {
                throw new EOFException("the file has become shorter while it was read");
            }
            position += count;
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    /** As it is. */
    private static final class Octet extends Blocks {
        Octet(OpenFile file, int blockSize) {
            super(file, blockSize);
        }

        @Override
        void read(long block, ByteBuffer into) throws IOException {
            var position = (block - 1) * blockSize();
            var count = (int) Math.min(blockSize(), size() - position);
            into.limit(into.position() + count);
            fill(into, position);
        }
    }

    /** LF becomes CR LF, and CR becomes CR NUL (RFC 764, "the NVT printer"), even where a block ends between the two. */
    private static final class Netascii extends Blocks {
        private static final int CHUNK = 1024;

        /** Where the blocks of the window begin: twice the position, and one more behind the CR of a pair. */
        private final long[] starts;

        private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK);

        Netascii(OpenFile file, int blockSize, int window) {
            super(file, blockSize);
            starts = new long[window + 1];
        }

        @Override
        void read(long block, ByteBuffer into) throws IOException {
            into.limit(into.position() + blockSize());
            var start = block == 1 ? 0 : starts[(int) (block % starts.length)];
            var position = start / 2;
            var behindCr = start % 2 == 1;
            while (into.hasRemaining() && position < size()) {
                chunk.clear().limit((int) Math.min(CHUNK, size() - position));
                fill(chunk, position);
                chunk.flip();
                while (into.hasRemaining() && chunk.hasRemaining()) {
                    var octet = chunk.get();
                    if (octet != '\n' && octet != '\r') {
                        into.put(octet);
                        position++;
                        continue;
                    }
                    if (!behindCr) {
                        into.put((byte) '\r');
                        behindCr = true;
                    }
                    if (into.hasRemaining()) {
                        into.put(octet == '\n' ? octet : 0);
                        behindCr = false;
                        position++;
                    }
                }
            }
            starts[(int) ((block + 1) % starts.length)] = 2 * position + (behindCr ? 1 : 0);
            into.limit(into.position());
        }
    }
}
