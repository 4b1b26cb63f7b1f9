package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.ProviderFactory;
import smartproxy.core.health.HealthRegistry;
import smartproxy.core.health.Metrics;
import smartproxy.core.modules.CoreServices;
import smartproxy.core.modules.CountedResources;
import smartproxy.core.modules.ModuleBuilder;
import smartproxy.core.modules.ModuleCatalog;
import smartproxy.core.modules.Modules;
import smartproxy.core.settings.Problem;
import smartproxy.core.store.LazyStore;

/** The provider in docs/writing-a-provider.md compiles, is found, and runs with the settings shown there. */
class ExampleProviderTest {
    private static final Path PAGE = Documents.page("writing-a-provider.md");
    private static final Pattern TYPE = Pattern.compile("(?m)^(?:public )?(?:final )?(?:class|record) (\\w+)");

    @TempDir
    Path directory;

    private Path classes = Path.of("");

    @BeforeEach
    void compile() throws IOException {
        var sources = new ArrayList<Path>();
        var folder = Files.createDirectories(directory.resolve("example/dns"));
        for (var block : Documents.blocks(PAGE, "java")) {
            var type = TYPE.matcher(block.text());
            assertThat(type.find()).as("%s has a type", block).isTrue();
            sources.add(Files.writeString(folder.resolve(type.group(1) + ".java"), block.text()));
        }
        assertThat(sources).hasSize(4);
        classes = Files.createDirectories(directory.resolve("classes"));
        var compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "tests need a JDK");
        var told = new DiagnosticCollector<JavaFileObject>();
        try (var files = compiler.getStandardFileManager(told, Locale.ROOT, StandardCharsets.UTF_8)) {
            var options = List.of(
                    "--release",
                    "17",
                    "-proc:none",
                    "-d",
                    classes.toString(),
                    "-cp",
                    System.getProperty("java.class.path"));
            var compiled = compiler.getTask(
                            null, files, told, options, null, files.getJavaFileObjectsFromPaths(sources))
                    .call();
            assertThat(compiled).as("%s", told.getDiagnostics()).isTrue();
        }
    }

    @Test
    void itRunsWithTheSettingsShown() throws IOException {
        try (var loader = withServices()) {
            var modules = build(loader, block("yaml", ":use_provider:"), block("yaml", ":example_url:"));

            assertThat(modules.failures()).isEmpty();
            assertThat(modules.find("dns").orElseThrow().running()).isTrue();
            modules.release();
        }
    }

    @Test
    void aMissingJarReadsAsThePageSays() throws IOException {
        var modules =
                build(getClass().getClassLoader(), block("yaml", ":use_provider:"), block("yaml", ":example_url:"));

        assertThat(modules.problems())
                .extracting(Problem::message)
                .contains("following providers are not available: dns_example");
        assertThat(Files.readString(PAGE)).contains("`following providers are not available: dns_example`");
        modules.release();
    }

    private URLClassLoader withServices() throws IOException {
        var services = Files.createDirectories(classes.resolve("META-INF/services"));
        Files.writeString(services.resolve(ProviderFactory.class.getName()), block("services", "example"));
        assertThat(Files.readString(PAGE)).contains("`META-INF/services/" + ProviderFactory.class.getName() + "`");
        return new URLClassLoader(
                new URL[] {classes.toUri().toURL()}, getClass().getClassLoader());
    }

    private Modules build(ClassLoader loader, String module, String provider) throws IOException {
        var settings = Files.createDirectories(directory.resolve("settings.d"));
        var token = Files.writeString(directory.resolve("token"), "word\n");
        Files.writeString(settings.resolve("dns.yml"), module);
        Files.writeString(
                settings.resolve("dns_example.yml"),
                provider.replace("file:/etc/foreman-proxy/example.token", "file:" + token));
        var services = new CoreServices(
                new Metrics(),
                new HealthRegistry(Map::of, Map::of, Clock.systemUTC()),
                new LazyStore(directory),
                new CountedResources());
        var builder = new ModuleBuilder(ModuleCatalog.find(Schemas.BUILT_IN, loader), services);
        return builder.start(builder.build(settings, Optional.empty()));
    }

    private static String block(String language, String content) throws IOException {
        return Documents.blocks(PAGE, language).stream()
                .map(Documents.Block::text)
                .filter(text -> text.contains(content))
                .findFirst()
                .orElseThrow();
    }
}
