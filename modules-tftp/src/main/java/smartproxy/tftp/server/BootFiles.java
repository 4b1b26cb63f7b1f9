package smartproxy.tftp.server;

import java.io.IOException;
import java.nio.channels.FileChannel;

/** The files that are served. */
@FunctionalInterface
interface BootFiles {
    /**
     * An open file.
     *
     * @param size in bytes
     */
    record BootFile(FileChannel channel, long size) {}

    /**
     * Opens a regular file; the caller closes it.
     *
     * @param path below the root, as the client has it
     * @throws TftpError when there is none, or it may not be read
     */
    BootFile open(String path) throws TftpError, IOException;
}
