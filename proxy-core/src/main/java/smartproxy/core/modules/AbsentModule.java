package smartproxy.core.modules;

import java.util.List;

/**
 * A module of the reference that this version does not have; Foreman still sees it as disabled or failed.
 *
 * @param exposed keys of its file shown in {@code /v2/features}
 * @param usesProviders whether {@code use_provider} is shown
 * @param capabilities shown in any state
 */
record AbsentModule(String name, List<String> exposed, boolean usesProviders, List<String> capabilities) {
    static AbsentModule plain(String name) {
        return new AbsentModule(name, List.of(), false, List.of());
    }

    static AbsentModule showing(String name, String... exposed) {
        return new AbsentModule(name, List.of(exposed), false, List.of());
    }

    static AbsentModule withProviders(String name) {
        return new AbsentModule(name, List.of(), true, List.of());
    }
}
