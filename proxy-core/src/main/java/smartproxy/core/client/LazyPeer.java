package smartproxy.core.client;

import java.io.IOException;
import java.net.ConnectException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.HttpCall;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.HttpPeer;
import smartproxy.core.api.HttpReply;
import smartproxy.core.api.StartException;

/** A peer that costs nothing until it is spoken to. */
public final class LazyPeer implements HttpPeer, AutoCloseable {
    private final String owner;
    private final HttpIdentity identity;
    private final ClientTls tls;
    private @Nullable JettyClient client;
    private boolean closed;

    /**
     * Reads and checks the files of the identity.
     *
     * @param owner the provider, for errors and names of threads
     */
    public LazyPeer(String owner, HttpIdentity identity) throws StartException {
        this.owner = owner;
        this.identity = identity;
        checkBase();
        this.tls = ClientTls.read(identity);
    }

    private void checkBase() throws StartException {
        var base = identity.base();
        var scheme = String.valueOf(base.getScheme()).toLowerCase(Locale.ROOT);
        if (!scheme.equals("https") && !scheme.equals("http")) {
            throw new StartException(
                    owner + ": " + scheme + " is not a way to reach a server; use https:// or http://");
        }
        if (base.getHost() == null) {
            throw new StartException(owner + ": no host in the server's URL " + scheme + "://…");
        }
        if (base.getRawUserInfo() != null || base.getRawQuery() != null || base.getRawFragment() != null) {
            // not quoted: a password may be in it
            throw new StartException(owner + ": the URL of " + base.getHost()
                    + " may not have a user, a password, a query or a fragment in it");
        }
    }

    @Override
    public HttpReply send(HttpCall call, Deadline deadline) throws IOException, InterruptedException {
        return client().send(call, deadline);
    }

    private synchronized JettyClient client() throws IOException {
        if (closed) {
            throw new ConnectException(owner + " is closed");
        }
        if (client == null) {
            client = new JettyClient(owner, identity, tls);
        }
        return client;
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (client != null) {
            client.close();
            client = null;
        }
    }
}
