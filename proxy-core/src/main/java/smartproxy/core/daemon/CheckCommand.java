package smartproxy.core.daemon;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import smartproxy.core.api.StartException;
import smartproxy.core.health.HealthRegistry;
import smartproxy.core.health.Metrics;
import smartproxy.core.http.ResourceApp;
import smartproxy.core.log.LogBuffer;
import smartproxy.core.modules.CoreServices;
import smartproxy.core.modules.CountedResources;
import smartproxy.core.modules.ModuleBuilder;
import smartproxy.core.modules.ModuleCatalog;
import smartproxy.core.plugins.Plugins;
import smartproxy.core.root.LogsModule;
import smartproxy.core.settings.HostSettings;
import smartproxy.core.settings.HostSettingsReader;
import smartproxy.core.settings.Problem;
import smartproxy.core.store.LazyStore;
import smartproxy.core.tls.TlsContexts;

/** {@code check}: reads everything the daemon would read, builds what it would build, and starts none of it. */
final class CheckCommand {
    private final PrintStream out;

    CheckCommand(PrintStream out) {
        this.out = out;
    }

    /** @return 0, or 1 when there is an error */
    int run(Path config) {
        var problems = new ArrayList<Problem>();
        var bound = HostSettingsReader.read(config);
        problems.addAll(bound.problems());
        bound.settings().ifPresent(settings -> check(config, settings, problems));
        problems.forEach(problem -> out.println((problem.isError() ? "error: " : "warning: ") + problem));
        var errors = problems.stream().filter(Problem::isError).count();
        out.println(errors + " errors, " + (problems.size() - errors) + " warnings");
        return errors == 0 ? 0 : 1;
    }

    private static void check(Path config, HostSettings settings, List<Problem> problems) {
        if (settings.tls().enabled()) {
            try {
                TlsContexts.load(settings.tls());
            } catch (StartException e) {
                problems.add(Problem.error(config, 0, "", String.valueOf(e.getMessage()), ""));
            }
        } else if (settings.http().httpPort().isEmpty()) {
            problems.add(Problem.error(
                    config,
                    0,
                    "",
                    "Both http and https are disabled, unable to start.",
                    "set http_port, or ssl_certificate, ssl_private_key and ssl_ca_file"));
        }
        var metrics = new Metrics();
        var health = new HealthRegistry(Map::of, Map::of, Clock.systemUTC());
        var services =
                new CoreServices(metrics, health, new LazyStore(settings.stateDirectory()), new CountedResources());
        var logs = new LogsModule(new LogBuffer(2, 2), Map::of);
        var own = CheckCommand.class.getClassLoader();
        try (var plugins = Plugins.load(settings.pluginDirectory(), own)) {
            var catalog = ModuleCatalog.find(List.of(logs), own, plugins);
            var modules = new ModuleBuilder(catalog, services, ResourceApp::check)
                    .build(settings.settingsDirectory(), Optional.empty());
            problems.addAll(modules.problems());
            modules.release();
        }
    }
}
