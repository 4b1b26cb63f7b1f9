package smartproxy.core.settings;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds and reads {@code settings.yml}. */
public final class HostSettingsReader {
    private static final String FILE_NAME = "settings.yml";
    private static final String VARIABLE = "FOREMAN_PROXY_CONFIG";
    private static final Path DEFAULT = Path.of("/etc/foreman-proxy");

    /** Keys of daemons long gone that installers and old files still write. */
    private static final Set<String> HISTORICAL = Set.of("daemon", "daemon_pid", "puppet_user");

    private HostSettingsReader() {}

    /**
     * The file or directory that is named by {@code --config}, else by {@code FOREMAN_PROXY_CONFIG}, else
     * {@code /etc/foreman-proxy}.
     */
    public static Path locate(Optional<Path> flag, Map<String, String> env) {
        var variable = env.getOrDefault(VARIABLE, "");
        return flag.orElse(variable.isEmpty() ? DEFAULT : Path.of(variable));
    }

    /**
     * Reads the main file. Keys without the colon count as well. A file that is missing or empty is an error.
     *
     * @param fileOrDirectory in a directory, the file is {@code settings.yml}
     */
    public static Bound<HostSettings> read(Path fileOrDirectory) {
        var path = file(fileOrDirectory);
        try {
            var file = SettingsFile.read(path);
            if (file.isEmpty()) {
                return Binder.failed(List.of(Problem.error(
                        path, 0, "", "it holds no settings", "the shipped config/settings.yml is a good beginning")));
            }
            return Binder.bindHost(HostSettings.SCHEMA, asMain(file), HISTORICAL);
        } catch (SettingsException e) {
            return Binder.failed(List.of(e.problem()));
        }
    }

    /** The main file. */
    public static Path file(Path fileOrDirectory) {
        return Files.isDirectory(fileOrDirectory) ? fileOrDirectory.resolve(FILE_NAME) : fileOrDirectory;
    }

    private static SettingsFile asMain(SettingsFile file) {
        var directory = file.path().toAbsolutePath().resolveSibling("settings.d");
        var main = file.withPlainKeysRead().withFallback(HostSettings.SETTINGS_DIRECTORY.key(), directory.toString());
        return Installation.plugins()
                .map(plugins -> main.withFallback(HostSettings.PLUGIN_DIRECTORY.key(), plugins.toString()))
                .orElse(main);
    }
}
