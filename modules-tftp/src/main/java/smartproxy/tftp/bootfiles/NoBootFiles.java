package smartproxy.tftp.bootfiles;

import java.net.URI;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.Deadline;

/** Says that files cannot be fetched. */
public final class NoBootFiles implements BootFiles {
    @Override
    public void fetch(URI source, String destination, Deadline deadline) {
        throw BackendException.rejected("TFTP: Failed to fetch boot file: this version does not download; put " + source
                + " to " + destination + " below tftproot by other means");
    }
}
