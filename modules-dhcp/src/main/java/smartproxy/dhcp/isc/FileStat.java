package smartproxy.dhcp.isc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Which file is at a path, and how long it is.
 *
 * @param inode and device, as the system names them
 * @param size in bytes
 */
record FileStat(Object inode, long size) {
    /** @throws IOException when there is no regular file */
    static FileStat of(Path file) throws IOException {
        var attributes = Files.readAttributes(file, BasicFileAttributes.class);
        var key = attributes.fileKey();
        if (!attributes.isRegularFile() || key == null) {
            throw new IOException("it is not a regular file");
        }
        return new FileStat(key, attributes.size());
    }
}
