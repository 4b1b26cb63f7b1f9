package smartproxy.core.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.Finding;
import smartproxy.core.api.LiveCheck;
import smartproxy.core.api.ModuleContext;
import smartproxy.core.api.ModuleInstance;
import smartproxy.core.api.ProviderContext;
import smartproxy.core.api.ProviderFactory;
import smartproxy.core.api.ProxyModule;
import smartproxy.core.api.Schema;
import smartproxy.core.health.HealthRegistry;
import smartproxy.core.health.Metrics;
import smartproxy.core.modules.CoreServices;
import smartproxy.core.modules.CountedResources;
import smartproxy.core.modules.ModuleBuilder;
import smartproxy.core.modules.ModuleCatalog;
import smartproxy.core.plugins.Plugins;
import smartproxy.core.settings.HostSettings;
import smartproxy.core.store.StoreSettings;

@Timeout(60)
class LiveChecksTest {
    @TempDir
    Path directory;

    @Test
    void asksEachProviderOnceItWasBuilt() throws Exception {
        var seen = new ArrayList<List<String>>();
        LiveCheck provider = (host, deadline) -> {
            seen.add(host.asked());
            return List.of(Finding.ok("thing server", "answers"), Finding.error("thing\nkey", "is wrong", "mend it"));
        };

        assertThat(look(provider, List.of("example.com"), Duration.ofSeconds(20)))
                .contains("ok: thing server: answers", "error: thing key: is wrong; mend it");
        assertThat(seen).containsExactly(List.of("example.com"));
    }

    @Test
    void ofAProviderThatHangsOthersAreToldNevertheless() throws Exception {
        var never = new CountDownLatch(1);
        LiveCheck provider = (host, deadline) -> {
            never.await();
            return List.of();
        };

        assertThat(look(provider, List.of(), Duration.ofSeconds(2)))
                .anyMatch(line -> line.startsWith("error: thing_server: nothing was found within 2 s"))
                .anyMatch(line -> line.startsWith("ok: state_directory"));
    }

    @Test
    void tellsWhatAProviderThrows() throws Exception {
        LiveCheck rejected = (host, deadline) -> {
            throw BackendException.rejected("thing_server: says no");
        };
        LiveCheck broken = (host, deadline) -> {
            throw new IllegalStateException("bug");
        };

        assertThat(look(rejected, List.of(), Duration.ofSeconds(20)))
                .contains("error: thing_server: thing_server: says no");
        assertThat(look(broken, List.of(), Duration.ofSeconds(20)))
                .contains("error: thing_server: the check failed: java.lang.IllegalStateException: bug");
    }

    @Test
    void saysThatAProviderCannotBeLookedAt() throws Exception {
        assertThat(look(new Object(), List.of(), Duration.ofSeconds(20)))
                .contains("warning: thing_server: was not looked at: it has no live check; try it through Foreman");
    }

    private List<String> look(Object provider, List<String> asked, Duration time) throws Exception {
        Files.writeString(directory.resolve("thing.yml"), ":enabled: true\n");
        var settings = TrustChecksTest.settings(
                directory,
                ":http_port: 0\n:bind_host: 127.0.0.1\n:trusted_hosts: []\n:state_directory: " + directory
                        + "\n:log_file: STDOUT\n:settings_directory: " + directory);
        return look(settings, provider, asked, time);
    }

    private List<String> look(HostSettings settings, Object provider, List<String> asked, Duration time) {
        var services = new CoreServices(
                new Metrics(),
                new HealthRegistry(Map::of, Map::of, Clock.systemUTC()),
                new ReadOnlyStore(StoreSettings.sqlite(directory)),
                new CountedResources());
        var catalog = new ModuleCatalog(List.of(new Thing()), List.of(new Factory(provider)), Plugins.none());
        var modules = new ModuleBuilder(catalog, services, mounts -> {})
                .build(settings.settingsDirectory(), settings.forModules(), Optional.empty());
        return new LiveChecks(settings, Optional.empty(), modules, List::of, asked, time)
                .run().stream().map(Object::toString).toList();
    }

    private record Nothing() {}

    private static final class Thing implements ProxyModule<Nothing> {
        @Override
        public String name() {
            return "thing";
        }

        @Override
        public Schema<Nothing> schema() {
            return new Schema<>("", List.of(), values -> new Nothing());
        }

        @Override
        public List<String> defaultProviders() {
            return List.of("thing_server");
        }

        @Override
        public ModuleInstance create(Nothing settings, ModuleContext context) {
            return List::of;
        }
    }

    private record Factory(Object provider) implements ProviderFactory<Nothing, Object> {
        @Override
        public String name() {
            return "thing_server";
        }

        @Override
        public String module() {
            return "thing";
        }

        @Override
        public Schema<Nothing> schema() {
            return new Schema<>("", List.of(), values -> new Nothing());
        }

        @Override
        public Object create(Nothing settings, ProviderContext context) {
            return provider;
        }
    }
}
