package smartproxy.core.plugins;

/**
 * Makes the class loader of some code that of the thread, until it is closed. Libraries look there for services and resources;
 * without it those that a plug-in brings would look among the daemon's.
 */
public final class ContextLoader implements AutoCloseable {
    private final ClassLoader before = Thread.currentThread().getContextClassLoader();

    private ContextLoader(ClassLoader loader) {
        Thread.currentThread().setContextClassLoader(loader);
    }

    /** That of the object's class. */
    public static ContextLoader of(Object code) {
        return new ContextLoader(code.getClass().getClassLoader());
    }

    static ContextLoader with(ClassLoader loader) {
        return new ContextLoader(loader);
    }

    @Override
    public void close() {
        Thread.currentThread().setContextClassLoader(before);
    }
}
