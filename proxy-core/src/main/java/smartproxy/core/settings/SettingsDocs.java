package smartproxy.core.settings;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.TreeMap;
import smartproxy.core.api.ProviderFactory;
import smartproxy.core.api.ProxyModule;
import smartproxy.core.api.Schema;
import smartproxy.core.api.Setting;

/** Makes the settings reference and the shipped samples from the schemas. */
public final class SettingsDocs {
    private static final String INTRODUCTION = "settings-introduction.md";
    private static final Path DOCS = Path.of("docs/settings.md");
    private static final Path CONFIG = Path.of("config");

    /** It reads no file. */
    private static final String ROOT_MODULE = "foreman_proxy";

    private SettingsDocs() {}

    /** Writes all files below the directory given as the only argument. */
    public static void main(String[] arguments) throws IOException {
        write(Path.of(arguments[0]), generate(SettingsDocs.class.getClassLoader()));
    }

    /** As {@link #generate(List, ClassLoader, List)}, without built-in modules and common settings. */
    public static Map<Path, String> generate(ClassLoader loader) {
        return generate(loader, List.of());
    }

    /** As {@link #generate(List, ClassLoader, List)}, without built-in modules. */
    public static Map<Path, String> generate(ClassLoader loader, List<Setting<?>> common) {
        return generate(List.of(), loader, common);
    }

    /**
     * The settings reference and the samples, by path below the project's root, for {@code settings.yml} and all modules and
     * providers that the loader's {@link ServiceLoader} finds.
     *
     * @param builtIn modules of the core itself, which no loader finds
     * @param common settings every provider file accepts
     */
    public static Map<Path, String> generate(
            List<ProxyModule<?>> builtIn, ClassLoader loader, List<Setting<?>> common) {
        var files = new LinkedHashMap<Path, String>();
        var docs = new StringBuilder(beginning());
        files.put(CONFIG.resolve("settings.yml"), SampleWriter.host(HostSettings.SCHEMA));

        var modules = modules(loader);
        builtIn.forEach(module -> modules.put(module.name(), module));
        var providers = providers(loader);
        if (!modules.isEmpty()) {
            docs.append("\n## Every module's file\n\n")
                    .append(table(List.of(ModuleKeys.ENABLED, ModuleKeys.USE_PROVIDER)));
        }
        if (!common.isEmpty()) {
            docs.append("\n## Every provider's file\n\n").append(table(common));
        }
        for (var module : modules.values()) {
            files.put(file(module.name()), SampleWriter.module(module));
            docs.append(moduleSection(module));
            for (var provider : providers.values()) {
                if (provider.module().equals(module.name())) {
                    files.put(file(provider.name()), SampleWriter.provider(provider.schema(), common));
                    docs.append(section("###", provider.name() + ".yml", provider.schema()));
                }
            }
        }
        files.put(DOCS, docs.toString());
        return files;
    }

    /** Those of the generated files that are missing below the root or hold something else. */
    public static List<Path> stale(Path root, Map<Path, String> generated) throws IOException {
        var stale = new ArrayList<Path>();
        for (var entry : generated.entrySet()) {
            var file = root.resolve(entry.getKey());
            if (!Files.exists(file) || !Files.readString(file).equals(entry.getValue())) {
                stale.add(entry.getKey());
            }
        }
        return stale;
    }

    /** Writes the generated files below the root. */
    public static void write(Path root, Map<Path, String> generated) throws IOException {
        for (var entry : generated.entrySet()) {
            var file = root.resolve(entry.getKey());
            Files.createDirectories(Objects.requireNonNull(file.getParent()));
            Files.writeString(file, entry.getValue());
        }
    }

    /** The part of the reference that is the same whatever modules there are. */
    static String beginning() {
        return introduction() + section("##", "settings.yml", HostSettings.SCHEMA);
    }

    private static Map<String, ProxyModule<?>> modules(ClassLoader loader) {
        var modules = new TreeMap<String, ProxyModule<?>>();
        for (ProxyModule<?> module : ServiceLoader.load(ProxyModule.class, loader)) {
            if (!module.name().equals(ROOT_MODULE)) {
                modules.put(module.name(), module);
            }
        }
        return modules;
    }

    private static Map<String, ProviderFactory<?, ?>> providers(ClassLoader loader) {
        var providers = new TreeMap<String, ProviderFactory<?, ?>>();
        for (ProviderFactory<?, ?> provider : ServiceLoader.load(ProviderFactory.class, loader)) {
            providers.put(provider.name(), provider);
        }
        return providers;
    }

    private static Path file(String name) {
        return CONFIG.resolve("settings.d").resolve(name + ".yml");
    }

    private static String moduleSection(ProxyModule<?> module) {
        var text = section("##", module.name() + ".yml", module.schema())
                + (module.enabledByDefault() ? "\nRuns unless `:enabled:` says otherwise.\n" : "")
                + (module.hasBackend() ? "\nTakes the [bounds of a backend](#every-providers-file) too.\n" : "");
        return module.defaultProviders().isEmpty()
                ? text
                : text + "\nProvider when `:use_provider:` is not set: `"
                        + String.join("`, `", module.defaultProviders()) + "`.\n";
    }

    private static String section(String heading, String file, Schema<?> schema) {
        var start = "\n" + heading + " " + file + "\n\n" + schema.doc() + ".\n";
        return schema.settings().isEmpty() ? start : start + "\n" + table(schema.settings());
    }

    private static String table(List<? extends Setting<?>> settings) {
        var text = new StringBuilder("| Key | Type | Default | Meaning | Ours |\n|---|---|---|---|---|\n");
        for (var setting : settings) {
            text.append("| `:").append(setting.key()).append(":` | ");
            text.append(cell(setting.type())).append(" | ");
            text.append(cell(defaultText(setting))).append(" | ");
            text.append(cell(setting.doc())).append(cell(remarks(setting))).append(" | ");
            text.append(setting.isOurs() ? "ours |\n" : "|\n");
        }
        return text.toString();
    }

    private static String defaultText(Setting<?> setting) {
        var value = setting.defaultValue();
        if (value != null) {
            return "`" + SampleWriter.yaml(PlainValues.of(value)) + "`";
        }
        return setting.isRequired() ? "must be set" : "unset";
    }

    private static String remarks(Setting<?> setting) {
        var text = new StringBuilder();
        if (!setting.oldNames().isEmpty()) {
            text.append(". Formerly `:")
                    .append(String.join(":`, `:", setting.oldNames()))
                    .append(":`");
        }
        if (setting.isExposed()) {
            text.append(". Foreman sees it");
        }
        return text.toString();
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replace('\n', ' ');
    }

    private static String introduction() {
        try (var in = Objects.requireNonNull(SettingsDocs.class.getResourceAsStream(INTRODUCTION))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
