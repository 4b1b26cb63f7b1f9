package smartproxy.core.modules;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import smartproxy.core.api.SharedResources;

/** {@link SharedResources} by counting their users. */
public final class CountedResources implements SharedResources {
    private static final class Counted {
        private final AutoCloseable resource;
        private int users;

        Counted(AutoCloseable resource) {
            this.resource = resource;
        }
    }

    private final Map<String, Counted> resources = new HashMap<>();

    @Override
    public synchronized <R extends AutoCloseable> Lease<R> acquire(String key, Class<R> type, Callable<R> make)
            throws Exception {
        var counted = resources.get(key);
        if (counted == null) {
            counted = new Counted(make.call());
            resources.put(key, counted);
        }
        var resource = type.cast(counted.resource);
        counted.users++;
        return new Lease<>() {
            private boolean closed;

            @Override
            public R get() {
                return resource;
            }

            @Override
            public void close() {
                synchronized (CountedResources.this) {
                    if (!closed) {
                        closed = true;
                        release(key);
                    }
                }
            }
        };
    }

    private void release(String key) {
        var counted = resources.get(key);
        if (counted != null && --counted.users == 0) {
            resources.remove(key);
            CoreServices.closeQuietly(counted.resource);
        }
    }
}
