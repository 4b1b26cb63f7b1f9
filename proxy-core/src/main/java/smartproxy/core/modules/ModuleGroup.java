package smartproxy.core.modules;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.DaemonSettings;
import smartproxy.core.api.Finding;
import smartproxy.core.api.Lifecycle;
import smartproxy.core.api.ModuleContext.ActiveProvider;
import smartproxy.core.api.ModuleInstance;
import smartproxy.core.api.Mount;
import smartproxy.core.api.StartException;
import smartproxy.core.plugins.ContextLoader;

/**
 * A module with its providers: built, started and closed together. Generations that did not change it share one, and the last
 * to let go closes it.
 */
public final class ModuleGroup {
    private static final Logger LOG = LoggerFactory.getLogger(ModuleGroup.class);

    /**
     * What a group was made from; equal identities need no new group.
     *
     * @param daemon what modules may know of it
     * @param settings of the module and of each provider, by key
     * @param files contents that settings point to, as size and time of change
     */
    record Identity(
            String module, DaemonSettings daemon, List<Map<String, @Nullable Object>> settings, List<String> files) {}

    private final Identity identity;
    private final List<ActiveProvider<?>> providers;
    private final ModuleInstance instance;
    private final List<Mount> mounts;
    private final List<AutoCloseable> attachments;
    private final AtomicInteger holders = new AtomicInteger();
    private boolean started;

    /** @param attachments closed last: metrics and health entries */
    ModuleGroup(
            Identity identity,
            List<ActiveProvider<?>> providers,
            ModuleInstance instance,
            List<AutoCloseable> attachments) {
        this.identity = identity;
        this.providers = List.copyOf(providers);
        this.instance = instance;
        this.mounts = List.copyOf(instance.mounts());
        this.attachments = List.copyOf(attachments);
    }

    Identity identity() {
        return identity;
    }

    List<Mount> mounts() {
        return mounts;
    }

    /** Names of the providers, in registration order. */
    List<String> providerNames() {
        return providers.stream().map(provider -> provider.factory().name()).toList();
    }

    ModuleInstance instance() {
        return instance;
    }

    List<ActiveProvider<?>> providers() {
        return providers;
    }

    Map<String, @Nullable Object> settings() {
        return instance.settings();
    }

    /** What {@code check} is to tell. */
    List<Finding> findings() {
        return instance.findings();
    }

    List<String> capabilities() {
        var all = new ArrayList<String>();
        addCapabilities(identity.module(), instance::capabilities, all);
        providers.forEach(provider -> addCapabilities(identity.module(), provider.factory()::capabilities, all));
        return all;
    }

    /** Those of one that cannot tell are left out: the features of the others must be shown. */
    static void addCapabilities(String module, Supplier<List<String>> source, List<String> all) {
        try {
            all.addAll(source.get());
        } catch (RuntimeException | Error e) {
            LOG.warn("Module '{}' does not tell all its capabilities", module, e);
        }
    }

    /**
     * Opens what providers and module need; a group that runs already is left alone.
     *
     * @return whether it was started now
     * @throws StartException when a part cannot start; {@link #release()} closes the others
     */
    synchronized boolean start() throws StartException {
        if (started) {
            return false;
        }
        started = true;
        for (var provider : providers) {
            if (provider.provider() instanceof Lifecycle lifecycle) {
                try (var loader = ContextLoader.of(lifecycle)) {
                    lifecycle.start();
                }
            }
        }
        try (var loader = ContextLoader.of(instance)) {
            instance.start();
        }
        return true;
    }

    void hold() {
        holders.incrementAndGet();
    }

    /** Closes the group when nobody holds it any more. */
    void release() {
        if (holders.decrementAndGet() == 0) {
            close();
        }
    }

    /** Closes a group that was built for nothing. */
    void discard() {
        hold();
        release();
    }

    private synchronized void close() {
        closeQuietly(instance);
        var backwards = new ArrayList<>(providers);
        Collections.reverse(backwards);
        for (var provider : backwards) {
            if (provider.provider() instanceof Lifecycle lifecycle) {
                closeQuietly(lifecycle);
            }
        }
        attachments.forEach(CoreServices::closeQuietly);
    }

    private static void closeQuietly(AutoCloseable closeable) {
        try (var loader = ContextLoader.of(closeable)) {
            CoreServices.closeQuietly(closeable);
        }
    }
}
