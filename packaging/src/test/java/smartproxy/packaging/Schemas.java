package smartproxy.packaging;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import smartproxy.core.api.ProviderFactory;
import smartproxy.core.api.ProxyModule;
import smartproxy.core.api.Schema;
import smartproxy.core.api.Setting;
import smartproxy.core.guard.GuardSettings;
import smartproxy.core.log.LogBuffer;
import smartproxy.core.modules.ModuleCatalog;
import smartproxy.core.plugins.Plugins;
import smartproxy.core.root.LogsModule;
import smartproxy.core.settings.HostSettings;
import smartproxy.core.settings.ModuleKeys;

/** What the daemon as shipped can be told in its settings files. */
final class Schemas {
    /** The modules that the daemon brings itself. */
    static final List<ProxyModule<?>> BUILT_IN = List.of(new LogsModule(new LogBuffer(2, 2), Map::of));

    private Schemas() {}

    static ModuleCatalog catalog() {
        return ModuleCatalog.find(BUILT_IN, Schemas.class.getClassLoader(), Plugins.none());
    }

    /** The schema of each provider, by its factory. */
    static List<ProviderFactory<?, ?>> providers() {
        var all = new ArrayList<ProviderFactory<?, ?>>();
        for (ProviderFactory<?, ?> factory : ServiceLoader.load(ProviderFactory.class)) {
            all.add(factory);
        }
        return all;
    }

    /** Every setting of every file, by key. */
    static Map<String, Setting<?>> settings() {
        var schemas = new ArrayList<Schema<?>>();
        schemas.add(HostSettings.SCHEMA);
        catalog().modules().forEach(module -> schemas.add(module.schema()));
        providers().forEach(provider -> schemas.add(provider.schema()));
        var all = new LinkedHashMap<String, Setting<?>>();
        schemas.forEach(schema -> schema.settings().forEach(setting -> all.put(setting.key(), setting)));
        GuardSettings.SETTINGS.forEach(setting -> all.put(setting.key(), setting));
        List.of(ModuleKeys.ENABLED, ModuleKeys.USE_PROVIDER).forEach(setting -> all.put(setting.key(), setting));
        return all;
    }
}
