package smartproxy.core.modules;

import java.util.List;
import smartproxy.core.api.ModuleContext.ActiveProvider;
import smartproxy.core.api.ProviderFactory;
import smartproxy.core.api.StartException;
import smartproxy.core.api.Values;
import smartproxy.core.guard.GuardSettings;
import smartproxy.core.plugins.ContextLoader;
import smartproxy.core.settings.Bound;

/** A provider whose settings passed. */
record BoundProvider<S>(ProviderFactory<S, ?> factory, Bound<S> bound) {
    ActiveProvider<?> create(CoreServices services, List<AutoCloseable> attachments) throws StartException {
        return create(factory, services, attachments);
    }

    private <P> ActiveProvider<P> create(
            ProviderFactory<S, P> typed, CoreServices services, List<AutoCloseable> attachments) throws StartException {
        Values values = bound.values().orElseThrow();
        var context = services.providerContext(typed.name(), GuardSettings.bind(values), attachments);
        try (var loader = ContextLoader.of(typed)) {
            return new ActiveProvider<>(
                    typed, typed.create(bound.settings().orElseThrow(), context), context.backend());
        }
    }
}
