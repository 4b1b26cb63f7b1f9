package smartproxy.core.api;

/** What a provider gets from the core. */
public interface ProviderContext {
    /** The guarded backend of this provider. */
    Backend backend();

    /**
     * One more guarded server, or another side of the same, with bounds like those of {@link #backend()}. Asked for once, in
     * {@link ProviderFactory#create}.
     *
     * @param part joined to the provider's name: {@code dhcp6}
     */
    default Backend backend(String part) {
        throw new UnsupportedOperationException("one server alone is guarded here");
    }

    /**
     * An HTTP server that the provider speaks to. Asked for once, in {@link ProviderFactory#create}: reads and checks the
     * identity's files; connections and threads come with the first call, and end with the provider.
     *
     * @throws StartException when a file or the base URL cannot be used
     */
    HttpPeer http(HttpIdentity identity) throws StartException;

    /** The daemon's durable store; opened by the first call. */
    Store store();

    /** Things that outlive a reload: sockets above all. */
    SharedResources shared();

    /** Shows a health item of the provider besides its backend's. */
    void health(String name, HealthSource source);
}
