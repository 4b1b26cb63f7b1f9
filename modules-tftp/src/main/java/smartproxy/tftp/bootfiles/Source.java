package smartproxy.tftp.bootfiles;

import java.net.URI;

/** How files come by one protocol. */
interface Source {
    /**
     * Asks for a file.
     *
     * @return to be closed by the caller
     * @throws FetchFailed when it does not come, or its server is refused
     */
    Delivery ask(URI file, Wish wish) throws FetchFailed, InterruptedException;
}
