package smartproxy.core.root;

import java.util.List;
import smartproxy.core.api.Mount;
import smartproxy.core.api.Role;
import smartproxy.core.modules.Modules;

/** What the core serves about its modules, on http and https alike. */
public final class RootMounts {
    private RootMounts() {}

    /** @param version told to Foreman */
    public static List<Mount> of(Modules modules, String version) {
        var states = new FeatureStatesResource(modules);
        return List.of(
                new Mount(Mount.ROOT, Role.ANONYMOUS, new FeaturesResource(modules, version)),
                // a container registry may have the rest of /v2, a repository called features with it
                new Mount("/v2/features", Role.FOREMAN, states).exactly(),
                new Mount("/v2", Role.FOREMAN, states));
    }
}
