package smartproxy.tftp.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.time.Instant;

/**
 * A regular file that was opened for reading. What replaces it under its name later does not change it.
 *
 * @param name its own, where the path led through a link
 * @param channel at the beginning of the file
 * @param size in bytes, of the very file that was opened
 * @param modified when its content was changed last
 */
public record OpenFile(String name, FileChannel channel, long size, Instant modified) implements AutoCloseable {
    @Override
    public void close() throws IOException {
        channel.close();
    }
}
