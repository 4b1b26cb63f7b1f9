package smartproxy.core.modules;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import smartproxy.core.api.DaemonSettings;
import smartproxy.core.api.ModuleContext;
import smartproxy.core.api.ModuleInstance;
import smartproxy.core.api.Mount;
import smartproxy.core.api.ProviderContext;
import smartproxy.core.api.ProviderFactory;
import smartproxy.core.api.ProxyModule;
import smartproxy.core.api.Role;
import smartproxy.core.api.Schema;
import smartproxy.core.health.HealthRegistry;
import smartproxy.core.health.Metrics;
import smartproxy.core.http.ResourceApp;
import smartproxy.core.plugins.PluginJar;
import smartproxy.core.plugins.Plugins;
import smartproxy.core.settings.Problem;
import smartproxy.core.store.LazyStore;

/** What plug-ins that are broken in one way or another do to their modules, and what not to the others. */
class PluginModulesTest {
    @TempDir
    Path directory;

    private Plugins plugins = Plugins.none();

    @AfterEach
    void close() {
        plugins.close();
    }

    private Modules modules() {
        plugins = Plugins.load(directory.resolve("plugins"), getClass().getClassLoader());
        var services = new CoreServices(
                new Metrics(),
                new HealthRegistry(Map::of, Map::of, Clock.systemUTC()),
                new LazyStore(directory),
                new CountedResources());
        var catalog = new ModuleCatalog(List.of(new Probe()), List.of(new Own()), plugins);
        var builder = new ModuleBuilder(catalog, services, ResourceApp::check);
        return builder.start(builder.build(directory, DaemonSettings.NONE, Optional.empty()));
    }

    private void use(String provider) throws Exception {
        settings("probe", ":enabled: true\n:use_provider: " + provider);
        settings(provider, "");
    }

    private void settings(String name, String text) throws Exception {
        Files.writeString(directory.resolve(name + ".yml"), "---\n" + text + "\n");
    }

    private void install(String jar, PluginJar plugin) {
        plugin.write(directory.resolve("plugins").resolve(jar));
    }

    private static PluginJar provider(String name, String more) {
        return new PluginJar().provider(name, "probe", "\"third\"", more);
    }

    private static Module.State state(Modules modules, String name) {
        return modules.find(name).orElseThrow().state();
    }

    @Test
    void aProviderOfAPluginServesAModuleOfTheDaemon() throws Exception {
        install("third.jar", provider("probe_third", ""));
        use("probe_third");
        var modules = modules();
        assertThat(modules.failures()).isEmpty();
        assertThat(modules.find("probe").orElseThrow().capabilities()).containsExactly("third");
        modules.release();
    }

    @Test
    void aBrokenJarFailsWhatNeedsItWithItsReason() throws Exception {
        install("third.jar", provider("probe_third", "").version("7.0"));
        use("probe_third");
        var modules = modules();
        assertThat(modules.failures()).containsOnlyKeys("third.jar", "probe");
        assertThat(modules.failures().get("third.jar")).contains("made for version 7.0");
        assertThat(modules.failures().get("probe"))
                .contains("following providers are not available ['probe_third']; plug-in third.jar is not loaded: ")
                .contains("made for version 7.0");
        assertThat(modules.problems())
                .extracting(Problem::message)
                .anyMatch(message -> message.startsWith("plug-in not loaded: it was made for version 7.0"));
    }

    @Test
    void aBrokenJarFailsNothingElse() throws Exception {
        install("third.jar", provider("probe_third", "").version(""));
        use("probe_own");
        var modules = modules();
        assertThat(state(modules, "probe")).isEqualTo(Module.State.RUNNING);
        assertThat(modules.failures()).containsOnlyKeys("third.jar");
        modules.release();
    }

    @Test
    void whatTwoPluginsCallTheSameIsNeithers() throws Exception {
        install("one-1.0.jar", provider("probe_third", ""));
        install("one-1.1.jar", provider("probe_third", ""));
        install("other.jar", provider("probe_other", ""));
        use("probe_third");
        var modules = modules();
        var reason = "the plug-ins one-1.0.jar, one-1.1.jar all have a provider probe_third; leave one of them";
        assertThat(modules.failures()).containsEntry("probe_third", reason);
        assertThat(modules.failures().get("probe")).endsWith(reason);
        assertThat(modules.problems()).extracting(Problem::message).contains(reason);
        modules.release();

        use("probe_other");
        assertThat(state(modules(), "probe")).isEqualTo(Module.State.RUNNING);
    }

    @Test
    void theDaemonKeepsItsNames() throws Exception {
        install("third.jar", provider("probe_own", ""));
        use("probe_own");
        var modules = modules();
        assertThat(modules.find("probe").orElseThrow().capabilities()).containsExactly("own");
        assertThat(modules.failures())
                .containsExactly(Map.entry(
                        "third.jar", "its provider probe_own is not used, for the daemon has one of that name"));
        modules.release();
    }

    @ParameterizedTest
    @CsvSource({
        "'throw new NoClassDefFoundError(\"org/absent/Thing\");', 'NoClassDefFoundError: org/absent/Thing'",
        "'throw new IllegalStateException(\"no\");', 'IllegalStateException: no'",
        "'throw new StackOverflowError();', 'StackOverflowError'",
        "'throw new smartproxy.core.api.StartException(\"no licence\");', 'no licence'"
    })
    void whatThrowsWhenItIsBuiltFailsItsGroup(String statement, String reason) throws Exception {
        install(
                "third.jar",
                provider("probe_third", """
                        public static class Sub extends Factory { }
                        static void fail() throws StartException { %s }
                        """.formatted(statement))
                        .source("third.Bad", """
                                package third;
                                import java.util.function.Supplier;
                                import smartproxy.core.api.*;
                                public class Bad extends Factory {
                                    public Supplier<String> create(String settings, ProviderContext context) {
                                        throw sneaky();
                                    }
                                    static RuntimeException sneaky() {
                                        try { Factory.fail(); } catch (Throwable e) { return Bad.<RuntimeException>as(e); }
                                        return new RuntimeException();
                                    }
                                    @SuppressWarnings("unchecked")
                                    static <T extends Throwable> T as(Throwable e) throws T { throw (T) e; }
                                }
                                """)
                        .file("META-INF/services/smartproxy.core.api.ProviderFactory", "third.Bad\n"));
        use("probe_third");
        var modules = modules();
        assertThat(modules.failures()).containsOnlyKeys("probe_third", "probe");
        assertThat(modules.failures().get("probe")).endsWith("due to a failure in one of them: " + reason);
    }

    @Test
    void aProviderThatCannotStartOrEndIsNamed() throws Exception {
        install(
                "third.jar",
                new PluginJar()
                        .source("third.Worker", """
                        package third;
                        public class Worker implements java.util.function.Supplier<String>, smartproxy.core.api.Lifecycle {
                            public String get() { return "x"; }
                            public void start() { throw new LinkageError("worn out"); }
                            public void close() { throw new LinkageError("jammed"); }
                        }
                        """)
                        .provider("probe_third", "probe", "\"\"")
                        .source("third.Starts", """
                        package third;
                        public class Starts extends Factory {
                            public java.util.function.Supplier<String> create(
                                    String settings, smartproxy.core.api.ProviderContext context) {
                                return new Worker();
                            }
                        }
                        """)
                        .file("META-INF/services/smartproxy.core.api.ProviderFactory", "third.Starts\n"));
        use("probe_third");
        assertThat(modules().failures().get("probe_third")).endsWith("LinkageError: worn out");
    }

    @Test
    void aModuleOfAPluginRunsBesideTheOthers() throws Exception {
        install("third.jar", module("new Mount(\"/third\", Role.ANONYMOUS, new Resource())"));
        settings("third", ":enabled: true");
        var modules = modules();
        assertThat(modules.failures()).isEmpty();
        assertThat(state(modules, "third")).isEqualTo(Module.State.RUNNING);
        modules.release();
    }

    @ParameterizedTest
    @CsvSource({
        "'new Mount(\"/probe/x\", Role.ANONYMOUS, new Resource())', 'meets /probe'",
        "'new Mount(\"/health\", Role.ANONYMOUS, new Resource())', 'meets /health'",
        "'new Mount(\"\", Role.ANONYMOUS, new Resource())', 'meets /features'",
        "'new Mount(\"/else\", Role.ANONYMOUS, new Resource())', 'does not lie in its mount'",
        "'new Mount(\"/third\", Role.ANONYMOUS, \"no resource\")', 'does not lie in its mount'",
        "'new Mount(\"/third\", null, List.of(new Resource()))', 'declares a role'",
        "'new Mount(\"third\", Role.ANONYMOUS, new Resource())', 'a mount path starts with a slash'"
    })
    void aModuleWhoseMountsCannotBeServedFailsAlone(String mount, String reason) throws Exception {
        install("third.jar", module(mount));
        settings("third", ":enabled: true");
        use("probe_own");
        var modules = modules();
        assertThat(state(modules, "third")).isEqualTo(Module.State.FAILED);
        assertThat(modules.failures()).containsOnlyKeys("third");
        assertThat(modules.failures().get("third")).contains(reason);
        assertThat(state(modules, "probe")).isEqualTo(Module.State.RUNNING);
        modules.release();
    }

    @Test
    void resourcesJaxRsCannotServeFailTheirModule() throws Exception {
        install(
                "third.jar",
                new PluginJar().module("third", "new Mount(\"/third\", Role.ANONYMOUS, new Resource())", """
                @GET @Path("x") public String one() { return ""; }
                @GET @Path("x") public String two() { return ""; }
                """));
        settings("third", ":enabled: true");
        var modules = modules();
        assertThat(modules.failures().get("third")).contains("ModelValidationException");
    }

    private static PluginJar module(String mount) {
        return new PluginJar().module("third", mount, "@GET public String get() { return \"third\"; }");
    }

    private static final class Probe implements ProxyModule<String> {
        @Override
        public String name() {
            return "probe";
        }

        @Override
        public Schema<String> schema() {
            return new Schema<>("", List.of(), values -> "");
        }

        @Override
        public List<String> defaultProviders() {
            return List.of("probe_own");
        }

        @Override
        public ModuleInstance create(String settings, ModuleContext context) {
            var provider = context.providers(Supplier.class).get(0).provider();
            var mounts = List.of(new Mount("/probe", Role.ANONYMOUS, List.of()));
            return new ModuleInstance() {
                @Override
                public List<Mount> mounts() {
                    return mounts;
                }

                @Override
                public List<String> capabilities() {
                    return List.of(String.valueOf(provider.get()));
                }
            };
        }
    }

    private static final class Own implements ProviderFactory<String, Supplier<String>> {
        @Override
        public String name() {
            return "probe_own";
        }

        @Override
        public String module() {
            return "probe";
        }

        @Override
        public Schema<String> schema() {
            return new Schema<>("", List.of(), values -> "");
        }

        @Override
        public Supplier<String> create(String settings, ProviderContext context) {
            return () -> "own";
        }
    }
}
