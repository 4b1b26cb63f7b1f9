package smartproxy.core.modules;

import jakarta.ws.rs.Path;
import java.util.ArrayList;
import java.util.List;
import smartproxy.core.api.Mount;
import smartproxy.core.api.StartException;

/** What modules of plug-ins serve: paths of their own, apart from those of the daemon and of one another. */
final class ForeignMounts {
    /** Those of the core. */
    private static final List<String> RESERVED =
            List.of("/features", "/version", "/v2", "/logs", "/health", "/metrics");

    private final List<String> taken = new ArrayList<>(RESERVED);

    void take(List<Mount> mounts) {
        mounts.forEach(mount -> taken.add(mount.path()));
    }

    /** @throws StartException naming what cannot be served */
    void check(List<Mount> mounts) throws StartException {
        for (var mount : mounts) {
            for (var other : taken) {
                if (contains(other, mount.path()) || contains(mount.path(), other)) {
                    throw new StartException(
                            "its mount '" + mount.path() + "' meets " + other + ", which is served already");
                }
            }
            for (var resource : mount.resources()) {
                var path = resource.getClass().getAnnotation(Path.class);
                if (path == null || !contains(mount.path(), absolute(path.value()))) {
                    throw new StartException("the @Path of "
                            + resource.getClass().getName() + " does not lie in its mount '" + mount.path() + "'");
                }
            }
        }
    }

    private static String absolute(String path) {
        return path.startsWith("/") ? path : "/" + path;
    }

    private static boolean contains(String outer, String inner) {
        return outer.equals(Mount.ROOT) || inner.equals(outer) || inner.startsWith(outer + "/");
    }
}
