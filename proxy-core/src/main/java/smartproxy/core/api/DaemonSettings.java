package smartproxy.core.api;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import smartproxy.core.api.ProxyModule.ServedPorts;

/**
 * What modules may know of {@code settings.yml}.
 *
 * @param ports those of https also while it is off
 * @param own who the daemon is to its clients and to servers of its own installation
 * @param foreman who it is to Foreman, and where that is
 * @param listeners besides the main ones
 */
public record DaemonSettings(
        ServedPorts ports, Identity own, Optional<URI> foremanUrl, Identity foreman, List<Listener> listeners) {
    /** Nothing is set. */
    public static final DaemonSettings NONE =
            new DaemonSettings(ServedPorts.NONE, Identity.NOBODY, Optional.empty(), Identity.NOBODY, List.of());

    /**
     * A further listener.
     *
     * @param all whether it serves all routes; else content alone
     * @param certificate empty: plain http
     */
    public record Listener(int port, boolean all, Optional<Path> certificate) {}

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
