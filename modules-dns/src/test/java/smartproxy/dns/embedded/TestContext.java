package smartproxy.dns.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import smartproxy.core.api.Backend;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.HealthSource;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.HttpPeer;
import smartproxy.core.api.Operation;
import smartproxy.core.api.ProviderContext;
import smartproxy.core.api.SharedResources;
import smartproxy.core.api.Store;

/** What the core gives a provider, without its guards. One for all generations of a process. */
final class TestContext implements ProviderContext, SharedResources {
    private final Store store;
    private final Map<String, Counted> resources = new HashMap<>();
    private final Map<String, HealthSource> health = new HashMap<>();

    private static final class Counted {
        final AutoCloseable resource;
        int users;

        Counted(AutoCloseable resource) {
            this.resource = resource;
        }
    }

    TestContext(Store store) {
        this.store = store;
    }

    @Override
    public Backend backend() {
        return new Backend() {
            @Override
            public String name() {
                return EmbeddedFactory.NAME;
            }

            @Override
            public Permit admit() {
                return () -> {};
            }

            @Override
            public <T> T call(Operation operation, Deadline deadline, Attempt<T> attempt) {
                try {
                    return attempt.run(deadline);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        };
    }

    @Override
    public HttpPeer http(HttpIdentity identity) {
        throw new UnsupportedOperationException("this provider speaks no HTTP");
    }

    @Override
    public Store store() {
        return store;
    }

    @Override
    public SharedResources shared() {
        return this;
    }

    @Override
    public void health(String name, HealthSource source) {
        health.put(name, source);
    }

    HealthSource.Health health(String name) {
        var source = health.get(name);
        return source == null ? new HealthSource.Health(false, "none") : source.health();
    }

    /** How many resources are in use. */
    synchronized int resources() {
        return resources.size();
    }

    @Override
    public synchronized <R extends AutoCloseable> Lease<R> acquire(String key, Class<R> type, Callable<R> make)
            throws Exception {
        var known = resources.get(key);
        var counted = known == null ? new Counted(make.call()) : known;
        resources.put(key, counted);
        counted.users++;
        return new Lease<>() {
            @Override
            public R get() {
                return type.cast(counted.resource);
            }

            @Override
            public void close() {
                release(key, counted);
            }
        };
    }

    private synchronized void release(String key, Counted counted) {
        if (--counted.users == 0) {
            resources.remove(key);
            try {
                counted.resource.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
