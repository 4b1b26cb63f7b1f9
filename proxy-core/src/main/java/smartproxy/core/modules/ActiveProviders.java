package smartproxy.core.modules;

import java.util.ArrayList;
import java.util.List;
import smartproxy.core.api.ModuleContext;

/** The context of a module: the providers built for it. */
record ActiveProviders(List<ActiveProvider<?>> active) implements ModuleContext {
    @Override
    public <P> List<ActiveProvider<P>> providers(Class<P> spi) {
        var matching = new ArrayList<ActiveProvider<P>>();
        for (var provider : active) {
            if (spi.isInstance(provider.provider())) {
                matching.add(
                        new ActiveProvider<>(provider.factory(), spi.cast(provider.provider()), provider.backend()));
            }
        }
        return matching;
    }
}
