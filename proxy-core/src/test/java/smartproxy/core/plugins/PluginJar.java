package smartproxy.core.plugins;

import jakarta.ws.rs.GET;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import smartproxy.core.api.ApiVersion;
import smartproxy.core.api.ProviderFactory;
import smartproxy.core.api.ProxyModule;

/** A jar made from source text, as a third party would make one. */
public final class PluginJar {
    private final Map<String, String> sources = new LinkedHashMap<>();
    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private final List<Path> libraries = new ArrayList<>();
    private String version = ApiVersion.CURRENT.toString();

    /** Another version of the API in the manifest; empty for none. */
    public PluginJar version(String text) {
        version = text;
        return this;
    }

    /** A class, by its name with package. */
    public PluginJar source(String name, String text) {
        sources.put(name, text);
        return this;
    }

    public PluginJar file(String name, String text) {
        files.put(name, text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /** Compiles against this jar without taking its classes in. */
    public PluginJar library(Path jar) {
        libraries.add(jar);
        return this;
    }

    /** A provider factory {@code third.Factory}, its provider a {@code Supplier<String>} made of an expression. */
    public PluginJar provider(String name, String module, String expression) {
        return provider(name, module, expression, "");
    }

    /** @param more members of the factory */
    public PluginJar provider(String name, String module, String expression, String more) {
        file("META-INF/services/" + ProviderFactory.class.getName(), "third.Factory\n");
        return source("third.Factory", """
                package third;
                import java.util.List;
                import java.util.function.Supplier;
                import smartproxy.core.api.*;
                public class Factory implements ProviderFactory<String, Supplier<String>> {
                    public String name() { return "%s"; }
                    public String module() { return "%s"; }
                    public Schema<String> schema() { return new Schema<>("", List.of(), values -> ""); }
                    public Supplier<String> create(String settings, ProviderContext context) { return () -> %s; }
                    %s
                }
                """.formatted(name, module, expression, more));
    }

    /** A module {@code third.Third} with the mount {@code /NAME} for anybody, or another, and the methods of its resource. */
    public PluginJar module(String name, String mount, String methods) {
        file("META-INF/services/" + ProxyModule.class.getName(), "third.Third\n");
        source("third.Resource", """
                package third;
                import jakarta.ws.rs.*;
                import smartproxy.core.api.*;
                @Path("/%s")
                public class Resource {
                    %s
                }
                """.formatted(name, methods));
        return source("third.Third", """
                package third;
                import java.util.List;
                import smartproxy.core.api.*;
                public class Third implements ProxyModule<String> {
                    public String name() { return "%s"; }
                    public Schema<String> schema() { return new Schema<>("", List.of(), values -> ""); }
                    public ModuleInstance create(String settings, ModuleContext context) {
                        var mounts = List.of(%s);
                        return () -> mounts;
                    }
                }
                """.formatted(name, mount));
    }

    public Path write(Path jar) {
        try {
            Files.createDirectories(Objects.requireNonNull(jar.getParent()));
            var all = new LinkedHashMap<>(files);
            if (!sources.isEmpty()) {
                all.putAll(compile());
            }
            var manifest = new Manifest();
            manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
            if (!version.isEmpty()) {
                manifest.getMainAttributes().putValue(ApiVersion.ATTRIBUTE, version);
            }
            try (var out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
                for (var file : all.entrySet()) {
                    out.putNextEntry(new JarEntry(file.getKey()));
                    out.write(file.getValue());
                }
            }
            return jar;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Map<String, byte[]> compile() throws IOException {
        var directory = Files.createTempDirectory("plugin-classes");
        var compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "tests need a JDK");
        var path = Stream.concat(Stream.of(home(ProviderFactory.class), home(GET.class)), libraries.stream())
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
        var told = new StringWriter();
        try (var manager = compiler.getStandardFileManager(null, Locale.ROOT, StandardCharsets.UTF_8)) {
            var units = new ArrayList<JavaFileObject>();
            sources.forEach((name, text) -> units.add(new Source(name, text)));
            var options = List.of("--release", "17", "-proc:none", "-d", directory.toString(), "-cp", path);
            if (!compiler.getTask(told, manager, null, options, null, units).call()) {
                throw new AssertionError(told.toString());
            }
        }
        var classes = new LinkedHashMap<String, byte[]>();
        try (var written = Files.walk(directory)) {
            for (var file : written.filter(Files::isRegularFile).toList()) {
                classes.put(directory.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
        return classes;
    }

    private static Path home(Class<?> type) {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String name, String text) {
            super(URI.create("string:///" + name.replace('.', '/') + ".java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
