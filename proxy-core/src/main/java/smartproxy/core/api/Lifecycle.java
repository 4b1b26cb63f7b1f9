package smartproxy.core.api;

/** Implemented by a provider that opens sockets, threads or files. */
public interface Lifecycle extends AutoCloseable {
    /** Opens what it needs. Called once, before the first request. */
    void start() throws StartException;

    /** Ends it. Called once, after the last request, also after a failed {@link #start()}. */
    @Override
    void close();
}
