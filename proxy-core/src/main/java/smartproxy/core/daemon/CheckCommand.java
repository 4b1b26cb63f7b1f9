package smartproxy.core.daemon;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import smartproxy.core.api.Finding;
import smartproxy.core.api.Finding.Level;
import smartproxy.core.api.StartException;
import smartproxy.core.check.LiveChecks;
import smartproxy.core.check.ReadOnlyStore;
import smartproxy.core.health.HealthRegistry;
import smartproxy.core.health.Metrics;
import smartproxy.core.http.Listeners;
import smartproxy.core.http.ResourceApp;
import smartproxy.core.log.LogBuffer;
import smartproxy.core.modules.CoreServices;
import smartproxy.core.modules.CountedResources;
import smartproxy.core.modules.FileReport;
import smartproxy.core.modules.ModuleBuilder;
import smartproxy.core.modules.ModuleCatalog;
import smartproxy.core.plugins.Plugins;
import smartproxy.core.root.LogsModule;
import smartproxy.core.settings.HostSettings;
import smartproxy.core.settings.HostSettingsReader;
import smartproxy.core.settings.Problem;
import smartproxy.core.tls.TlsContext;
import smartproxy.core.tls.TlsContexts;
import smartproxy.core.tls.TlsSettings;

/**
 * {@code check}: reads everything the daemon would read, builds what it would build, and starts none of it. With
 * {@code --live} it looks at what lies around the daemon as well, and changes nothing there.
 */
final class CheckCommand {
    private final PrintStream out;
    private final Optional<List<String>> live;
    private final Set<Problem> problems = new LinkedHashSet<>();
    private final List<Finding> findings = new ArrayList<>();
    private final List<String> report = new ArrayList<>();

    /** @param live the names to be looked at, perhaps none; empty: files only */
    CheckCommand(PrintStream out, Optional<List<String>> live) {
        this.out = out;
        this.live = live;
    }

    /** @return 0, or 1 when there is an error */
    int run(Path config) {
        var bound = HostSettingsReader.read(config);
        problems.addAll(bound.problems());
        bound.settings().ifPresent(settings -> check(HostSettingsReader.file(config), settings));
        problems.forEach(problem -> out.println((problem.isError() ? "error: " : "warning: ") + problem));
        findings.forEach(out::println);
        report.forEach(out::println);
        var errors = problems.stream().filter(Problem::isError).count() + count(Level.ERROR);
        var warnings = problems.stream().filter(problem -> !problem.isError()).count() + count(Level.WARNING);
        out.println(counted(errors, "error") + ", " + counted(warnings, "warning"));
        return errors == 0 ? 0 : 1;
    }

    private static String counted(long count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    private long count(Level level) {
        return findings.stream().filter(finding -> finding.level() == level).count();
    }

    private void check(Path config, HostSettings settings) {
        var tls = tls(config, settings);
        settings.listeners().forEach(listener -> listener.tls().ifPresent(own -> load(config, own)));
        listeners(config, settings);
        var own = CheckCommand.class.getClassLoader();
        try (var store = new ReadOnlyStore(settings.store());
                var plugins = Plugins.load(settings.pluginDirectory(), own)) {
            var metrics = new Metrics();
            var health = new HealthRegistry(Map::of, Map::of, Clock.systemUTC());
            var services = new CoreServices(metrics, health, store, new CountedResources());
            var logs = new LogsModule(new LogBuffer(2, 2), Map::of);
            var catalog = ModuleCatalog.find(List.of(logs), own, plugins);
            var modules = new ModuleBuilder(catalog, services, ResourceApp::check)
                    .build(settings.settingsDirectory(), settings.forModules(), Optional.empty());
            problems.addAll(modules.problems());
            findings.addAll(modules.findings());
            live.ifPresent(names -> findings.addAll(new LiveChecks(settings, tls, modules, store::look, names).run()));
            report.add("store: " + settings.store().name() + (live.isEmpty() ? ", not looked at: --live does" : ""));
            report.addAll(new FileReport(catalog, modules).lines(settings.settingsDirectory()));
            modules.release();
        }
    }

    private Optional<TlsContext> tls(Path config, HostSettings settings) {
        var tls = settings.tls();
        if (!tls.enabled()) {
            if (settings.http().httpPort().isEmpty()) {
                problems.add(Problem.error(
                        config,
                        0,
                        "",
                        "Both http and https are disabled, unable to start.",
                        "set http_port, or ssl_certificate, ssl_private_key and ssl_ca_file"));
            } else if (tls.certificate().isPresent()
                    || tls.privateKey().isPresent()
                    || tls.ca().isPresent()) {
                problems.add(Problem.warning(
                        config,
                        0,
                        "",
                        "https is off, as not all of its three files are set",
                        "set ssl_certificate, ssl_private_key and ssl_ca_file, or none of them"));
            }
            return Optional.empty();
        }
        return load(config, tls);
    }

    private void listeners(Path config, HostSettings settings) {
        var https = settings.tls().enabled();
        if (!https && settings.http().httpPort().isEmpty()) {
            return; // said already
        }
        try {
            Listeners.check(settings.http(), https, settings.listeners());
        } catch (StartException e) {
            problems.add(Problem.error(config, 0, "", String.valueOf(e.getMessage()), ""));
        }
    }

    private Optional<TlsContext> load(Path config, TlsSettings tls) {
        var troubles = TlsContexts.troubles(tls);
        troubles.forEach(trouble -> problems.add(Problem.error(trouble.file(), 0, "", trouble.message(), "")));
        if (!troubles.isEmpty()) {
            return Optional.empty();
        }
        try {
            var context = TlsContexts.load(tls);
            context.warnings().forEach(text -> problems.add(Problem.warning(config, 0, "", text, "")));
            return Optional.of(context);
        } catch (StartException e) {
            problems.add(Problem.error(config, 0, "", String.valueOf(e.getMessage()), ""));
            return Optional.empty();
        }
    }
}
