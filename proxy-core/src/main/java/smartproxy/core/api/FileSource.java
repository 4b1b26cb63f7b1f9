package smartproxy.core.api;

import java.nio.channels.FileChannel;
import java.time.Instant;

/**
 * The files of a mount. They are sent from disk, whole or in ranges (RFC 9110 section 14), without passing through the heap, by
 * threads of their own: a slow disk keeps no other request waiting.
 */
@FunctionalInterface
public interface FileSource {
    /**
     * Opens a file. May block.
     *
     * @param path below the mount, decoded, without a slash before it; empty for the mount itself
     * @return to be closed by the server
     * @throws ProxyException what is answered when there is none
     */
    ServedFile open(String path);

    /**
     * @param size of the open file in bytes; it may grow, but not shrink, while it is sent
     * @param modified shown as {@code Last-Modified}
     * @param contentType of the answer
     */
    record ServedFile(FileChannel channel, long size, Instant modified, String contentType) {}
}
