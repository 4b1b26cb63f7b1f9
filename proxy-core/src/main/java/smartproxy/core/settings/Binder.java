package smartproxy.core.settings;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import smartproxy.core.api.Schema;
import smartproxy.core.api.Setting;
import smartproxy.core.api.Values;

/** Checks a settings file against its schema, finds all that is wrong with it, and makes the record when nothing is. */
public final class Binder {
    private Binder() {}

    /**
     * Binds a module's file. Of the keys every module has, {@link ModuleKeys#USE_PROVIDER} is bound as well when it is there;
     * {@code enabled} is the registry's and only looked at for a warning.
     */
    public static <S> Bound<S> bind(Schema<S> schema, SettingsFile file) {
        return bind(schema, file, Set.of());
    }

    /**
     * Binds a module's file.
     *
     * @param alsoKnown keys that mean something to others, such as the module's providers; they are not warned about
     */
    public static <S> Bound<S> bind(Schema<S> schema, SettingsFile file, Set<String> alsoKnown) {
        return bind(schema, file, alsoKnown, List.of());
    }

    /** @param common settings every file of this kind accepts */
    public static <S> Bound<S> bind(
            Schema<S> schema, SettingsFile file, Set<String> alsoKnown, List<Setting<?>> common) {
        var settings = new ArrayList<Setting<?>>();
        settings.add(useProvider(file));
        settings.addAll(schema.settings());
        settings.addAll(common);
        var run = new BindingRun(List.of(file));
        run.bind(settings);
        run.warnOfEnabled(file);
        var known = new LinkedHashSet<>(alsoKnown);
        known.add(ModuleKeys.ENABLED.key());
        run.warnOfKeys(file, known);
        return run.finish(schema.binder(), run.raw(settings));
    }

    /** The reference has a default for it, so an empty one is refused; which, only the registry knows. */
    private static Setting<?> useProvider(SettingsFile file) {
        var key = ModuleKeys.USE_PROVIDER.key();
        var empty = file.has(key) && (file.get(key) == null || "".equals(file.get(key)));
        return empty ? ModuleKeys.USE_PROVIDER.defaultsTo(List.of()) : ModuleKeys.USE_PROVIDER;
    }

    /** Binds {@code settings.yml}. */
    static <S> Bound<S> bindHost(Schema<S> schema, SettingsFile file, Set<String> ignored) {
        var run = new BindingRun(List.of(file));
        run.bind(schema.settings());
        run.warnOfKeys(file, ignored);
        return run.finish(schema.binder(), run.raw(schema.settings()));
    }

    /**
     * Binds a provider's file over its module's file. {@code enabled} is dropped from its own file. The module's settings are
     * bound too and can be read from the {@link Values}; what is wrong with them is repeated here, for the provider cannot run
     * then. A key of the module, written or defaulted, that the provider's file or schema gives as well is an error.
     *
     * @param common settings every provider file accepts
     */
    public static <S> Bound<S> bindProvider(
            String provider,
            Schema<S> schema,
            SettingsFile file,
            Schema<?> moduleSchema,
            SettingsFile moduleFile,
            List<Setting<?>> common) {
        var settings = new ArrayList<>(schema.settings());
        settings.addAll(common);

        var module = new BindingRun(List.of(moduleFile));
        module.bind(moduleSchema.settings());
        var run = new BindingRun(List.of(file, moduleFile));
        run.adopt(module);
        var conflicts = conflicts(schema, file, moduleSchema, moduleFile);
        if (!conflicts.isEmpty()) {
            run.conflict(provider, file, conflicts);
        }
        run.bind(settings);

        var known = keys(moduleSchema.settings());
        known.add(ModuleKeys.ENABLED.key());
        known.add(ModuleKeys.USE_PROVIDER.key());
        run.warnOfKeys(file, known);

        var raw = module.raw(moduleSchema.settings());
        raw.putAll(run.raw(settings));
        raw.remove(ModuleKeys.ENABLED.key());
        return run.finish(schema.binder(), raw);
    }

    /** In the order of the module's keys. */
    private static List<String> conflicts(
            Schema<?> schema, SettingsFile file, Schema<?> moduleSchema, SettingsFile moduleFile) {
        var ofProvider = withDefaults(schema, file);
        ofProvider.remove(ModuleKeys.ENABLED.key());
        return withDefaults(moduleSchema, moduleFile).stream()
                .filter(ofProvider::contains)
                .toList();
    }

    private static Set<String> withDefaults(Schema<?> schema, SettingsFile file) {
        var keys = schema.settings().stream()
                .filter(setting -> setting.defaultValue() != null)
                .map(Setting::key)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        keys.addAll(file.symbols().keySet());
        return keys;
    }

    private static Set<String> keys(List<Setting<?>> settings) {
        return settings.stream().map(Setting::key).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** A result without settings. */
    static <S> Bound<S> failed(List<Problem> problems) {
        return new Bound<>(Optional.empty(), Optional.empty(), new LinkedHashMap<>(), problems);
    }
}
