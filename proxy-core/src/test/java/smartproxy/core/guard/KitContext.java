package smartproxy.core.guard;

import java.util.ArrayList;
import java.util.List;
import smartproxy.core.api.Backend;
import smartproxy.core.api.HealthSource;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.HttpPeer;
import smartproxy.core.api.ProviderContext;
import smartproxy.core.api.SharedResources;
import smartproxy.core.api.StartException;
import smartproxy.core.api.Store;
import smartproxy.core.client.LazyPeer;

/** What a provider gets in the daemon, for the tests of providers, third parties' included: its guarded backend and HTTP servers. */
public final class KitContext implements ProviderContext, AutoCloseable {
    private final String name;
    private final Backend backend;
    private final List<LazyPeer> peers = new ArrayList<>();

    /** @param name of the provider */
    public KitContext(String name) {
        this.name = name;
        this.backend = Backends.guarded(name);
    }

    @Override
    public Backend backend() {
        return backend;
    }

    @Override
    public HttpPeer http(HttpIdentity identity) throws StartException {
        var peer = new LazyPeer(name, identity);
        peers.add(peer);
        return peer;
    }

    @Override
    public Store store() {
        throw new UnsupportedOperationException("no store in this test");
    }

    @Override
    public SharedResources shared() {
        throw new UnsupportedOperationException("nothing is shared in this test");
    }

    @Override
    public void health(String item, HealthSource source) {
        // nobody looks
    }

    /** Ends the connections. */
    @Override
    public void close() {
        peers.forEach(LazyPeer::close);
    }
}
