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
 * @param ours whether its bytes were fetched by this daemon; false: somebody else had brought them, or that is not known
 */
record Have(
        URI source,
        String etag,
        String lastModified,
        Optional<Checksum> checksum,
        long length,
        Instant modified,
        boolean ours) {
    /** Whether the file on disk is still the one that was fetched. */
    boolean is(OpenFile file) {
        return is(file.size(), file.modified());
    }

    /** Whether it is what a server has that shows this version and size, be it asked with conditions or not. */
    boolean is(Version version, long size) {
        return size == length
                && (etag.isEmpty()
                        ? !lastModified.isEmpty() && lastModified.equals(version.lastModified())
                        : etag.equals(version.etag()));
    }

    /** Whether a file of this size and time is still the one that was fetched. */
    boolean is(long size, Instant changed) {
        return size == length && changed.getEpochSecond() == modified.getEpochSecond();
    }
}
