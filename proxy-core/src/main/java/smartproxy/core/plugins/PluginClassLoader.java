package smartproxy.core.plugins;

import java.net.URL;
import java.net.URLClassLoader;

/**
 * The classes of one plug-in. It sees the JDK, the shared classes of the daemon, which it cannot replace, and its own jars; the
 * daemon's other classes and libraries it does not see, so that it can bring its own in any version.
 */
final class PluginClassLoader extends URLClassLoader {
    static {
        registerAsParallelCapable();
    }

    private static final String OURS = "smartproxy.";

    private final ClassLoader daemon;

    PluginClassLoader(String plugin, URL[] jars, ClassLoader daemon) {
        super(plugin, jars, ClassLoader.getPlatformClassLoader());
        this.daemon = daemon;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (SharedClasses.have(name)) {
            return daemon.loadClass(name);
        }
        if (name.startsWith(OURS)) {
            throw new ClassNotFoundException(name + " is not part of the API");
        }
        return super.loadClass(name, resolve);
    }
}
