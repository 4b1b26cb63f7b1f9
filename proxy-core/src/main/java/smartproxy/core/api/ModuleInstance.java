package smartproxy.core.api;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A built module, or provider, as the registry holds it. */
public interface ModuleInstance extends AutoCloseable {
    /** What it serves; constant. */
    List<Mount> mounts();

    /** Capabilities shown in {@code /v2/features} while it runs; computed ones may change from call to call. */
    default List<String> capabilities() {
        return List.of();
    }

    /**
     * Settings whose value for {@code /v2/features} the running module knows better than its file: by key, JSON values.
     * Only keys that are {@linkplain Setting#shownToForeman() shown} count.
     */
    default Map<String, @Nullable Object> settings() {
        return Map.of();
    }

    /**
     * What {@code check} is to tell of the process and host it would run in. Called on an instance that was never started; asks
     * nobody.
     */
    default List<Finding> findings() {
        return List.of();
    }

    /** Opens what it needs. Called once, before the first request. */
    default void start() throws StartException {}

    /** Ends it. Called once, after the last request, also after a failed {@link #start()}. */
    @Override
    default void close() {}
}
