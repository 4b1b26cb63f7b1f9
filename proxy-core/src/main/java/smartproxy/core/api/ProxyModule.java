package smartproxy.core.api;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A feature: what it is called, its settings, how it is built. Found by {@link java.util.ServiceLoader}; stateless.
 *
 * @param <S> its settings record
 */
public interface ProxyModule<S> {
    /** The feature's name in {@code /v2/features} and of its settings file: {@code dns}. */
    String name();

    Schema<S> schema();

    /** Whether it runs when its file is missing or does not say. */
    default boolean enabledByDefault() {
        return false;
    }

    /** Providers used when {@code use_provider} is not set; empty when the module has none. */
    default List<String> defaultProviders() {
        return List.of();
    }

    /**
     * Whether it speaks to a server by itself, and not through providers: its file takes the bounds of a backend then, and
     * {@link ModuleContext#backend()} is there.
     */
    default boolean hasBackend() {
        return false;
    }

    /**
     * What is shown among {@code settings} of {@code /v2/features} besides the settings that say so. The keys are always the
     * same, also while it does not run.
     *
     * @param ports on which it is served
     */
    default Map<String, @Nullable Object> shown(ServedPorts ports) {
        return Map.of();
    }

    /**
     * The ports a module is served on; empty where it is not.
     *
     * @param http plain
     */
    record ServedPorts(Optional<Integer> http, Optional<Integer> https) {
        public static final ServedPorts NONE = new ServedPorts(Optional.empty(), Optional.empty());
    }

    /**
     * What an administrator who comes from the Ruby proxy's module of this name finds different, a phrase each: shown by
     * {@code check} and in {@code docs/migration.md}. Empty: it works as it did.
     */
    default List<String> differences() {
        return List.of();
    }

    /**
     * Builds the running module without side effects: no socket, thread or file is touched before
     * {@link ModuleInstance#start()}, so that a reload can build, test and throw away.
     *
     * @throws StartException the reason why it cannot run
     */
    ModuleInstance create(S settings, ModuleContext context) throws StartException;
}
