package smartproxy.core.http;

import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.SslConnectionFactory;
import smartproxy.core.api.StartException;
import smartproxy.core.tls.TlsContext;

/** Opens and closes the sockets that the settings ask for. */
public final class Listeners {

    public Listeners(Server server, ConnectionBounds bounds) {}

    public synchronized void apply(HttpSettings settings, Optional<TlsContext> newTls) throws StartException {
        throw new StartException("not yet");
    }

    public synchronized Set<InetSocketAddress> addresses() {
        return Set.of();
    }

    public boolean isHttps(Connector connector) {
        return connector.getConnectionFactory(SslConnectionFactory.class) != null;
    }
}
