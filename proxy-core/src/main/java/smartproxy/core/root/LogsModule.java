package smartproxy.core.root;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import smartproxy.core.api.ModuleContext;
import smartproxy.core.api.ModuleInstance;
import smartproxy.core.api.Mount;
import smartproxy.core.api.ProxyModule;
import smartproxy.core.api.Role;
import smartproxy.core.api.Schema;
import smartproxy.core.log.LogBuffer;

/** The feature {@code logs}: the newest log records, for Foreman's pages. */
public final class LogsModule implements ProxyModule<LogsModule.Settings> {
    /** {@code logs.yml} has nothing but {@code enabled}. */
    public record Settings() {}

    private final LogBuffer buffer;
    private final Supplier<Map<String, String>> failedModules;

    public LogsModule(LogBuffer buffer, Supplier<Map<String, String>> failedModules) {
        this.buffer = buffer;
        this.failedModules = failedModules;
    }

    @Override
    public String name() {
        return "logs";
    }

    @Override
    public Schema<Settings> schema() {
        return new Schema<>("The newest log records", List.of(), values -> new Settings());
    }

    /** As in the reference: a missing file means on. */
    @Override
    public boolean enabledByDefault() {
        return true;
    }

    @Override
    public ModuleInstance create(Settings settings, ModuleContext context) {
        var mounts = List.of(new Mount("/logs", Role.FOREMAN, new LogsResource(buffer, failedModules)));
        return () -> mounts;
    }
}
