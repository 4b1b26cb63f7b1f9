package smartproxy.core.api;

import java.util.List;

/** What a module gets from the core. */
public interface ModuleContext {
    /**
     * Its active providers, in registration order.
     *
     * @param spi the family's SPI
     */
    <P> List<ActiveProvider<P>> providers(Class<P> spi);

    /** The daemon's durable store; opened by the first call. */
    Store store();

    /** Things that two generations of the module use at once during a reload. */
    SharedResources shared();

    /** The settings of the daemon that modules may know. */
    DaemonSettings daemon();

    /**
     * The guarded server that the module itself speaks to.
     *
     * @throws IllegalStateException unless it {@linkplain ProxyModule#hasBackend() has} one
     */
    Backend backend();

    /**
     * One more guarded server, or another side of the same, with bounds like those of {@link #backend()}.
     *
     * @param part joined to the module's name: {@code content}
     * @param permits requests that may be there at once
     */
    Backend backend(String part, int permits);

    /**
     * An HTTP server that the module itself speaks to; as {@link ProviderContext#http}.
     *
     * @throws StartException when a file or the base URL cannot be used
     */
    HttpPeer http(HttpIdentity identity) throws StartException;

    /** Shows a health item of the module. */
    void health(String name, HealthSource source);

    /**
     * A provider that was built.
     *
     * @param factory its declaration
     * @param backend its guarded backend
     */
    record ActiveProvider<P>(ProviderFactory<?, ?> factory, P provider, Backend backend) {}
}
