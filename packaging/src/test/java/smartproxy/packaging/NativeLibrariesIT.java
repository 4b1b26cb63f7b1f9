package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.daemon.FreePorts;

/** Native libraries come from the tree; and what the daemon does where there is none for TLS. */
class NativeLibrariesIT {
    @TempDir
    Path directory;

    private Site site;

    @BeforeEach
    void site() {
        site = Site.in(directory);
    }

    @Test
    void nothingIsUnpackedAtRunTime() throws Exception {
        var temporary = Files.createDirectory(directory.resolve("tmp"));
        site.module("dns", ":enabled: https", ":use_provider: dns_embedded")
                .module("dns_embedded", ":listen: ['127.0.0.1:" + FreePorts.next() + "']", ":zones: [example.com]");
        var environment = Map.of(
                "SMART_PROXY_JAVA_OPTS",
                "-Djava.io.tmpdir=" + temporary,
                "NOTIFY_SOCKET",
                directory.resolve("nobody").toString());
        try (var daemon = site.start(environment)) {
            assertThat(site.foreman()
                            .create("www.example.com", "192.0.2.1", "A")
                            .statusCode())
                    .isEqualTo(200);

            var libraries = House.TREE.toRealPath() + "/lib/native/";
            assertThat(daemon.mappings())
                    .containsPattern(libraries + ".*/libconscrypt_")
                    .containsPattern(libraries + ".*/libsqlitejdbc.so")
                    .containsPattern(libraries + ".*/libjunixsocket.so");
            assertThat(temporary).isEmptyDirectory();
            assertThat(directory.resolve("state/native")).doesNotExist();
        }
    }

    @Test
    void nativeCryptoThatIsNotThereIsAnErrorOnlyWhereItWasAskedFor() throws Exception {
        site.tree(treeWithoutConscrypt());
        try (var daemon = site.start()) {
            assertThat(site.log())
                    .contains("Native crypto is not used: its library does not load", "TLS is done by Java");
            daemon.signal("TERM");
            daemon.exitStatus();
        }

        var refused = site.set("crypto", "native")
                .command("run", "--config", site.settingsFile().toString());

        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.output())
                .contains("crypto: native cannot be used: its library does not load", "set crypto to auto or jdk");
    }

    @Test
    void theQuickCompilerWithTheRuntimesCryptoIsSaidAndShown() {
        site.set("crypto", "jdk");
        try (var daemon = site.start(Map.of("SMART_PROXY_JAVA_OPTS", "-XX:TieredStopAtLevel=1"))) {
            assertThat(daemon.isAlive()).isTrue();
            assertThat(site.log())
                    .contains("[W] TLS is done by Java ", "set SMART_PROXY_JAVA_OPTS=-XX:TieredStopAtLevel=4");
            var health = site.foreman().json("/health");
            assertThat(health.path("status").asText()).isEqualTo("degraded");
            assertThat(health.path("items").path("java: crypto").path("state").asText())
                    .isEqualTo("degraded");
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private Path treeWithoutConscrypt() throws Exception {
        var tree = directory.resolve("tree");
        Command.run(directory, Map.of(), List.of("cp", "-a", House.TREE + "/.", tree.toString()));
        var found = Command.run(
                directory, Map.of(), List.of("find", tree.toString(), "-name", "libconscrypt*", "-print", "-delete"));
        assertThat(found.output()).isNotEmpty();
        return tree;
    }
}
