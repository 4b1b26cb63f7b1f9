package smartproxy.core.tls;

import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/**
 * Gives Jetty the engines of whichever context is current. Jetty's own reload is not used: a connection accepted in its midst
 * would get the engine's default suites.
 */
public final class TlsEngines extends SslContextFactory.Server {
    private final Supplier<TlsContext> current;

    public TlsEngines(Supplier<TlsContext> current) {
        this.current = current;
        setSslContext(current.get().sslContext());
        setRenegotiationAllowed(false);
        setWantClientAuth(true);
    }

    @Override
    public SSLEngine newSSLEngine() {
        return current.get().newEngine("", -1);
    }

    @Override
    public SSLEngine newSSLEngine(String host, int port) {
        return current.get().newEngine(host, port);
    }
}
