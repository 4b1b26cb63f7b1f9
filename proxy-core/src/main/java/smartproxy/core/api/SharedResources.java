package smartproxy.core.api;

import java.util.concurrent.Callable;

/**
 * Things that two generations of a module use at once while a reload swaps them, such as a bound socket. Counted: made for the
 * first user, closed after the last.
 */
public interface SharedResources {
    /**
     * The resource of that key, made when nobody has it.
     *
     * @param key names it over reloads: {@code udp 127.0.0.1:53}
     * @param make throws what {@link Lease} acquisition throws
     */
    <R extends AutoCloseable> Lease<R> acquire(String key, Class<R> type, Callable<R> make) throws Exception;

    /** The use of a resource; closing ends this use. */
    interface Lease<R> extends AutoCloseable {
        R get();

        @Override
        void close();
    }
}
