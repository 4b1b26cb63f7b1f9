package smartproxy.core.modules;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import smartproxy.core.api.ProviderFactory;
import smartproxy.core.api.ProxyModule;

/** All modules and providers of this installation, in the order of {@code /v2/features}. */
public final class ModuleCatalog {
    /** The reference's modules; Foreman sees each of them whether it is built or not. */
    private static final List<AbsentModule> REFERENCE = List.of(
            AbsentModule.plain("facts"),
            AbsentModule.withProviders("dns"),
            AbsentModule.showing("templates", "template_url"),
            AbsentModule.showing("tftp", "tftp_servername"),
            AbsentModule.withProviders("dhcp"),
            AbsentModule.withProviders("puppetca", "puppet_url"),
            AbsentModule.withProviders("puppet", "puppet_url"),
            new AbsentModule("bmc", List.of(), false, List.of("redfish", "shell", "ssh")),
            AbsentModule.withProviders("realm"),
            AbsentModule.plain("logs"),
            AbsentModule.showing("httpboot", "http_port", "https_port"),
            AbsentModule.showing("registration", "registration_url"));

    private final Map<String, ProxyModule<?>> modules = new LinkedHashMap<>();
    private final Map<String, ProviderFactory<?, ?>> providers = new TreeMap<>();

    /** @param builtIn modules of the core itself */
    public ModuleCatalog(
            List<ProxyModule<?>> builtIn,
            Iterable<? extends ProxyModule<?>> found,
            Iterable<? extends ProviderFactory<?, ?>> factories) {
        builtIn.forEach(this::add);
        found.forEach(this::add);
        for (var factory : factories) {
            if (providers.putIfAbsent(factory.name(), factory) != null) {
                throw new IllegalStateException("two providers are called " + factory.name() + "; take one jar away");
            }
        }
    }

    /** What the class path offers. */
    @SuppressWarnings({"unchecked", "rawtypes"}) // ServiceLoader knows no wildcards
    public static ModuleCatalog find(List<ProxyModule<?>> builtIn, ClassLoader loader) {
        return new ModuleCatalog(builtIn, (Iterable) ServiceLoader.load(ProxyModule.class, loader), (Iterable)
                ServiceLoader.load(ProviderFactory.class, loader));
    }

    private void add(ProxyModule<?> module) {
        if (modules.putIfAbsent(module.name(), module) != null) {
            throw new IllegalStateException("two modules are called " + module.name() + "; take one jar away");
        }
    }

    /** An entry of {@code /v2/features}: a built module or what stands for one that is not. */
    record Entry(String name, Optional<ProxyModule<?>> module, AbsentModule absent) {}

    List<Entry> entries() {
        var entries = new ArrayList<Entry>();
        var rest = new LinkedHashMap<>(modules);
        for (var reference : REFERENCE) {
            entries.add(new Entry(reference.name(), Optional.ofNullable(rest.remove(reference.name())), reference));
        }
        rest.forEach((name, module) -> entries.add(new Entry(name, Optional.of(module), AbsentModule.plain(name))));
        return entries;
    }

    /** The provider of that name and module. */
    Optional<ProviderFactory<?, ?>> provider(String name, String module) {
        return Optional.<ProviderFactory<?, ?>>ofNullable(providers.get(name))
                .filter(factory -> factory.module().equals(module));
    }

    /** The module with that settings file, whether it is built or not. */
    Optional<Entry> module(String name) {
        return entries().stream().filter(entry -> entry.name().equals(name)).findFirst();
    }

    /** The provider with that settings file. */
    Optional<ProviderFactory<?, ?>> provider(String name) {
        return Optional.ofNullable(providers.get(name));
    }

    /** Names of all settings files that mean something, or did to the Ruby proxy. */
    Set<String> fileNames() {
        var names = new TreeSet<String>(providers.keySet());
        entries().forEach(entry -> names.add(entry.name()));
        names.addAll(RubyParts.names());
        return names;
    }

    /** Built modules, in the order of {@code /v2/features}. */
    public List<ProxyModule<?>> modules() {
        return entries().stream().flatMap(entry -> entry.module().stream()).toList();
    }

    /** The providers of a module, by name. */
    public List<ProviderFactory<?, ?>> providersOf(String module) {
        return providers.values().stream()
                .filter(factory -> factory.module().equals(module))
                .toList();
    }
}
