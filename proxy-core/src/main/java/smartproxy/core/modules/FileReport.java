package smartproxy.core.modules;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import smartproxy.core.settings.HostSettings;
import smartproxy.core.settings.SettingsException;
import smartproxy.core.settings.SettingsFile;

/** Says of each settings file what an administrator who comes from the Ruby proxy wants to know, one line each. */
public final class FileReport {
    private static final String ABSENT = "not in this version";

    private final ModuleCatalog catalog;
    private final Modules modules;

    public FileReport(ModuleCatalog catalog, Modules modules) {
        this.catalog = catalog;
        this.modules = modules;
    }

    /** {@code dns.yml: enabled, works differently: …} of each file of the directory, by name. */
    public List<String> lines(Path directory) {
        var lines = new ArrayList<String>();
        for (var file : OtherFiles.in(directory)) {
            if (OtherFiles.name(file).endsWith(OtherFiles.EXTENSION)) {
                lines.add(OtherFiles.name(file) + ": " + verdict(file, OtherFiles.stem(file)));
            }
        }
        return lines;
    }

    private String verdict(Path file, String name) {
        var module = catalog.module(name);
        if (module.isPresent()) {
            return module.get()
                    .module()
                    .map(built -> state(name) + works(built.differences()))
                    .orElseGet(() -> word(file) + ABSENT);
        }
        var provider = catalog.provider(name);
        if (provider.isPresent()) {
            var of = provider.get().module();
            return (isChosen(name, of) ? "chosen for " : "not chosen for ") + of + ", "
                    + works(provider.get().differences());
        }
        return RubyParts.of(name)
                .map(part -> switch (part.kind()) {
                    case PROVIDER -> "provider of " + part.of() + ", " + ABSENT;
                    case PLUGIN -> word(file) + ABSENT + " (a plug-in of the Ruby proxy)";
                    case REMOVED -> word(file) + ABSENT + " (given up by the Ruby proxy too)";
                })
                .orElseGet(() -> word(file) + "unknown, has no effect");
    }

    private String state(String module) {
        return modules.find(module)
                .map(found -> switch (found.state()) {
                    case RUNNING -> "enabled, ";
                    case DISABLED -> "disabled, ";
                    case FAILED -> "enabled and FAILED (see above), ";
                })
                .orElse("");
    }

    private boolean isChosen(String provider, String module) {
        return modules.find(module)
                .map(found -> found.settings().get("use_provider"))
                .map(chosen -> ModuleBuild.names(chosen).contains(provider))
                .orElse(false);
    }

    private static String word(Path file) {
        try {
            return OtherFiles.isEnabled(SettingsFile.read(file)) ? "enabled, " : "disabled, ";
        } catch (SettingsException e) {
            return "unreadable, ";
        }
    }

    private static String works(List<String> differences) {
        return differences.isEmpty()
                ? "works"
                : "works differently: " + String.join("; ", differences).replace("`", "");
    }

    /** The same for every file there can be, as a table in Markdown. */
    public static String table(ModuleCatalog catalog) {
        var rows = new LinkedHashMap<String, String>();
        rows.put("settings.yml", cell(HostSettings.DIFFERENCES));
        for (var entry : catalog.entries()) {
            entry.module().ifPresent(module -> {
                rows.put(entry.name() + OtherFiles.EXTENSION, cell(module.differences()));
                catalog.providersOf(entry.name())
                        .forEach(provider ->
                                rows.put(provider.name() + OtherFiles.EXTENSION, cell(provider.differences())));
            });
        }
        var absent = new LinkedHashMap<String, List<String>>();
        for (var entry : catalog.entries()) {
            if (entry.module().isEmpty()) {
                absent.computeIfAbsent("module of the Ruby proxy, **not in this version**", key -> new ArrayList<>())
                        .add(entry.name());
            }
        }
        for (var name : RubyParts.names()) {
            var part = RubyParts.of(name).orElseThrow();
            if (catalog.module(name).isEmpty() && catalog.provider(name).isEmpty()) {
                absent.computeIfAbsent(kind(part), key -> new ArrayList<>()).add(name);
            }
        }
        var table = new StringBuilder("| File | Here |\n|---|---|\n");
        rows.forEach((file, cell) -> row(table, file, cell));
        absent.forEach((kind, names) -> row(table, String.join(", ", names), kind));
        return table.toString();
    }

    private static String kind(RubyParts part) {
        return switch (part.kind()) {
            case PROVIDER -> "provider of " + part.of() + ", **not in this version**";
            case PLUGIN -> "plug-in of the Ruby proxy, **not in this version**";
            case REMOVED -> "given up by the Ruby proxy too";
        };
    }

    private static String cell(List<String> differences) {
        return differences.isEmpty() ? "works" : "works differently: " + String.join("; ", differences);
    }

    private static void row(StringBuilder table, String files, String cell) {
        table.append("| ").append(files).append(" | ").append(cell).append(" |\n");
    }
}
