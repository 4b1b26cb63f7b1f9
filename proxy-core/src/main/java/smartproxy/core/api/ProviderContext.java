package smartproxy.core.api;

/** What a provider gets from the core. */
public interface ProviderContext {
    /** The guarded backend of this provider. */
    Backend backend();

    /** The daemon's durable store; opened by the first call. */
    Store store();

    /** Things that outlive a reload: sockets above all. */
    SharedResources shared();

    /** Shows a health item of the provider besides its backend's. */
    void health(String name, HealthSource source);
}
