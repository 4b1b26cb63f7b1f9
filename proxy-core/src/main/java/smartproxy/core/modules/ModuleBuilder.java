package smartproxy.core.modules;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.DaemonSettings;
import smartproxy.core.api.Mount;
import smartproxy.core.api.StartException;
import smartproxy.core.settings.Problem;

/** Reads the modules' files and builds what they enable, without side effects; the order and texts are the reference's. */
public final class ModuleBuilder {
    private static final Logger LOG = LoggerFactory.getLogger(ModuleBuilder.class);

    private final ModuleCatalog catalog;
    private final CoreServices services;
    private final Consumer<List<Mount>> trial;

    /** @param trial throws when mounts cannot be served together; asked before those of a plug-in are */
    public ModuleBuilder(ModuleCatalog catalog, CoreServices services, Consumer<List<Mount>> trial) {
        this.catalog = catalog;
        this.services = services;
        this.trial = trial;
    }

    /** The same without ports to show. */
    Modules build(Path directory, Optional<Modules> previous) {
        return build(directory, DaemonSettings.NONE, previous);
    }

    /**
     * Builds all modules. What did not change since {@code previous} is taken over as it runs.
     *
     * @param directory of the modules' files
     * @param daemon what the modules may know of it; when it changes, all are built anew
     */
    public Modules build(Path directory, DaemonSettings daemon, Optional<Modules> previous) {
        var modules = new ArrayList<Module>();
        var failures = new LinkedHashMap<>(catalog.failures());
        var problems = new ArrayList<>(catalog.problems());
        for (var entry : catalog.entries()) {
            if (!entry.always() && Files.notExists(directory.resolve(entry.name() + ".yml"))) {
                continue;
            }
            var build = new ModuleBuild(
                    catalog,
                    services,
                    entry,
                    directory,
                    daemon,
                    previous.flatMap(old -> old.find(entry.name())),
                    problems);
            modules.add(build.module(failures));
        }
        problems.addAll(new OtherFiles(catalog).problems(directory));
        refuseForeignMounts(modules, failures, problems);
        var result = new Modules(modules, failures, problems);
        result.hold();
        return result;
    }

    /** A plug-in whose resources cannot be served fails by itself, not the daemon with it. */
    private void refuseForeignMounts(List<Module> modules, Map<String, String> failures, List<Problem> problems) {
        var foreign = catalog.foreignModules();
        var served = new ForeignMounts();
        modules.stream().filter(module -> !foreign.contains(module.name())).forEach(own -> served.take(own.mounts()));
        for (var i = 0; i < modules.size(); i++) {
            var module = modules.get(i);
            if (!module.running() || !foreign.contains(module.name())) {
                continue;
            }
            try {
                served.check(module.mounts());
                trial.accept(module.mounts());
                served.take(module.mounts());
            } catch (StartException | RuntimeException | Error e) {
                var reason = ModuleFailure.reason(module.name(), e);
                problems.add(Problem.error(catalog.pluginDirectory(), 0, module.name(), reason, ""));
                module.group().ifPresent(ModuleGroup::discard);
                modules.set(i, failed(module, ModuleFailure.of(List.of(module.name()), reason), failures));
            }
        }
    }

    /** Starts what was built; a group that cannot start becomes failed. */
    public Modules start(Modules built) {
        var modules = new ArrayList<Module>();
        var failures = new LinkedHashMap<>(built.failures());
        for (var module : built.all()) {
            modules.add(start(module, failures));
        }
        return new Modules(modules, failures, built.problems());
    }

    private static Module start(Module module, Map<String, String> failures) {
        if (module.group().isEmpty()) {
            return module;
        }
        var group = module.group().get();
        var names = new ArrayList<>(group.providerNames());
        names.add(module.name());
        try {
            if (group.start()) {
                names.forEach(name -> LOG.info("Successfully initialized '{}'", name));
            }
            return module;
        } catch (StartException | RuntimeException | Error e) {
            group.release();
            return failed(module, ModuleFailure.of(names, ModuleFailure.reason(module.name(), e)), failures);
        }
    }

    private static Module failed(Module module, ModuleFailure failure, Map<String, String> failures) {
        failure.record(failures);
        return new Module(
                module.name(),
                Module.State.FAILED,
                Ports.NONE,
                module.settings(),
                module.staticCapabilities(),
                Optional.empty());
    }
}
