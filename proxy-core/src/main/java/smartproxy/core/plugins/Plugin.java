package smartproxy.core.plugins;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.ServiceLoader;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.ApiVersion;
import smartproxy.core.api.ProviderFactory;
import smartproxy.core.api.ProxyModule;

/**
 * A plug-in that was loaded.
 *
 * @param path its jar, or the directory of its jars
 */
public record Plugin(
        Path path, List<ProxyModule<?>> modules, List<ProviderFactory<?, ?>> providers, AutoCloseable classes) {
    private static final Logger LOG = LoggerFactory.getLogger(Plugin.class);

    /** A name becomes that of a settings file. */
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,62}");

    /** The name of its file. */
    public String name() {
        return String.valueOf(path.getFileName());
    }

    /** @throws PluginException the reason why it cannot be used; nothing of it is kept then */
    static Plugin load(PluginFiles.Candidate candidate, ClassLoader daemon) throws PluginException {
        checkVersion(candidate.jars());
        var classes = new PluginClassLoader(candidate.name(), urls(candidate.jars()), daemon);
        try (var loader = ContextLoader.with(classes)) {
            return find(candidate, classes);
        } catch (PluginException | RuntimeException | Error e) {
            close(classes);
            if (e instanceof PluginException known) {
                throw known;
            }
            LOG.debug("Plug-in {} cannot be loaded", candidate.path(), e);
            throw new PluginException(Causes.of(e));
        }
    }

    private static void checkVersion(List<Path> jars) throws PluginException {
        var found = false;
        for (var jar : jars) {
            var wanted = version(jar);
            if (wanted.isEmpty()) {
                continue;
            }
            found = true;
            var version = ApiVersion.parse(wanted)
                    .orElseThrow(() -> new PluginException(ApiVersion.ATTRIBUTE + " in the manifest of "
                            + jar.getFileName() + " is '" + wanted + "' and should be a version such as "
                            + ApiVersion.CURRENT));
            if (!ApiVersion.CURRENT.serves(version)) {
                throw new PluginException("it was made for version " + version + " of the API, and this daemon has "
                        + ApiVersion.CURRENT + "; install a version of the plug-in made for this daemon");
            }
        }
        if (!found) {
            throw new PluginException("no " + ApiVersion.ATTRIBUTE + " in the manifest; a plug-in says "
                    + ApiVersion.ATTRIBUTE + ": " + ApiVersion.CURRENT + " there");
        }
    }

    /** The text of the attribute; empty when there is none, as in a library. */
    private static String version(Path jar) throws PluginException {
        if (!Files.isRegularFile(jar)) { // opening a pipe would wait for its writer
            throw new PluginException(jar.getFileName() + " is no file");
        }
        try (var file = new JarFile(jar.toFile())) {
            var manifest = file.getManifest();
            var text = manifest == null ? null : manifest.getMainAttributes().getValue(ApiVersion.ATTRIBUTE);
            return text == null ? "" : text.strip();
        } catch (IOException | RuntimeException e) {
            throw new PluginException(jar.getFileName() + " cannot be read as a jar: " + Causes.of(e));
        }
    }

    private static URL[] urls(List<Path> jars) throws PluginException {
        var urls = new ArrayList<URL>();
        try {
            for (var jar : jars) {
                urls.add(jar.toUri().toURL());
            }
        } catch (MalformedURLException e) {
            throw new PluginException(Causes.of(e));
        }
        return urls.toArray(URL[]::new);
    }

    private static Plugin find(PluginFiles.Candidate candidate, PluginClassLoader classes) throws PluginException {
        var modules = new ArrayList<ProxyModule<?>>();
        for (ProxyModule<?> module : ServiceLoader.load(ProxyModule.class, classes)) {
            checkName(module, module.name());
            checkDeclared(module, module.schema(), module.defaultProviders());
            modules.add(module);
        }
        var providers = new ArrayList<ProviderFactory<?, ?>>();
        for (ProviderFactory<?, ?> factory : ServiceLoader.load(ProviderFactory.class, classes)) {
            checkName(factory, factory.name());
            checkName(factory, factory.module());
            checkDeclared(factory, factory.schema(), factory.capabilities());
            providers.add(factory);
        }
        if (modules.isEmpty() && providers.isEmpty()) {
            throw new PluginException("it offers nothing: no jar of it has META-INF/services/"
                    + ProviderFactory.class.getName() + " or …/" + ProxyModule.class.getName());
        }
        return new Plugin(candidate.path(), List.copyOf(modules), List.copyOf(providers), classes);
    }

    private static void checkName(Object of, String name) throws PluginException {
        if (!NAME.matcher(String.valueOf(name)).matches()) {
            throw new PluginException(of.getClass().getName() + " calls itself '" + name
                    + "', which is not made of lower-case letters, digits and underscores");
        }
    }

    /** Asked once here, so that a declaration that fails fails its plug-in and not the module that lists its providers. */
    private static void checkDeclared(Object of, Object... declared) throws PluginException {
        if (Arrays.asList(declared).contains(null)) {
            throw new PluginException(of.getClass().getName() + " declares null");
        }
    }

    void close() {
        close(classes);
    }

    private static void close(AutoCloseable classes) {
        try {
            classes.close();
        } catch (Exception e) {
            LOG.warn("The jars of a plug-in did not close in order", e);
        }
    }
}
