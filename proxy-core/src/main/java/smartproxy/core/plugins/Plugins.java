package smartproxy.core.plugins;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.settings.Problem;

/**
 * The plug-ins of this process: loaded once, at its start, and closed at its end.
 *
 * @param loaded those that can be used, by name
 * @param broken reasons of the others, by name of the file
 * @param problems all that is to be told about the directory
 */
public record Plugins(
        Path directory,
        List<Plugin> loaded,
        Map<String, String> broken,
        List<Problem> problems,
        List<String> fingerprints)
        implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Plugins.class);

    public Plugins {
        loaded = List.copyOf(loaded);
        broken = new LinkedHashMap<>(broken);
        problems = List.copyOf(problems);
    }

    public static Plugins none() {
        return new Plugins(Path.of(""), List.of(), Map.of(), List.of(), List.of());
    }

    /** @param daemon has the classes that plug-ins share */
    public static Plugins load(Path directory, ClassLoader daemon) {
        var files = PluginFiles.in(directory);
        var problems = new ArrayList<>(files.problems());
        problems.addAll(Trust.ofThisProcess().check(paths(directory, files)));
        var loaded = new ArrayList<Plugin>();
        var broken = new LinkedHashMap<String, String>();
        for (var candidate : files.candidates()) {
            try {
                loaded.add(Plugin.load(candidate, daemon));
            } catch (PluginException e) {
                broken.put(candidate.name(), e.getMessage());
                problems.add(Problem.error(candidate.path(), 0, "", "plug-in not loaded: " + e.getMessage(), ""));
            }
        }
        return new Plugins(directory, loaded, broken, problems, files.fingerprints());
    }

    private static List<Path> paths(Path directory, PluginFiles files) {
        var paths = new ArrayList<Path>();
        paths.add(directory);
        for (var candidate : files.candidates()) {
            paths.add(candidate.path());
            candidate.jars().stream()
                    .filter(jar -> !jar.equals(candidate.path()))
                    .forEach(paths::add);
        }
        return paths;
    }

    /** Logs what was loaded. */
    public void announce() {
        for (var plugin : loaded) {
            LOG.info(
                    "Plug-in {}: modules {}, providers {}",
                    plugin.name(),
                    plugin.modules().stream().map(module -> module.name()).toList(),
                    plugin.providers().stream().map(factory -> factory.name()).toList());
        }
    }

    /** Whether other jars lie there now than those that were loaded. */
    public boolean outdated() {
        return !PluginFiles.in(directory).fingerprints().equals(fingerprints);
    }

    @Override
    public void close() {
        loaded.forEach(Plugin::close);
    }
}
