package smartproxy.core.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A path prefix and what answers below it.
 *
 * @param path starts with a slash, ends without one, whole segments: {@code /dns}
 * @param role checked for every request below the path, before routing and before the body is read; null when each
 *     resource method declares its own by {@link Requires}
 * @param resources JAX-RS resource instances whose {@code @Path} starts with {@code path};
 *     modules of the daemon may add a {@code DynamicFeature} for them
 * @param methodOverride whether a POST may say by form field {@code _method} or header {@code X-HTTP-Method-Override} that it
 *     is meant as another method
 * @param relay what requests are passed on to, in place of resources; null for a mount with resources
 * @param files what GET and HEAD are answered with, in place of resources; null for a mount with resources
 * @param only the one path below it that it takes, cleaned: {@code /features}; null: all
 */
public record Mount(
        String path,
        @Nullable Role role,
        List<Object> resources,
        boolean methodOverride,
        @Nullable Relay relay,
        @Nullable FileSource files,
        @Nullable String only) {
    /** The mount that takes what is below no other. */
    public static final String ROOT = "";

    public Mount {
        if (!path.equals(ROOT) && (!path.startsWith("/") || path.endsWith("/"))) {
            throw new IllegalArgumentException("a mount path starts with a slash and ends without one: " + path);
        }
        resources = List.copyOf(resources);
    }

    public Mount(String path, @Nullable Role role, List<Object> resources) {
        this(path, role, resources, false, null, null, null);
    }

    public Mount(String path, Role role, Object resource) {
        this(path, role, List.of(resource));
    }

    /** A mount whose requests are passed on. */
    public static Mount ofRelay(String path, Role role, Relay relay) {
        return new Mount(path, role, List.of(), false, relay, null, null);
    }

    /** The same for one path below it alone. */
    public Mount only(String below) {
        return new Mount(path, role, resources, methodOverride, relay, files, below);
    }

    /** The same with method override. */
    public Mount withMethodOverride() {
        return new Mount(path, role, resources, true, relay, files, only);
    }

    /** A mount that serves files. */
    public static Mount ofFiles(String path, Role role, FileSource files) {
        return new Mount(path, role, List.of(), false, null, files, null);
    }
}
