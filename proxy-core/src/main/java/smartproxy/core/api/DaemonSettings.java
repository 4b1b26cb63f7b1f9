package smartproxy.core.api;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import smartproxy.core.api.ProxyModule.ServedPorts;

/**
 * What modules may know of {@code settings.yml}.
 *
 * @param ports those of https also while it is off
 * @param own who the daemon is to its clients and to servers of its own installation
 * @param foreman who it is to Foreman, and where that is
 */
public record DaemonSettings(ServedPorts ports, Identity own, Optional<URI> foremanUrl, Identity foreman) {
    /** Nothing is set. */
    public static final DaemonSettings NONE =
            new DaemonSettings(ServedPorts.NONE, Identity.NOBODY, Optional.empty(), Identity.NOBODY);

    /**
     * PEM files.
     *
     * @param authorities whom it trusts
     * @param certificate what it shows
     * @param privateKey of the certificate
     */
    public record Identity(Optional<Path> authorities, Optional<Path> certificate, Optional<Path> privateKey) {
        static final Identity NOBODY = new Identity(Optional.empty(), Optional.empty(), Optional.empty());
    }
}
