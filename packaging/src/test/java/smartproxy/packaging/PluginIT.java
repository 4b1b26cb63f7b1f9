package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.plugins.PluginJar;
import smartproxy.dns.RecordType;

/**
 * Follows docs/writing-a-provider.md step by step: builds the example, runs the contract kit over a real PowerDNS, installs the
 * plug-in into a tree of its own, and has a daemon use it, alone and beside broken ones.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PluginIT {
    private static final int MAVEN_SECONDS = 300;
    private static final String PROVIDER = "dns_powerdns_example";

    private final Path directory;
    private final Path tree;
    private final LabPdns pdns;
    private final Site site;

    PluginIT(@TempDir Path directory) throws Exception {
        this.directory = directory;
        tree = directory.resolve("smart-proxy");
        pdns = LabPdns.start(directory.resolve("pdns"));
        site = Site.in(directory.resolve("site")).from(tree);
    }

    @BeforeAll
    void copyTreeAndExample() throws Exception {
        Files.createDirectories(directory.resolve("examples"));
        run("cp -r '" + House.TREE + "' '" + tree + "'");
        run("cp -r '" + ExampleTest.EXAMPLE + "' '" + directory.resolve("examples") + "'");
        run("rm -rf '" + directory.resolve("examples/dns-powerdns/target") + "'");
        prepareMaven(directory.resolve("examples/dns-powerdns"));
    }

    /** The child takes what this build took and needs no network; what it stores stays out of the user's repository. */
    private void prepareMaven(Path project) throws IOException, InterruptedException {
        var ours = Path.of(Objects.requireNonNull(System.getProperty("maven.repository")));
        var own = House.ROOT.resolve("packaging/target/example-repository");
        run("rm -rf '" + own.resolve("smartproxy") + "'");
        var settings = Files.writeString(directory.resolve("settings.xml"), """
                <settings>
                  <mirrors>
                    <mirror>
                      <id>main-build</id>
                      <mirrorOf>*,!smart-proxy</mirrorOf>
                      <url>%s</url>
                    </mirror>
                  </mirrors>
                </settings>
                """.formatted(ours.toUri()));
        Files.createDirectories(project.resolve(".mvn"));
        Files.writeString(
                project.resolve(".mvn/maven.config"),
                String.join(
                        "\n",
                        "--settings=" + settings,
                        "-Dmaven.repo.local=" + own,
                        "-Dsmart-proxy.repository="
                                + House.ROOT
                                        .resolve("packaging/target/repository")
                                        .toUri()));
    }

    @AfterAll
    void stop() throws Exception {
        pdns.close();
    }

    private void run(String script) throws IOException, InterruptedException {
        var environment = new HashMap<String, String>();
        environment.put("PATH", directory.resolve("stubs") + ":" + tree.resolve("bin") + ":" + System.getenv("PATH"));
        for (var name : List.of("JAVA_HOME", "HOME")) {
            if (System.getenv(name) != null) {
                environment.put(name, System.getenv(name));
            }
        }
        environment.put("SMART_PROXY_DEFAULTS", directory.resolve("absent").toString());
        var told = Command.run(directory, environment, List.of("sh", "-euc", script), MAVEN_SECONDS);
        assertThat(told.status()).as("%s", told.output()).isZero();
    }

    /** The page with the places and secrets of this test. */
    private String here(String text) {
        return text.replace("http://127.0.0.1:8081", pdns.api())
                .replace("POWERDNS_KEY=word", "POWERDNS_KEY=" + pdns.key())
                .replace("'word'", "'" + pdns.key() + "'")
                .replace("5300", Integer.toString(pdns.port()))
                .replace("/usr/share/foreman-proxy", tree.toString())
                .replace("/etc/foreman-proxy", site.directory().resolve("etc").toString());
    }

    private String yaml(String content) throws IOException {
        return Documents.blocks(ExampleTest.PAGE, "yaml").stream()
                .map(Documents.Block::text)
                .filter(text -> text.contains(content))
                .findFirst()
                .orElseThrow();
    }

    @Test
    @Order(1)
    void withoutTheJarTheSettingsAreWrong() throws Exception {
        site.write(site.settingsDirectory().resolve("dns.yml"), yaml(":use_provider:"));
        var told = site.command("check", "--config", site.settingsFile().toString());
        assertThat(told.status()).isEqualTo(1);
        assertThat(told.output()).contains("following providers are not available: " + PROVIDER);
    }

    @Test
    @Order(2)
    void thePageIsFollowed() throws Exception {
        var stubs = Files.createDirectories(directory.resolve("stubs"));
        for (var command : List.of("chown", "systemctl")) { // user and service of an installed package
            run("printf '#!/bin/sh\\n' >'" + stubs.resolve(command) + "'; chmod +x '" + stubs.resolve(command) + "'");
        }
        site.write(site.settingsDirectory().resolve(PROVIDER + ".yml"), here(yaml(":powerdns_url:")));
        var steps = Documents.blocks(ExampleTest.PAGE, "sh").stream()
                .map(Documents.Block::text)
                .collect(Collectors.joining());
        assertThat(steps).contains("mvn -B -ntp verify", "cp -r", "smart-proxy check");

        run(here(steps));

        var kit = directory.resolve("examples/dns-powerdns/target/failsafe-reports/failsafe-summary.xml");
        var sums = House.xml(kit);
        assertThat(Integer.parseInt(House.text(sums, "completed"))).isGreaterThan(40);
        assertThat(House.text(sums, "skipped")).isEqualTo("0");
        try (var daemon = site.start()) {
            assertThat(site.log()).contains("Plug-in " + PROVIDER + ": modules [], providers [" + PROVIDER + "]");
            useIt("www");
        }
    }

    private void useIt(String host) {
        var foreman = site.foreman();
        var name = host + ".example.com";
        assertThat(foreman.create(name, "192.0.2.10", "A").statusCode()).isEqualTo(200);
        assertThat(pdns.read(name, RecordType.A)).containsExactly("192.0.2.10");
        assertThat(foreman.create(name, "192.0.2.10", "A").statusCode()).isEqualTo(200);
        assertThat(foreman.create(name, "192.0.2.11", "A").statusCode()).isEqualTo(409);
        assertThat(foreman.create("www.example.org", "192.0.2.10", "A").body())
                .contains(PROVIDER + ": PowerDNS at " + pdns.api() + " serves no zone for www.example.org");
        assertThat(foreman.delete("/dns/" + name + "/A").statusCode()).isEqualTo(200);
        assertThat(pdns.read(name, RecordType.A)).isEmpty();
    }

    @Test
    @Order(3)
    void brokenJarsBesideItAreNamedAndChangeNothing() throws Exception {
        var plugins = tree.resolve("plugins");
        Files.writeString(plugins.resolve("torn.jar"), "PK no more");
        new PluginJar().provider("dns_late", "dns", "\"\"").version("2.0").write(plugins.resolve("late.jar"));
        new PluginJar().provider("dns_nsupdate", "dns", "\"\"").write(plugins.resolve("thief.jar"));
        var reasons = Map.of(
                "torn.jar", "cannot be read as a jar",
                "late.jar", "it was made for version 2.0 of the API",
                "thief.jar", "its provider dns_nsupdate is not used, for the daemon has one of that name");

        try (var daemon = site.start()) {
            useIt("beside");
            var failed = site.foreman().json("/logs/").path("info").path("failed_modules");
            var health = site.foreman().json("/health");
            reasons.forEach((jar, reason) -> {
                assertThat(failed.path(jar).asText()).contains(reason);
                assertThat(health.path("items")
                                .path("plug-in: " + jar)
                                .path("detail")
                                .asText())
                        .contains(reason);
            });
            assertThat(failed.size()).isEqualTo(reasons.size());
        }
    }

    @Test
    @Order(4)
    void aTwinFailsTheModuleAlone() throws Exception {
        run("cp -r '" + tree.resolve("plugins").resolve(PROVIDER) + "' '" + tree.resolve("plugins/twin") + "'");

        try (var daemon = site.start()) {
            var features = site.foreman().json("/v2/features");
            assertThat(features.path("dns").path("state").asText()).isEqualTo("failed");
            assertThat(features.path("logs").path("state").asText()).isEqualTo("running");
            assertThat(site.foreman()
                            .json("/health")
                            .path("modules")
                            .path("dns")
                            .path("last_error")
                            .asText())
                    .endsWith("the plug-ins " + PROVIDER + ", twin all have a provider " + PROVIDER
                            + "; leave one of them");
        }
    }
}
