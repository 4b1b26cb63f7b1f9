package smartproxy.core.modules;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import smartproxy.core.settings.NearNames;
import smartproxy.core.settings.Problem;
import smartproxy.core.settings.SettingsException;
import smartproxy.core.settings.SettingsFile;

/** The files of {@code settings.d} that belong to nothing in this installation: plug-ins of the Ruby proxy, and slips. */
final class OtherFiles {
    static final String EXTENSION = ".yml";
    private static final String OTHER_EXTENSION = ".yaml";

    private final ModuleCatalog catalog;

    OtherFiles(ModuleCatalog catalog) {
        this.catalog = catalog;
    }

    /** All settings files of the directory, by name; none when it cannot be read. */
    static List<Path> in(Path directory) {
        try (var files = Files.list(directory)) {
            return files.filter(
                            file -> name(file).endsWith(EXTENSION) || name(file).endsWith(OTHER_EXTENSION))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /** A warning for each file that somebody expects something of, and that has no effect. */
    List<Problem> problems(Path directory) {
        var problems = new ArrayList<Problem>();
        if (!Files.isReadable(directory)) {
            problems.add(Problem.warning(
                    directory,
                    0,
                    "",
                    "the directory of the modules' files cannot be read, so only what needs no file is enabled",
                    "correct settings_directory, or let the daemon's user read it"));
        }
        for (var file : in(directory)) {
            if (name(file).endsWith(OTHER_EXTENSION)) {
                problems.add(Problem.warning(
                        file, 0, "", "only files that end in .yml are read", "rename it if it is meant"));
            } else if (isOther(stem(file))) {
                look(file, problems);
            }
        }
        return problems;
    }

    private void look(Path path, List<Problem> problems) {
        SettingsFile file;
        try {
            file = SettingsFile.read(path);
        } catch (SettingsException e) {
            problems.add(Problem.warning(
                    path, e.line(), "", "belongs to no module of this version and cannot be read", "remove it"));
            return;
        }
        var name = stem(path);
        var part = RubyParts.of(name);
        var enabled = isEnabled(file);
        if (part.isPresent()) {
            // A provider has no switch of its own; that its module lacks it is said where it is chosen.
            if (enabled && part.get().kind() != RubyParts.Kind.PROVIDER) {
                problems.add(Problem.warning(
                        path, file.line("enabled"), "enabled", ofPlugin(part.get(), name), advice(part.get())));
            }
            return;
        }
        var near = near(name);
        if (enabled || !near.isEmpty()) {
            problems.add(Problem.warning(
                    path,
                    file.line("enabled"),
                    "",
                    "no module or provider is called '" + name + "', so this file has no effect"
                            + (enabled ? ", and its feature is missing from /features" : ""),
                    near.isEmpty()
                            ? "put its plug-in jar into plugins/, keep another proxy for it, or remove the file"
                            : "did you mean "
                                    + near.stream().map(one -> one + EXTENSION).collect(Collectors.joining(", "))
                                    + "?"));
        }
    }

    private static String ofPlugin(RubyParts part, String name) {
        return part.kind() == RubyParts.Kind.REMOVED
                ? "'" + name + "' was given up by the Ruby proxy too, so this file has no effect"
                : "'" + name + "' is a plug-in of the Ruby proxy and not part of this version: its feature '"
                        + part.of() + "' is missing from /features";
    }

    private static String advice(RubyParts part) {
        return part.kind() == RubyParts.Kind.REMOVED
                ? "remove the file"
                : "keep another proxy for it, or put its plug-in jar into plugins/; else set it to false";
    }

    /** Names it may have been meant to be. */
    List<String> near(String name) {
        return NearNames.of(name, catalog.fileNames());
    }

    /** Whether neither module nor provider of this version, nor a core module that is still to come, has that file. */
    boolean isOther(String name) {
        return catalog.module(name).isEmpty() && catalog.provider(name).isEmpty();
    }

    static boolean isEnabled(SettingsFile file) {
        return Ports.of(file.get("enabled")).any();
    }

    static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    /** The name of the file's module or provider. */
    static String stem(Path file) {
        var name = name(file);
        return name.substring(0, name.lastIndexOf('.'));
    }
}
