package smartproxy.core.modules;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.DaemonSettings;
import smartproxy.core.api.ModuleContext.ActiveProvider;
import smartproxy.core.api.ProviderFactory;
import smartproxy.core.api.ProxyModule;
import smartproxy.core.api.ProxyModule.ServedPorts;
import smartproxy.core.api.Schema;
import smartproxy.core.api.StartException;
import smartproxy.core.guard.GuardSettings;
import smartproxy.core.plugins.ContextLoader;
import smartproxy.core.settings.Binder;
import smartproxy.core.settings.Bound;
import smartproxy.core.settings.Problem;
import smartproxy.core.settings.SettingsException;
import smartproxy.core.settings.SettingsFile;

/** The build of one module: reads its file and those of its providers, and creates what they enable. */
final class ModuleBuild {
    private static final Logger LOG = LoggerFactory.getLogger(ModuleBuild.class);

    private final ModuleCatalog catalog;
    private final CoreServices services;
    private final ModuleCatalog.Entry entry;
    private final Path directory;
    private final DaemonSettings daemon;
    private final Optional<Module> previous;
    private final List<Problem> problems;
    private final Map<String, @Nullable Object> exposed = new LinkedHashMap<>();
    private final List<String> capabilities = new ArrayList<>();

    /** @param problems takes what is wrong with the files */
    ModuleBuild(
            ModuleCatalog catalog,
            CoreServices services,
            ModuleCatalog.Entry entry,
            Path directory,
            DaemonSettings daemon,
            Optional<Module> previous,
            List<Problem> problems) {
        this.catalog = catalog;
        this.services = services;
        this.entry = entry;
        this.directory = directory;
        this.daemon = daemon;
        this.previous = previous;
        this.problems = problems;
        capabilities.addAll(entry.absent().capabilities());
    }

    Module module(Map<String, String> failures) {
        try {
            expose();
            var file = read(entry.name());
            var enabled = enabled(file);
            if (enabled == null || Boolean.FALSE.equals(enabled)) {
                return module(Module.State.DISABLED, Ports.NONE, Optional.empty());
            }
            var ports = Ports.of(enabled);
            if (entry.module().isEmpty()) {
                return absent(file, ports);
            }
            var group = group(entry.module().get(), file, ports);
            if (ports.any()) {
                warnWhereNobodyListens(file, ports);
                return module(Module.State.RUNNING, ports, Optional.of(group));
            }
            group.discard();
            return module(Module.State.DISABLED, Ports.NONE, Optional.empty());
        } catch (ModuleFailure failure) {
            failure.record(failures);
        } catch (RuntimeException | Error e) {
            var reason = ModuleFailure.reason(entry.name(), e);
            problems.add(Problem.error(settingsFile(entry.name()), 0, "", reason, ""));
            ModuleFailure.of(List.of(entry.name()), reason).record(failures);
        }
        return module(Module.State.FAILED, Ports.NONE, Optional.empty());
    }

    /** As in the reference, such a module runs and is a feature; nobody can call it. */
    private void warnWhereNobodyListens(SettingsFile file, Ports ports) {
        var own = daemon.own();
        var http = daemon.ports().http().isPresent();
        var https = Stream.of(own.authorities(), own.certificate(), own.privateKey())
                        .allMatch(Optional::isPresent)
                || daemon.listeners().stream().anyMatch(DaemonSettings.Listener::all);
        if (ports.https() && !ports.http() && http && !https) {
            warnOfPort(file, "https", "set ssl_certificate, ssl_private_key and ssl_ca_file in settings.yml");
        } else if (ports.http() && !ports.https() && https && !http) {
            warnOfPort(file, "http", "set http_port in settings.yml");
        }
    }

    private void warnOfPort(SettingsFile file, String port, String advice) {
        problems.add(Problem.warning(
                file.path(),
                file.line("enabled"),
                "enabled",
                "it can be called by " + port + " alone, which is off, so it cannot be called",
                advice + ", or enable it for the other one"));
    }

    private Path settingsFile(String name) {
        return directory.resolve(name + ".yml");
    }

    private Module module(Module.State state, Ports ports, Optional<ModuleGroup> group) {
        return new Module(entry.name(), state, ports, exposed, capabilities, group);
    }

    private Module absent(SettingsFile file, Ports ports) throws ModuleFailure {
        entry.absent().exposed().forEach(key -> exposed.put(key, file.get(key)));
        if (entry.absent().usesProviders()) {
            exposed.put("use_provider", file.get("use_provider"));
        }
        if (!ports.any()) {
            return module(Module.State.DISABLED, Ports.NONE, Optional.empty());
        }
        problems.add(Problem.error(
                file.path(),
                file.line("enabled"),
                "enabled",
                entry.why(),
                "set it to false, and keep another proxy for this feature"));
        throw ModuleFailure.of(List.of(entry.name()), entry.why());
    }

    /** Keys that are shown are null until their file was read. */
    private void expose() {
        entry.module()
                .ifPresentOrElse(
                        module -> {
                            exposedKeys(module.schema()).forEach(key -> exposed.put(key, null));
                            exposed.putAll(module.shown(ServedPorts.NONE));
                            if (!module.defaultProviders().isEmpty()) {
                                exposed.put("use_provider", null);
                            }
                        },
                        () -> {
                            entry.absent().exposed().forEach(key -> exposed.put(key, null));
                            if (entry.absent().usesProviders()) {
                                exposed.put("use_provider", null);
                            }
                        });
    }

    private void expose(ProxyModule<?> module, Bound<?> bound, SettingsFile file, Ports ports) {
        exposedKeys(module.schema()).forEach(key -> exposed.put(key, bound.raw().get(key)));
        exposed.putAll(module.shown(new ServedPorts(
                daemon.ports().http().filter(port -> ports.http()),
                daemon.ports().https().filter(port -> ports.https()))));
        if (!module.defaultProviders().isEmpty()) {
            var configured = file.get("use_provider");
            exposed.put(
                    "use_provider",
                    configured == null ? module.defaultProviders().get(0) : configured);
        }
    }

    private SettingsFile read(String name) throws ModuleFailure {
        var path = settingsFile(name);
        // not: does not exist or may not be looked at, which is an error
        if (Files.notExists(path)) {
            if (Files.isSymbolicLink(path)) {
                problems.add(Problem.warning(
                        path,
                        0,
                        "",
                        "it is a link to a file that is not there, so all settings are the defaults",
                        "make that file, or remove the link"));
            }
            if (entry.module().isPresent()) {
                LOG.warn("Couldn't find settings file {}. Using default settings.", path);
            }
            return SettingsFile.absent(path);
        }
        try {
            return SettingsFile.read(path);
        } catch (SettingsException e) {
            problems.add(e.problem());
            throw ModuleFailure.of(List.of(entry.name()), String.valueOf(e.getMessage()));
        }
    }

    private @Nullable Object enabled(SettingsFile file) {
        if (!file.has("enabled")) {
            return entry.module().map(ProxyModule::enabledByDefault).orElse(false);
        }
        return file.get("enabled");
    }

    private <S> ModuleGroup group(ProxyModule<S> module, SettingsFile file, Ports ports) throws ModuleFailure {
        var bound = Binder.bind(
                module.schema(), file, providerKeys(module), module.hasBackend() ? GuardSettings.SETTINGS : List.of());
        // as in the reference, one that fails shows what was read
        expose(module, bound, file, ports);
        check(List.of(module.name()), bound);
        var providers = providers(module, file);
        // as in the reference, shown also where the provider's settings are wrong or it does not start
        providers.forEach(factory -> ModuleGroup.addCapabilities(module.name(), factory::capabilities, capabilities));
        var members =
                new ArrayList<>(providers.stream().map(ProviderFactory::name).toList());
        members.add(module.name());

        var settings = new ArrayList<Map<String, @Nullable Object>>();
        settings.add(bound.raw());
        var files = new ArrayList<>(Fingerprints.of(module.schema(), bound));
        var boundProviders = new ArrayList<BoundProvider<?>>();
        for (var factory : providers) {
            var provider = bind(factory, members, module, file);
            boundProviders.add(provider);
            settings.add(provider.bound().raw());
            files.addAll(Fingerprints.of(factory.schema(), provider.bound()));
        }
        var identity = new ModuleGroup.Identity(module.name() + ports, daemon, settings, files);
        var same =
                previous.flatMap(Module::group).filter(group -> group.identity().equals(identity));
        return same.isPresent() ? same.get() : create(module, bound, boundProviders, identity, members);
    }

    private List<ProviderFactory<?, ?>> providers(ProxyModule<?> module, SettingsFile file) throws ModuleFailure {
        if (module.defaultProviders().isEmpty()) {
            return List.of();
        }
        var configured = file.get("use_provider");
        var names = configured == null ? module.defaultProviders() : names(configured);
        var missing = names.stream()
                .filter(name -> catalog.provider(name, module.name()).isEmpty())
                .toList();
        if (!missing.isEmpty()) {
            problems.add(Problem.error(
                    file.path(),
                    file.line("use_provider"),
                    "use_provider",
                    "following providers are not available: " + String.join(", ", missing),
                    "one of "
                            + String.join(
                                    ", ",
                                    catalog.providersOf(module.name()).stream()
                                            .map(ProviderFactory::name)
                                            .toList())));
            throw ModuleFailure.missingProviders(
                    module.name(),
                    missing,
                    missing.stream()
                            .map(catalog::whyNoProvider)
                            .filter(why -> !why.isEmpty())
                            .distinct()
                            .toList());
        }
        return names.stream()
                .flatMap(name -> catalog.provider(name, module.name()).stream())
                .toList();
    }

    private <S> BoundProvider<S> bind(
            ProviderFactory<S, ?> factory, List<String> members, ProxyModule<?> module, SettingsFile moduleFile)
            throws ModuleFailure {
        var file = read(factory.name());
        var bound = Binder.bindProvider(
                factory.name(), factory.schema(), file, module.schema(), moduleFile, GuardSettings.SETTINGS);
        exposedKeys(factory.schema())
                .forEach(key -> exposed.put(key, bound.raw().get(key)));
        check(members, bound);
        return new BoundProvider<>(factory, bound);
    }

    private void check(List<String> members, Bound<?> bound) throws ModuleFailure {
        problems.addAll(bound.problems());
        if (bound.failure().isPresent()) {
            throw ModuleFailure.of(members, bound.failure().get());
        }
    }

    private <S> ModuleGroup create(
            ProxyModule<S> module,
            Bound<S> bound,
            List<BoundProvider<?>> boundProviders,
            ModuleGroup.Identity identity,
            List<String> members)
            throws ModuleFailure {
        var attachments = new ArrayList<AutoCloseable>();
        var culprit = module.name();
        try {
            var active = new ArrayList<ActiveProvider<?>>();
            for (var provider : boundProviders) {
                culprit = provider.factory().name();
                active.add(provider.create(services, attachments));
            }
            culprit = module.name();
            var context = services.moduleContext(
                    module.name(),
                    active,
                    module.hasBackend() ? bound.values().map(GuardSettings::bind) : Optional.empty(),
                    daemon,
                    attachments);
            try (var loader = ContextLoader.of(module)) {
                var instance = module.create(bound.settings().orElseThrow(), context);
                return new ModuleGroup(identity, active, instance, attachments);
            }
        } catch (StartException | RuntimeException | Error e) {
            attachments.forEach(CoreServices::closeQuietly);
            var reason = ModuleFailure.reason(module.name(), e);
            problems.add(Problem.error(settingsFile(culprit), 0, "", reason, ""));
            throw ModuleFailure.of(members, reason);
        }
    }

    private static List<String> exposedKeys(Schema<?> schema) {
        var keys = new ArrayList<String>();
        for (var setting : schema.settings()) {
            if (setting.isExposed()) {
                keys.add(setting.key());
            }
        }
        return keys;
    }

    /** What a provider reads may stand in its module's file too. */
    private Set<String> providerKeys(ProxyModule<?> module) {
        var keys = new HashSet<String>();
        for (var factory : catalog.providersOf(module.name())) {
            factory.schema().settings().forEach(setting -> keys.add(setting.key()));
        }
        return keys;
    }

    static List<String> names(Object configured) {
        var names = new ArrayList<String>();
        for (var element : configured instanceof List<?> list ? list : List.of(configured)) {
            var name = String.valueOf(element);
            names.add(name.startsWith(":") ? name.substring(1) : name);
        }
        return names;
    }
}
