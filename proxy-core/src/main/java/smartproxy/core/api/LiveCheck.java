package smartproxy.core.api;

import java.net.InetSocketAddress;
import java.util.List;

/**
 * Implemented by a provider, or by the instance of a module, that can be looked at for {@code smart-proxy check --live}: reaches
 * its backend with the key it is configured with and changes nothing. It is called on one that was created and never started,
 * perhaps beside a daemon that runs with the same settings.
 */
public interface LiveCheck {
    /**
     * Looks, and tells what it found, most important first. What throws is told as an error of this provider.
     *
     * @param host what is known of this host and the names it is to serve
     * @param deadline every wait ends by it
     */
    List<Finding> probe(Host host, Deadline deadline) throws InterruptedException;

    /** What the check knows of the host. */
    interface Host {
        /** Names an administrator wants to be looked at: zones, or names in them. Empty when he named none. */
        List<String> asked();

        /** Names of this host, of Foreman and of reverse zones, that are likely to lie in what is served; perhaps none does. */
        List<String> likely();

        /**
         * Whether the daemon could listen there, or does. Binds the address for a moment when it is free.
         *
         * @param what the finding's beginning
         * @param tcp else UDP
         */
        Finding port(String what, boolean tcp, InetSocketAddress address);
    }
}
