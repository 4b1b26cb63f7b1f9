package smartproxy.core.api;

import java.util.List;

/**
 * Declares a provider: its name, settings, abilities and how it is built. Found by {@link java.util.ServiceLoader}; stateless.
 *
 * @param <S> its settings record
 * @param <P> the SPI of its family: {@code DnsProvider}
 */
public interface ProviderFactory<S, P> {
    /** The name in {@code use_provider} and of its settings file: {@code dns_nsupdate}. */
    String name();

    /** The module it serves: {@code dns}. */
    String module();

    /** Settings of its own file; those of its module's file may be read from {@link Values} as well. */
    Schema<S> schema();

    /** Capabilities it adds to its module's. */
    default List<String> capabilities() {
        return List.of();
    }

    /**
     * What an administrator who comes from the Ruby proxy's provider of this name finds different, a phrase each: shown by
     * {@code check} and in {@code docs/migration.md}. Empty: it works as it did.
     */
    default List<String> differences() {
        return List.of();
    }

    /**
     * Builds the provider without side effects; it opens what it needs in {@link Lifecycle#start()} when it implements that.
     *
     * @throws StartException the reason why it cannot run
     */
    P create(S settings, ProviderContext context) throws StartException;
}
