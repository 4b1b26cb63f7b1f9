package smartproxy.core.client;

import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.client.ContinueProtocolHandler;
import org.eclipse.jetty.client.EarlyHintsProtocolHandler;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.ProcessingProtocolHandler;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.StartException;

/**
 * Makes the clients of the library, all with the same rules: certificates and host names verified, no redirect followed, no
 * cookie kept, no body decompressed.
 */
public final class Clients {
    static final int CONNECT_MILLIS = 5_000;

    /** Bytes of a header, of a request and of an answer. */
    public static final int MAX_HEADERS = 64 << 10;

    private static final int MAX_POOLED_BYTES = 4 << 20;
    private static final int THREAD_IDLE_MILLIS = 10_000;

    private Clients() {}

    /**
     * A started client.
     *
     * @param owner for names of threads
     * @param connections to one server at most
     * @param idleMillis a connection may stay without a byte
     * @throws StartException when a file of the identity cannot be used
     */
    public static HttpClient start(String owner, HttpIdentity identity, int threads, int connections, long idleMillis)
            throws StartException {
        return start(owner, ClientTls.read(identity), threads, connections, idleMillis);
    }

    static HttpClient start(String owner, ClientTls tls, int threads, int connections, long idleMillis) {
        return start(owner, verifying(tls.context()), threads, client -> {
            client.setConnectTimeout(CONNECT_MILLIS);
            client.setAddressResolutionTimeout(CONNECT_MILLIS);
            client.setIdleTimeout(idleMillis);
            client.setMaxConnectionsPerDestination(connections);
        });
    }

    /** @param rules what is set before the start */
    static HttpClient start(String owner, SslContextFactory.Client tls, int threads, Consumer<HttpClient> rules) {
        var client = new HttpClient(new HttpClientTransportOverHTTP(connector(owner, tls, threads)));
        rules.accept(client);
        client.setMaxResponseHeadersSize(MAX_HEADERS);
        client.setMaxRequestHeadersSize(MAX_HEADERS);
        client.setFollowRedirects(false);
        client.setHttpCookieStore(new HttpCookieStore.Empty());
        client.setUserAgentField(new HttpField(HttpHeader.USER_AGENT, "smart-proxy"));
        try {
            client.start();
        } catch (Exception e) {
            throw new IllegalStateException("the HTTP client of " + owner + " does not start", e);
        }
        // added by the start: answers reach the caller as they are
        client.getProtocolHandlers().clear();
        // but for what comes before them (RFC 9110, section 15.2)
        client.getProtocolHandlers().put(new ContinueProtocolHandler());
        client.getProtocolHandlers().put(new ProcessingProtocolHandler());
        client.getProtocolHandlers().put(new EarlyHintsProtocolHandler());
        client.getContentDecoderFactories().clear();
        return client;
    }

    private static ClientConnector connector(String owner, SslContextFactory.Client tls, int most) {
        var threads = new QueuedThreadPool(most, 1, THREAD_IDLE_MILLIS);
        threads.setName("http-" + owner);
        threads.setDaemon(true);
        threads.setReservedThreads(0);
        var connector = new ClientConnector() {
            @Override
            protected EndPoint newEndPoint(SelectableChannel channel, ManagedSelector selector, SelectionKey key) {
                return new ReadingEndPoint((SocketChannel) channel, selector, key, getScheduler());
            }
        };
        connector.setSelectors(1);
        connector.setExecutor(threads);
        connector.setScheduler(new ScheduledExecutorScheduler("http-" + owner + "-timer", true));
        connector.setByteBufferPool(new ArrayByteBufferPool(-1, -1, -1, -1, MAX_POOLED_BYTES, MAX_POOLED_BYTES));
        connector.setSslContextFactory(tls);
        return connector;
    }

    /** Asks for a good certificate with the server's name. */
    static SslContextFactory.Client verifying(SSLContext context) {
        var verifying = new SslContextFactory.Client();
        verifying.setSslContext(context);
        verifying.setEndpointIdentificationAlgorithm("HTTPS");
        return verifying;
    }
}
