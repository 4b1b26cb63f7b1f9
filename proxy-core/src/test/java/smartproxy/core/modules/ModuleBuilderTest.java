package smartproxy.core.modules;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import smartproxy.core.api.DaemonSettings;
import smartproxy.core.api.HealthSource;
import smartproxy.core.api.Lifecycle;
import smartproxy.core.api.ModuleContext;
import smartproxy.core.api.ModuleInstance;
import smartproxy.core.api.ProviderContext;
import smartproxy.core.api.ProviderFactory;
import smartproxy.core.api.ProxyModule;
import smartproxy.core.api.Schema;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingTypes;
import smartproxy.core.api.StartException;
import smartproxy.core.health.HealthRegistry;
import smartproxy.core.health.Metrics;
import smartproxy.core.plugins.Plugins;
import smartproxy.core.settings.Problem;
import smartproxy.core.store.LazyStore;

class ModuleBuilderTest {
    private static final Setting<Integer> TTL =
            SettingTypes.integer("dns_ttl", 0, 1 << 30, "TTL").defaultsTo(86400);
    private static final Setting<String> SERVER =
            SettingTypes.text("server", "A server").defaultsTo("localhost").shownToForeman();
    private static final Setting<Path> KEY = SettingTypes.readableFile("key", "A key");
    private static final Setting<Object> MORE = Setting.of("more", "mapping", (key, value) -> value, "Others");

    @TempDir
    Path directory;

    private final List<String> events = new ArrayList<>();
    private final HealthRegistry health = new HealthRegistry(Map::of, Map::of, Clock.systemUTC());
    private final Metrics metrics = new Metrics();
    private boolean refuseStart;
    private ModuleBuilder builder;

    @BeforeEach
    void build() {
        var services = new CoreServices(metrics, health, new LazyStore(directory), new CountedResources());
        var catalog = new ModuleCatalog(
                List.of(new FakeModule()),
                List.of(new FakeFactory("dns_fake"), new FakeFactory("dns_other")),
                Plugins.none());
        builder = new ModuleBuilder(catalog, services, mounts -> {});
    }

    @ParameterizedTest
    @CsvSource({
        "true, RUNNING, true, true",
        "yes, RUNNING, true, true",
        "http, RUNNING, true, false",
        "'\"https\"', RUNNING, false, true",
        "false, DISABLED, false, false",
        "'', DISABLED, false, false",
        ":https, DISABLED, false, false",
        "1, DISABLED, false, false",
        "yes please, DISABLED, false, false"
    })
    void enables(String value, Module.State state, boolean http, boolean https) throws IOException {
        write("dns", ":enabled: " + value);
        var dns = dns();
        assertThat(dns.state()).isEqualTo(state);
        assertThat(dns.ports()).isEqualTo(new Ports(http, https));
    }

    @Test
    void isDisabledWithoutFileOrWithoutColon() throws IOException {
        assertThat(dns().state()).isEqualTo(Module.State.DISABLED);
        write("dns", "enabled: true");
        assertThat(dns().state()).isEqualTo(Module.State.DISABLED);
    }

    @Test
    void aFileThatCannotBeLookedAtIsNoAbsentFile() throws IOException {
        var link = Files.createSymbolicLink(directory.resolve("dns.yml"), Path.of("dns.yml"));
        assertThat(dns().state()).isEqualTo(Module.State.FAILED);
        assertThat(modules().problems())
                .filteredOn(Problem::isError)
                .extracting(Problem::file)
                .containsExactly(link);
    }

    @Test
    void aLinkToNothingIsAnAbsentFileWithAWarning() throws IOException {
        var link = Files.createSymbolicLink(directory.resolve("dns.yml"), Path.of("nothing"));
        assertThat(dns().state()).isEqualTo(Module.State.DISABLED);
        assertThat(modules().problems()).singleElement().satisfies(problem -> {
            assertThat(problem.isError()).isFalse();
            assertThat(problem.file()).isEqualTo(link);
            assertThat(problem.message()).contains("a link to a file that is not there");
        });
    }

    @Test
    void validatesWhatIsEnabledNowhere() throws IOException {
        write("dns", ":enabled: 1\n:dns_ttl: ''");
        assertThat(dns().state()).isEqualTo(Module.State.FAILED);
    }

    @Test
    void whatIsEnabledNowhereLeavesNothingBehind() throws IOException {
        write("dns", ":enabled: 1");
        assertThat(dns().state()).isEqualTo(Module.State.DISABLED);
        assertThat(events).containsExactly("create localhost", "close module", "close provider");
        assertThat(health.report().backends()).isEmpty();
        assertThat(health.report().items()).isEmpty();
    }

    @Test
    void showsNullsWhileDisabledAndConfiguredValuesOtherwise() throws IOException {
        assertThat(dns().settings()).containsEntry("use_provider", null);
        write("dns", ":enabled: true");
        assertThat(dns().settings()).containsEntry("use_provider", "dns_fake").containsEntry("server", "localhost");
        write("dns_fake", ":server: ns1");
        assertThat(dns().settings()).containsEntry("server", "ns1");
    }

    @Test
    void showsWhatWasReadOfOneThatFailed() throws IOException {
        write("dns", ":enabled: true\n:use_provider: dns_other\n:dns_ttl:");
        assertThat(dns().state()).isEqualTo(Module.State.FAILED);
        assertThat(dns().settings()).containsEntry("use_provider", "dns_other");
        assertThat(dns().capabilities()).isEmpty();
        write("dns", ":enabled: true\n:use_provider: dns_other");
        write("dns_other", ":server: ns1\n:key: /nonexistent");
        assertThat(dns().state()).isEqualTo(Module.State.FAILED);
        assertThat(dns().settings()).containsEntry("use_provider", "dns_other").containsEntry("server", "ns1");
        assertThat(dns().capabilities()).containsExactly("dns_other_can");
    }

    @Test
    void showsTheCapabilitiesOfProvidersThatCannotStart() throws IOException {
        write("dns", ":enabled: true");
        write("dns_fake", ":server: unusable");
        assertThat(dns().state()).isEqualTo(Module.State.FAILED);
        assertThat(dns().capabilities()).containsExactly("dns_fake_can");
        write("dns_fake", ":server: ns1");
        refuseStart = true;
        var failed = builder.start(modules()).find("dns").orElseThrow();
        assertThat(failed.state()).isEqualTo(Module.State.FAILED);
        assertThat(failed.settings()).containsEntry("server", "ns1");
        assertThat(failed.capabilities()).containsExactly("dns_fake_can");
    }

    @Test
    void reportsAFaultyModuleFileInTheWordsOfTheReference() throws IOException {
        write("dns", ":enabled: true\n:dns_ttl:");
        var modules = modules();
        assertThat(modules.find("dns").orElseThrow().state()).isEqualTo(Module.State.FAILED);
        assertThat(modules.failures())
                .containsEntry(
                        "dns",
                        "Disabling all modules in the group ['dns'] due to a failure in one of them: "
                                + "Parameter 'dns_ttl' is expected to have a non-empty value");
        assertThat(modules.problems())
                .filteredOn(Problem::isError)
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.file()).isEqualTo(directory.resolve("dns.yml"));
                    assertThat(problem.line()).isEqualTo(2);
                });
    }

    @Test
    void reportsAProviderThatCannotBeMadeWithItsOwnFile() throws IOException {
        write("dns", ":enabled: true");
        write("dns_fake", ":server: unusable");
        assertThat(modules().problems())
                .filteredOn(Problem::isError)
                .extracting(Problem::file)
                .containsExactly(directory.resolve("dns_fake.yml"));
    }

    @Test
    void reportsAFaultyProviderUnderEachMember() throws IOException {
        write("dns", ":enabled: true");
        write("dns_fake", ":key: /nonexistent/key");
        var text = "Disabling all modules in the group ['dns_fake', 'dns'] due to a failure in one of them: "
                + "File at '/nonexistent/key' defined in 'key' parameter doesn't exist or is unreadable";
        assertThat(modules().failures()).containsEntry("dns_fake", text).containsEntry("dns", text);
    }

    @Test
    void reportsMissingProviders() throws IOException {
        write("dns", ":enabled: true\n:use_provider: dns_nope");
        var modules = modules();
        assertThat(modules.failures())
                .containsEntry(
                        "dns",
                        "Disabling all modules in the group ['dns']: following providers are not available ['dns_nope']");
        assertThat(modules.find("dns").orElseThrow().settings()).containsEntry("use_provider", "dns_nope");
        assertThat(modules.problems())
                .anySatisfy(problem -> assertThat(problem.advice()).contains("dns_fake, dns_other"));
    }

    @Test
    void refusesAKeyInModuleAndProvider() throws IOException {
        write("dns", ":enabled: true");
        write("dns_fake", ":dns_ttl: 5");
        assertThat(modules().failures().get("dns"))
                .endsWith("Provider 'dns_fake' settings conflict with the main plugin's settings: [:dns_ttl]");
    }

    @Test
    void failsOneModuleAndNotTheOthersWhenAFileCannotBeParsed() throws IOException {
        write("dns", ":enabled: [");
        write("facts", ":enabled: false");
        assertThat(modules().failures()).containsOnlyKeys("dns");
    }

    @Test
    void listsTheModulesOfTheReferenceInItsOrder() {
        assertThat(modules().all())
                .extracting(Module::name)
                .containsExactly(
                        "facts",
                        "dns",
                        "templates",
                        "tftp",
                        "dhcp",
                        "puppetca",
                        "puppet",
                        "bmc",
                        "realm",
                        "logs",
                        "httpboot",
                        "registration");
    }

    @Test
    void failsEnabledModulesThatAreNotBuilt() throws IOException {
        write("dhcp", ":enabled: https\n:use_provider: dhcp_isc");
        write("tftp", ":enabled: false");
        write("bmc", ":enabled: nonsense");
        var modules = modules();
        var dhcp = modules.find("dhcp").orElseThrow();
        assertThat(dhcp.state()).isEqualTo(Module.State.FAILED);
        assertThat(dhcp.settings()).containsEntry("use_provider", "dhcp_isc");
        assertThat(modules.failures()).containsOnlyKeys("dhcp");
        assertThat(modules.failures().get("dhcp")).endsWith("Module 'dhcp' is not part of this version");
        assertThat(modules.find("tftp").orElseThrow().state()).isEqualTo(Module.State.DISABLED);
        assertThat(modules.find("bmc").orElseThrow().state()).isEqualTo(Module.State.DISABLED);
        assertThat(modules.find("bmc").orElseThrow().capabilities()).containsExactly("redfish", "shell", "ssh");
        assertThat(modules.find("puppet").orElseThrow().settings()).containsOnlyKeys("use_provider");
        assertThat(modules.problems()).filteredOn(Problem::isError).hasSize(1);
    }

    @Test
    void buildsWithoutSideEffectsAndStartsProvidersFirst() throws IOException {
        write("dns", ":enabled: true");
        var built = modules();
        assertThat(events).containsExactly("create localhost");
        var started = builder.start(built);
        assertThat(events).containsExactly("create localhost", "start provider", "start module");
        started.release();
        assertThat(events).endsWith("close module", "close provider");
    }

    @Test
    void failsAndClosesAGroupThatCannotStart() throws IOException {
        write("dns", ":enabled: true");
        refuseStart = true;
        var modules = builder.start(modules());
        assertThat(modules.find("dns").orElseThrow().state()).isEqualTo(Module.State.FAILED);
        assertThat(modules.failures().get("dns")).endsWith("due to a failure in one of them: port in use");
        assertThat(modules.failures()).containsOnlyKeys("dns_fake", "dns");
        assertThat(events).endsWith("close module", "close provider");
    }

    @Test
    void takesOverWhatDidNotChange() throws IOException {
        write("dns", ":enabled: true");
        var first = builder.start(modules());
        var second = builder.start(builder.build(directory, DaemonSettings.NONE, Optional.of(first)));
        assertThat(events).containsExactly("create localhost", "start provider", "start module");
        first.release();
        assertThat(events).doesNotContain("close module");
        second.release();
        assertThat(events).endsWith("close module", "close provider");
    }

    @Test
    void buildsAnewWhenASettingOrAFileBehindOneChanged() throws IOException {
        write("dns", ":enabled: true");
        var key = Files.writeString(directory.resolve("key"), "one");
        write("dns_fake", ":key: " + key);
        var first = builder.start(modules());
        Files.writeString(key, "another");
        var second = builder.start(builder.build(directory, DaemonSettings.NONE, Optional.of(first)));
        assertThat(events).filteredOn(event -> event.startsWith("create")).hasSize(2);
        write("dns_fake", ":key: " + key + "\n:server: ns2");
        builder.build(directory, DaemonSettings.NONE, Optional.of(second));
        assertThat(events).endsWith("create ns2");
    }

    @Test
    void seesWhatAReloadWouldLose() throws IOException {
        write("dns", ":enabled: true");
        var first = builder.start(modules());
        write("dns", ":enabled: true\n:dns_ttl: soon");
        var second = builder.build(directory, DaemonSettings.NONE, Optional.of(first));
        assertThat(second.lostSince(first)).singleElement().asString().contains("dns_ttl");
        write("dns", ":enabled: false");
        assertThat(builder.build(directory, DaemonSettings.NONE, Optional.of(first))
                        .lostSince(first))
                .isEmpty();
    }

    @Test
    void healthItemsOfAModuleGoWithIt() throws IOException {
        write("dns", ":enabled: true");
        var modules = builder.start(modules());
        assertThat(health.report().items()).containsOnlyKeys("dns: part");
        modules.release();
        assertThat(health.report().items()).isEmpty();
    }

    @Test
    void whatIsShownOfABackendGoesWithItsProviderAndIsNotLeftByOneThatCannotBeMade() throws IOException {
        var gauge = "smart_proxy_backend_up{backend=\"dns_fake\"}";
        write("dns", ":enabled: true");
        var modules = builder.start(modules());
        assertThat(metrics.scrape()).contains(gauge);
        assertThat(health.report().backends()).containsOnlyKeys("dns_fake");
        modules.release();
        assertThat(metrics.scrape()).doesNotContain(gauge);
        assertThat(health.report().backends()).isEmpty();

        write("dns_fake", ":server: unusable");
        assertThat(dns().state()).isEqualTo(Module.State.FAILED);
        assertThat(metrics.scrape()).doesNotContain(gauge);
        assertThat(health.report().backends()).isEmpty();
    }

    @Test
    void buildsAnewWhenAFileInAMappingChangedButNotForFilesOfADirectory() throws IOException {
        write("dns", ":enabled: true");
        var certificate = Files.writeString(directory.resolve("ca.pem"), "one");
        var boot = Files.createDirectory(directory.resolve("boot"));
        write("dns_fake", ":more: {one: [{ca: " + certificate + "}], root: " + boot + "}");
        var first = builder.start(modules());
        Files.writeString(boot.resolve("kernel"), "x");
        var second = builder.start(builder.build(directory, DaemonSettings.NONE, Optional.of(first)));
        assertThat(events).filteredOn(event -> event.startsWith("create")).hasSize(1);
        Files.writeString(certificate, "another");
        builder.build(directory, DaemonSettings.NONE, Optional.of(second));
        assertThat(events).filteredOn(event -> event.startsWith("create")).hasSize(2);
    }

    private Module dns() {
        return modules().find("dns").orElseThrow();
    }

    private Modules modules() {
        return builder.build(directory, DaemonSettings.NONE, Optional.empty());
    }

    private void write(String name, String yaml) throws IOException {
        Files.writeString(directory.resolve(name + ".yml"), yaml + "\n");
    }

    private record Settings() {}

    private final class FakeModule implements ProxyModule<Settings> {
        @Override
        public String name() {
            return "dns";
        }

        @Override
        public Schema<Settings> schema() {
            return new Schema<>("A module", List.of(TTL), values -> new Settings());
        }

        @Override
        public List<String> defaultProviders() {
            return List.of("dns_fake");
        }

        @Override
        public ModuleInstance create(Settings settings, ModuleContext context) {
            assertThat(context.providers(FakeProvider.class)).hasSize(1);
            context.health("part", () -> new HealthSource.Health(true, "fine"));
            return new ModuleInstance() {
                @Override
                public List<smartproxy.core.api.Mount> mounts() {
                    return List.of();
                }

                @Override
                public void start() {
                    events.add("start module");
                }

                @Override
                public void close() {
                    events.add("close module");
                }
            };
        }
    }

    private record FakeSettings(String server) {}

    private final class FakeFactory implements ProviderFactory<FakeSettings, FakeProvider> {
        private final String name;

        FakeFactory(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public String module() {
            return "dns";
        }

        @Override
        public Schema<FakeSettings> schema() {
            return new Schema<>(
                    "A provider", List.of(SERVER, KEY, MORE), values -> new FakeSettings(values.get(SERVER)));
        }

        @Override
        public List<String> capabilities() {
            return List.of(name + "_can");
        }

        @Override
        public FakeProvider create(FakeSettings settings, ProviderContext context) throws StartException {
            if (settings.server().equals("unusable")) {
                throw new StartException("no certificate in it");
            }
            events.add("create " + settings.server());
            return new FakeProvider();
        }
    }

    private final class FakeProvider implements Lifecycle {
        @Override
        public void start() throws StartException {
            if (refuseStart) {
                throw new StartException("port in use");
            }
            events.add("start provider");
        }

        @Override
        public void close() {
            events.add("close provider");
        }
    }
}
