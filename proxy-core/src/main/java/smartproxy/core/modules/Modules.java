package smartproxy.core.modules;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import smartproxy.core.api.Finding;
import smartproxy.core.api.ModuleContext.ActiveProvider;
import smartproxy.core.api.ModuleInstance;
import smartproxy.core.settings.Problem;

/**
 * All modules of one generation, in the order of {@code /v2/features}.
 *
 * @param all running ones have their groups built, and started once {@link ModuleBuilder#start} returned
 * @param failures message by module and provider name, in the order they happened
 * @param problems of all settings files read
 */
public record Modules(List<Module> all, Map<String, String> failures, List<Problem> problems) {
    public Modules {
        all = List.copyOf(all);
        failures = new LinkedHashMap<>(failures);
        problems = List.copyOf(problems);
    }

    public Optional<Module> find(String name) {
        return all.stream().filter(module -> module.name().equals(name)).findFirst();
    }

    public List<Module> running() {
        return all.stream().filter(Module::running).toList();
    }

    /** The providers of those that run, or would. */
    public List<ActiveProvider<?>> providers() {
        return all.stream()
                .flatMap(module -> module.group().stream())
                .flatMap(group -> group.providers().stream())
                .toList();
    }

    /** What {@code check} is to tell of where they would run. */
    public List<Finding> findings() {
        return all.stream()
                .flatMap(module -> module.group().stream())
                .flatMap(group -> group.findings().stream())
                .toList();
    }

    /** The instances of those that run, or would, by name. */
    public Map<String, ModuleInstance> instances() {
        var instances = new LinkedHashMap<String, ModuleInstance>();
        for (var module : all) {
            module.group().ifPresent(group -> instances.put(module.name(), group.instance()));
        }
        return instances;
    }

    /** Modules that run in {@code other} and fail here: what a reload must not do. */
    public List<String> lostSince(Modules other) {
        var lost = new ArrayList<String>();
        for (var module : all) {
            if (module.state() == Module.State.FAILED
                    && other.find(module.name()).map(Module::running).orElse(false)) {
                lost.add(failures.getOrDefault(module.name(), module.name()));
            }
        }
        return lost;
    }

    /** Keeps the groups open until {@link #release()}. */
    void hold() {
        all.forEach(module -> module.group().ifPresent(ModuleGroup::hold));
    }

    /** Lets the groups go; those nobody else holds are closed. */
    public void release() {
        all.forEach(module -> module.group().ifPresent(ModuleGroup::release));
    }
}
