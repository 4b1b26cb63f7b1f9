package smartproxy.core.modules;

import java.util.List;
import java.util.stream.Collectors;

/** A module cannot run; says it the way {@code failed_modules} of the reference does. */
final class ModuleFailure extends Exception {
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

    /** Module and providers, each of which gets the message. */
    List<String> group() {
        return group;
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }

    private static String quoted(List<String> names) {
        return names.stream().map(name -> "'" + name + "'").collect(Collectors.joining(", ", "[", "]"));
    }
}
