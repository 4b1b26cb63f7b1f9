package smartproxy.core.modules;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import smartproxy.core.api.DaemonSettings;
import smartproxy.core.api.ModuleContext;
import smartproxy.core.api.ModuleInstance;
import smartproxy.core.api.ProviderContext;
import smartproxy.core.api.ProviderFactory;
import smartproxy.core.api.ProxyModule;
import smartproxy.core.api.Schema;
import smartproxy.core.api.StartException;
import smartproxy.core.health.HealthRegistry;
import smartproxy.core.health.Metrics;
import smartproxy.core.plugins.Plugins;
import smartproxy.core.settings.Problem;
import smartproxy.core.store.LazyStore;

/** What is said of each file of settings.d, and of those that belong to nothing. */
class FileReportTest {
    @TempDir
    Path directory;

    private final ModuleCatalog catalog = new ModuleCatalog(
            List.of(new Dns()), List.of(new Provider("dns_a"), new Provider("dns_b")), Plugins.none());

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "dns      | :enabled: true    | dns.yml: enabled, works differently: it sings",
                "dns      | :enabled: false   | dns.yml: disabled, works differently: it sings",
                "dns      | :use_provider: [x]| dns.yml: disabled, works differently: it sings",
                "dns_b    | :a: 1             | dns_b.yml: not chosen for dns, works",
                "tftp     | :enabled: https   | tftp.yml: enabled, not in this version",
                "tftp     | :enabled: false   | tftp.yml: disabled, not in this version",
                "dhcp_isc | :config: /x       | dhcp_isc.yml: provider of dhcp, not in this version",
                "pulpcore | :enabled: https   | pulpcore.yml: enabled, not in this version (a plug-in of the Ruby proxy)",
                "salt     | :enabled: false   | salt.yml: disabled, not in this version (a plug-in of the Ruby proxy)",
                "pulp3    | :enabled: true    | pulp3.yml: enabled, not in this version (given up by the Ruby proxy too)",
                "something| :enabled: true    | something.yml: enabled, unknown, has no effect",
                "broken   | :a: [           | broken.yml: unreadable, unknown, has no effect",
            })
    void saysWhatBecomesOfAFile(String name, String text, String line) throws IOException {
        write(name + ".yml", text);
        assertThat(lines()).containsExactly(line);
    }

    @Test
    void saysWhichProviderIsChosenAndWhatFailed() throws IOException {
        write("dns.yml", ":enabled: true\n:use_provider: dns_b");
        write("dns_a.yml", "---");
        write("dns_b.yml", "---");
        assertThat(lines())
                .containsExactly(
                        "dns.yml: enabled, works differently: it sings",
                        "dns_a.yml: not chosen for dns, works",
                        "dns_b.yml: chosen for dns, works");

        write("dns.yml", ":enabled: true\n:use_provider: dns_c");
        assertThat(lines()).contains("dns.yml: enabled and FAILED (see above), works differently: it sings");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "pulpcore.yml | :enabled: https | 'pulpcore' is a plug-in of the Ruby proxy and not part of this version: its"
                        + " feature 'pulpcore' is missing from /features | keep another proxy for it",
                "remote_execution_ssh.yml | :enabled: true | its feature 'script' is missing from /features | plug-in jar",
                "pulp.yml | :enabled: true | 'pulp' was given up by the Ruby proxy too | remove the file",
                "dnss.yml | :enabled: https | no module or provider is called 'dnss' | did you mean dns.yml",
                "dns_nsupdat.yml | :dns_server: x | this file has no effect | did you mean dns_nsupdate.yml?",
                "zebra.yml | :enabled: http | and its feature is missing from /features | put its plug-in jar into plugins/",
                "zebra.yml | :a: [ | belongs to no module of this version and cannot be read | remove it",
                "dns.yaml | :enabled: true | only files that end in .yml are read | rename it",
            })
    void warnsOfAFileThatHasNoEffect(String name, String text, String message, String advice) throws IOException {
        write(name, text);
        assertThat(problems()).singleElement().satisfies(problem -> {
            assertThat(problem.isError()).isFalse();
            assertThat(problem.file()).isEqualTo(directory.resolve(name));
            assertThat(problem.message()).contains(message);
            assertThat(problem.advice()).contains(advice);
        });
    }

    @ParameterizedTest
    @CsvSource({
        "pulpcore, :enabled: false",
        "dhcp_infoblox, :username: x",
        "zebra, :enabled: false",
        "tftp, :enabled: false",
        "ansible, enabled: true"
    })
    void isSilentOnWhatIsNotEnabled(String name, String text) throws IOException {
        write(name + ".yml", text);
        assertThat(problems()).isEmpty();
    }

    @Test
    void warnsOfAMissingDirectory() {
        var missing = directory.resolve("none");
        assertThat(new OtherFiles(catalog).problems(missing))
                .singleElement()
                .satisfies(problem -> assertThat(problem.advice()).contains("settings_directory"));
        assertThat(new FileReport(catalog, build(missing)).lines(missing)).isEmpty();
    }

    @Test
    void aTableHasEveryFile() {
        assertThat(FileReport.table(catalog).lines())
                .contains(
                        "| dns.yml | works differently: it `sings` |",
                        "| dns_a.yml | works |",
                        "| dhcp_isc, dhcp_libvirt, dhcp_native_ms, dhcp_remote_isc, dhcp_infoblox, dhcp_dnsmasq, dhcp_kea_api,"
                                + " dhcp_device42 | provider of dhcp, **not in this version** |")
                .anyMatch(line -> line.startsWith("| facts, templates, tftp, ") && line.contains("registration"))
                .anyMatch(line -> line.contains("pulpcore") && line.contains("plug-in"))
                .anyMatch(line -> line.startsWith("| settings.yml | works differently: plain http"));
    }

    private List<String> lines() {
        return new FileReport(catalog, build(directory)).lines(directory);
    }

    private List<Problem> problems() {
        return build(directory).problems();
    }

    private Modules build(Path from) {
        var services = new CoreServices(
                new Metrics(),
                new HealthRegistry(Map::of, Map::of, Clock.systemUTC()),
                new LazyStore(directory),
                new CountedResources());
        return new ModuleBuilder(catalog, services, mounts -> {}).build(from, DaemonSettings.NONE, Optional.empty());
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(directory.resolve(name), text + "\n");
    }

    private record Nothing() {}

    private static final class Dns implements ProxyModule<Nothing> {
        @Override
        public String name() {
            return "dns";
        }

        @Override
        public Schema<Nothing> schema() {
            return new Schema<>("", List.of(), values -> new Nothing());
        }

        @Override
        public List<String> defaultProviders() {
            return List.of("dns_a");
        }

        @Override
        public List<String> differences() {
            return List.of("it `sings`");
        }

        @Override
        public ModuleInstance create(Nothing settings, ModuleContext context) {
            return List::of;
        }
    }

    private record Provider(String name) implements ProviderFactory<Nothing, Object> {
        @Override
        public String module() {
            return "dns";
        }

        @Override
        public Schema<Nothing> schema() {
            return new Schema<>("", List.of(), values -> new Nothing());
        }

        @Override
        public Object create(Nothing settings, ProviderContext context) throws StartException {
            return new Object();
        }
    }
}
