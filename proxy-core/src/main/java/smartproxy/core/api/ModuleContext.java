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
