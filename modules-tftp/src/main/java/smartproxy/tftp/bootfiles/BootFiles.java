package smartproxy.tftp.bootfiles;

import java.net.URI;
import smartproxy.core.api.Deadline;

/** Brings files from other servers to their place below the root. */
public interface BootFiles {
    /**
     * Has a file fetched, if what lies at the destination is not the newest.
     *
     * @param source http, https or ftp
     * @param destination path below the root
     * @param deadline by which this has returned, whether the file has come by then or not
     * @throws smartproxy.core.api.ProxyException when it will not come
     */
    void fetch(URI source, String destination, Deadline deadline);
}
