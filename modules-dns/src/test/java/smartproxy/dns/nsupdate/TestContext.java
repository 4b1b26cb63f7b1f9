package smartproxy.dns.nsupdate;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import smartproxy.core.api.Backend;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.HealthSource;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.HttpPeer;
import smartproxy.core.api.Operation;
import smartproxy.core.api.ProviderContext;
import smartproxy.core.api.SharedResources;
import smartproxy.core.api.Store;
import smartproxy.core.modules.CountedResources;

/** A context whose backend tries three times and has no breaker. */
final class TestContext implements ProviderContext {
    final Map<String, HealthSource> health = new ConcurrentHashMap<>();
    private final SharedResources shared = new CountedResources();

    @Override
    public Backend backend() {
        return new Backend() {
            @Override
            public String name() {
                return "dns_nsupdate";
            }

            @Override
            public Permit admit() {
                return () -> {};
            }

            @Override
            public <T> T call(Operation operation, Deadline deadline, Attempt<T> attempt) {
                for (var attempts = 1; ; attempts++) {
                    try {
                        return attempt.run(deadline.within(Duration.ofSeconds(10)));
                    } catch (SocketTimeoutException e) {
                        throw new BackendException(
                                Kind.TIMEOUT, Outcome.NOT_APPLIED, "dns_nsupdate: " + e.getMessage(), e);
                    } catch (IOException e) {
                        if (attempts == 3 || deadline.expired()) {
                            throw new BackendException(
                                    Kind.UNAVAILABLE, Outcome.NOT_APPLIED, "dns_nsupdate: " + e.getMessage(), e);
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        throw new BackendException(Kind.UNAVAILABLE, Outcome.NOT_APPLIED, "interrupted", e);
                    }
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
        throw new UnsupportedOperationException("this provider keeps nothing");
    }

    @Override
    public SharedResources shared() {
        return shared;
    }

    @Override
    public void health(String name, HealthSource source) {
        health.put(name, source);
    }
}
