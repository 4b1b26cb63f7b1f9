package smartproxy.tftp.bootfiles;

import java.net.URI;
import java.time.Instant;
import java.util.Optional;
import smartproxy.tftp.files.OpenFile;

/**
 * What was fetched to a destination last.
 *
 * @param etag validator of the server; empty for none
 * @param lastModified as the server wrote it; empty for none
 * @param checksum it was checked against; empty for none
 * @param length in bytes
 * @param modified the file's own time, in whole seconds
 */
record Have(URI source, String etag, String lastModified, Optional<Checksum> checksum, long length, Instant modified) {
    /** Whether the file on disk is still the one that was fetched. */
    boolean is(OpenFile file) {
        return file.size() == length && file.modified().getEpochSecond() == modified.getEpochSecond();
    }
}
