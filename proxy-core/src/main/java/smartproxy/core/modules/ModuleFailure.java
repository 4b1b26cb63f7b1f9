package smartproxy.core.modules;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.StartException;
import smartproxy.core.plugins.Causes;

/** A module cannot run; says it the way {@code failed_modules} of the reference does. */
final class ModuleFailure extends Exception {
    private static final Logger LOG = LoggerFactory.getLogger(ModuleFailure.class);
    private static final long serialVersionUID = 1L;

    private final transient List<String> group;

    private ModuleFailure(List<String> group, String message) {
        super(message);
        this.group = List.copyOf(group);
    }

    /** One of the group has a problem. */
    static ModuleFailure of(List<String> group, String message) {
        return new ModuleFailure(
                group,
                "Disabling all modules in the group " + quoted(group) + " due to a failure in one of them: " + message);
    }

    /** @param why what is known of the reasons; may be empty */
    static ModuleFailure missingProviders(String module, List<String> missing, List<String> why) {
        var group = List.of(module);
        var reasons = why.isEmpty() ? "" : "; " + String.join("; ", why);
        return new ModuleFailure(
                group,
                "Disabling all modules in the group " + quoted(group) + ": following providers are not available "
                        + quoted(missing) + reasons);
    }

    /** What was foreseen speaks for itself; of the rest the log has the stack. */
    static String reason(String module, Throwable failure) {
        if (failure instanceof StartException) {
            return String.valueOf(failure.getMessage());
        }
        LOG.warn("Module '{}' cannot be built or started", module, failure);
        return Causes.of(failure);
    }

    /** Tells the log, and each of the group in {@code failures}. */
    void record(Map<String, String> failures) {
        LOG.error("{}", getMessage());
        group.forEach(member -> failures.put(member, getMessage()));
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }

    private static String quoted(List<String> names) {
        return names.stream().map(name -> "'" + name + "'").collect(Collectors.joining(", ", "[", "]"));
    }
}
