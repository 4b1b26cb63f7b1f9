package smartproxy.core.modules;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.Mount;

/**
 * A module as {@code /v2/features} shows it.
 *
 * @param settings the exposed settings as configured
 * @param group its running objects; empty unless running
 */
public record Module(
        String name,
        State state,
        Ports ports,
        Map<String, @Nullable Object> settings,
        List<String> staticCapabilities,
        Optional<ModuleGroup> group) {

    /** States that can be seen while the daemon serves. */
    public enum State {
        RUNNING,
        DISABLED,
        FAILED
    }

    public Module {
        settings = new LinkedHashMap<>(settings);
    }

    public boolean running() {
        return state == State.RUNNING;
    }

    /** The exposed settings, as the running module knows them. */
    public Map<String, @Nullable Object> shown() {
        var shown = new LinkedHashMap<>(settings);
        group.ifPresent(running -> running.settings().forEach((key, value) -> shown.replace(key, value)));
        return shown;
    }

    /** Sorted, without repetition. */
    public List<String> capabilities() {
        var all = new TreeSet<>(staticCapabilities);
        group.ifPresent(running -> all.addAll(running.capabilities()));
        return new ArrayList<>(all);
    }

    /** What it serves; empty unless running. */
    public List<Mount> mounts() {
        return group.map(ModuleGroup::mounts).orElse(List.of());
    }
}
