package smartproxy.core.modules;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import smartproxy.core.api.ProviderFactory;
import smartproxy.core.api.ProxyModule;
import smartproxy.core.modules.Offers.Offer;
import smartproxy.core.plugins.Plugins;
import smartproxy.core.settings.Problem;

/** All modules and providers of this installation, in the order of {@code /v2/features}. */
public final class ModuleCatalog {
    /** The reference's modules; Foreman sees each of them whether it is built or not. */
    private static final List<AbsentModule> REFERENCE = List.of(
            AbsentModule.plain("facts"),
            AbsentModule.withProviders("dns"),
            AbsentModule.showing("templates", "template_url"),
            AbsentModule.showing("tftp", "tftp_servername"),
            AbsentModule.withProviders("dhcp"),
            AbsentModule.withProviders("puppetca"),
            AbsentModule.withProviders("puppet"),
            new AbsentModule("bmc", List.of(), false, List.of("redfish", "shell", "ssh")),
            AbsentModule.withProviders("realm"),
            AbsentModule.plain("logs"),
            AbsentModule.showing("httpboot", "http_port", "https_port"),
            AbsentModule.showing("registration", "registration_url"));

    private final Offers<ProxyModule<?>> modules;
    private final Offers<ProviderFactory<?, ?>> providers;
    private final Plugins plugins;

    /**
     * @param own modules of the daemon
     * @param factories of the daemon
     */
    public ModuleCatalog(
            List<? extends ProxyModule<?>> own, List<? extends ProviderFactory<?, ?>> factories, Plugins plugins) {
        this.plugins = plugins;
        var allModules = new ArrayList<Offer<ProxyModule<?>>>();
        var allProviders = new ArrayList<Offer<ProviderFactory<?, ?>>>();
        own.forEach(module -> allModules.add(new Offer<>(module.name(), module, "")));
        factories.forEach(factory -> allProviders.add(new Offer<>(factory.name(), factory, "")));
        for (var plugin : plugins.loaded()) {
            plugin.modules().forEach(module -> allModules.add(new Offer<>(module.name(), module, plugin.name())));
            plugin.providers()
                    .forEach(factory -> allProviders.add(new Offer<>(factory.name(), factory, plugin.name())));
        }
        modules = new Offers<>("module", allModules);
        providers = new Offers<>("provider", allProviders);
    }

    /**
     * What the class path and the plug-ins offer.
     *
     * @param builtIn modules of the core itself
     */
    public static ModuleCatalog find(List<ProxyModule<?>> builtIn, ClassLoader loader, Plugins plugins) {
        var own = new ArrayList<ProxyModule<?>>(builtIn);
        for (ProxyModule<?> module : ServiceLoader.load(ProxyModule.class, loader)) {
            own.add(module);
        }
        var factories = new ArrayList<ProviderFactory<?, ?>>();
        for (ProviderFactory<?, ?> factory : ServiceLoader.load(ProviderFactory.class, loader)) {
            factories.add(factory);
        }
        return new ModuleCatalog(own, factories, plugins);
    }

    /** Why something that lies there cannot be used: by the file of a plug-in, or the name that two of them want. */
    public Map<String, String> failures() {
        var all = new LinkedHashMap<>(plugins.broken());
        for (var offers : List.of(modules, providers)) {
            all.putAll(offers.intruders());
            all.putAll(offers.refused());
        }
        return all;
    }

    /** The same and what else there is to say of the plug-in directory, for a log or a check. */
    List<Problem> problems() {
        var all = new ArrayList<>(plugins.problems());
        for (var offers : List.of(modules, providers)) {
            offers.intruders().forEach((plugin, why) -> all.add(problem(plugin + ": " + why)));
            offers.refused().forEach((name, why) -> all.add(problem(why)));
        }
        return all;
    }

    private Problem problem(String message) {
        return Problem.error(plugins.directory(), 0, "", message, "");
    }

    /** What may be the cause that there is no provider of this name; empty when nothing is known. */
    String whyNoProvider(String name) {
        var refused = providers.refused().get(name);
        if (refused != null) {
            return refused;
        }
        return plugins.broken().entrySet().stream()
                .map(plugin -> "plug-in " + plugin.getKey() + " is not loaded: " + plugin.getValue())
                .collect(Collectors.joining("; "));
    }

    /**
     * An entry of {@code /v2/features}: a module or what stands for one that is not there.
     *
     * @param why there is none
     * @param always whether it is an entry without a settings file too. What the reference knows as a plug-in is there only
     *     where it was installed
     */
    record Entry(String name, Optional<ProxyModule<?>> module, AbsentModule absent, String why, boolean always) {}

    List<Entry> entries() {
        var entries = new ArrayList<Entry>();
        var rest = new LinkedHashMap<>(modules.taken());
        var refused = new LinkedHashMap<>(modules.refused());
        for (var reference : REFERENCE) {
            var name = reference.name();
            var why = refused.remove(name);
            entries.add(new Entry(
                    name,
                    Optional.ofNullable(rest.remove(name)),
                    reference,
                    why == null ? "Module '" + name + "' is not part of this version" : why,
                    true));
        }
        var foreign = foreignModules();
        rest.forEach((name, module) -> entries.add(new Entry(
                name,
                Optional.of(module),
                AbsentModule.plain(name),
                "",
                module.enabledByDefault() || foreign.contains(name))));
        refused.forEach(
                (name, why) -> entries.add(new Entry(name, Optional.empty(), AbsentModule.plain(name), why, true)));
        return entries;
    }

    /** The provider of that name and module. */
    Optional<ProviderFactory<?, ?>> provider(String name, String module) {
        return providers.find(name).filter(factory -> factory.module().equals(module));
    }

    /** The module with that settings file, whether it is built or not. */
    Optional<Entry> module(String name) {
        return entries().stream().filter(entry -> entry.name().equals(name)).findFirst();
    }

    /** The provider with that settings file. */
    Optional<ProviderFactory<?, ?>> provider(String name) {
        return providers.find(name);
    }

    /** Names of all settings files that mean something, or did to the Ruby proxy. */
    Set<String> fileNames() {
        var names = new TreeSet<String>(providers.taken().keySet());
        entries().forEach(entry -> names.add(entry.name()));
        names.addAll(RubyParts.names());
        return names;
    }

    /** Names of modules that plug-ins bring. */
    Set<String> foreignModules() {
        var brought = plugins.loaded().stream()
                .flatMap(plugin -> plugin.modules().stream())
                .toList();
        return modules.taken().entrySet().stream()
                .filter(module -> brought.contains(module.getValue()))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    Path pluginDirectory() {
        return plugins.directory();
    }

    /** Modules that are there, in the order of {@code /v2/features}. */
    public List<ProxyModule<?>> modules() {
        return entries().stream().flatMap(entry -> entry.module().stream()).toList();
    }

    /** The providers of a module, by name. */
    public List<ProviderFactory<?, ?>> providersOf(String module) {
        return new TreeMap<>(providers.taken())
                .values().stream()
                        .filter(factory -> factory.module().equals(module))
                        .toList();
    }
}
