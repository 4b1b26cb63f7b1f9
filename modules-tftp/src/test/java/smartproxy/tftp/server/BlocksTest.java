package smartproxy.tftp.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.tftp.files.OpenFile;

class BlocksTest {
    @TempDir
    Path directory;

    private static byte[] netascii(byte[] content) {
        var out = new ByteArrayOutputStream();
        for (var octet : content) {
            if (octet == '\n' || octet == '\r') {
                out.write('\r');
                out.write(octet == '\n' ? '\n' : 0);
            } else {
                out.write(octet);
            }
        }
        return out.toByteArray();
    }

    private static Blocks blocks(Path file, long size, boolean netascii, Terms terms) throws IOException {
        return Blocks.of(new OpenFile("file", FileChannel.open(file), size, Instant.EPOCH), netascii, terms);
    }

    private static byte[] block(Blocks blocks, long number) throws IOException {
        var buffer = ByteBuffer.allocate(70_000);
        buffer.position(Packets.HEADER);
        blocks.read(number, buffer);
        buffer.flip().position(Packets.HEADER);
        var bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    /** Reads it whole, each window a few times from somewhere within, as a lossy network would have it. */
    private byte[] read(byte[] content, boolean netascii, int blockSize, int window, Random random) throws IOException {
        var file = Files.write(directory.resolve("file"), content);
        var terms = new Terms(blockSize, window, 0, Map.of());
        var out = new ByteArrayOutputStream();
        try (var blocks = blocks(file, content.length, netascii, terms)) {
            var base = 1L;
            while (true) {
                var last = false;
                var known = base - 1;
                for (var round = 0; round < 3; round++) {
                    for (var block = base; block < base + window; block++) {
                        var bytes = block(blocks, block);
                        if (block > known) {
                            known = block;
                            out.writeBytes(bytes);
                        }
                        if (bytes.length < blockSize) {
                            last = true;
                            break;
                        }
                    }
                    base += random.nextInt((int) (known - base) + 1);
                }
                if (last) {
                    return out.toByteArray();
                }
                base = known + 1;
            }
        }
    }

    @Test
    void anyFileComesWholeInEitherMode() throws Exception {
        var random = new Random(7);
        for (var i = 0; i < 400; i++) {
            var content = new byte[random.nextInt(4000)];
            random.nextBytes(content);
            for (var j = 0; j < content.length; j++) {
                // many ends of lines, also at the ends of blocks
                content[j] = random.nextInt(3) == 0 ? (byte) (random.nextBoolean() ? '\n' : '\r') : content[j];
            }
            var blockSize = 8 + random.nextInt(600);
            var window = 1 + random.nextInt(8);
            assertThat(read(content, false, blockSize, window, random)).isEqualTo(content);
            assertThat(read(content, true, blockSize, window, random)).isEqualTo(netascii(content));
        }
    }

    @Test
    void aFileOfWholeBlocksEndsWithAnEmptyOne() throws Exception {
        var file = Files.write(directory.resolve("file"), new byte[1024]);
        try (var blocks = blocks(file, 1024, false, new Terms(512, 1, 0, Map.of()))) {
            assertThat(block(blocks, 2)).hasSize(512);
            assertThat(block(blocks, 3)).isEmpty();
        }
    }

    @Test
    void whatIsAddedMeanwhileIsNotRead() throws Exception {
        var file = Files.write(directory.resolve("file"), new byte[100]);
        for (var netascii : new boolean[] {false, true}) {
            try (var blocks = blocks(file, 60, netascii, new Terms(512, 1, 0, Map.of()))) {
                assertThat(block(blocks, 1)).hasSize(60);
            }
        }
    }
}
