package smartproxy.core.http;

import jakarta.ws.rs.HttpMethod;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import smartproxy.core.api.Mount;
import smartproxy.core.api.Requires;

/** Sees to it that nothing is open by omission: each route has the role of its mount or one of its own. */
final class MethodRoles {
    private MethodRoles() {}

    /** @throws IllegalArgumentException naming a method without a role */
    static void check(List<Mount> mounts) {
        for (var mount : mounts) {
            if (mount.role() == null) {
                mount.resources().forEach(resource -> checkAll(mount, resource.getClass()));
            }
        }
    }

    private static void checkAll(Mount mount, Class<?> resource) {
        for (var method : resource.getMethods()) {
            if (isRoute(method) && !method.isAnnotationPresent(Requires.class)) {
                throw new IllegalArgumentException("neither mount " + mount.path() + " nor " + resource.getSimpleName()
                        + "." + method.getName() + " declares a role");
            }
        }
    }

    private static boolean isRoute(Method method) {
        return Arrays.stream(method.getAnnotations())
                .anyMatch(annotation -> annotation.annotationType().isAnnotationPresent(HttpMethod.class));
    }
}
