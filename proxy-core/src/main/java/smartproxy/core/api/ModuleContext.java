package smartproxy.core.api;

import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;

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

    /**
     * Files of HTTP servers that no setting names. Costs nothing until one is asked for.
     *
     * @param terms their file of authorities is read by the first file over https
     */
    default HttpDownloads downloads(HttpDownloads.Terms terms) {
        throw new UnsupportedOperationException("no files are fetched here");
    }

    /** Shows a health item of the module. */
    void health(String name, HealthSource source);

    /**
     * Shows a value in {@code /metrics} while the module is there; during a reload that of the newer one.
     *
     * @param name in Prometheus style, with its unit: {@code smart_proxy_tftp_sessions}; one that ends in {@code _total} is a
     *     counter, which never falls but to zero
     * @param help one line
     * @param labels names and values, few and bounded; all values of a name have the same label names
     * @param value read at each scrape: cheap, no I/O; NaN is not shown
     */
    void metric(String name, String help, Map<String, String> labels, DoubleSupplier value);

    /**
     * A provider that was built.
     *
     * @param factory its declaration
     * @param backend its guarded backend
     */
    record ActiveProvider<P>(ProviderFactory<?, ?> factory, P provider, Backend backend) {}
}
