package smartproxy.core.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.plugins.PluginJar;

/** Plug-ins in a running daemon. */
class PluginsIT {
    @TempDir
    Path directory;

    private DaemonFixture fixture() {
        new PluginJar()
                .module("third", "new Mount(\"/third\", Role.FOREMAN, new Resource())", """
                        @GET @Path("word") public String word() { return "third"; }
                        @GET @Path("linkage") public String linkage() { throw new NoClassDefFoundError("org/absent/Thing"); }
                        @GET @Path("deep") public String deep() { return deep(); }
                        """)
                .write(directory.resolve("plugins/third.jar"));
        new PluginJar().version("9.0").write(directory.resolve("plugins/old.jar"));
        return DaemonFixture.in(directory)
                .set("plugin_directory", directory.resolve("plugins").toString())
                .module("third", ":enabled: https\n");
    }

    @Test
    void aModuleOfAPluginServesAndItsErrorsAreAnsweredWithAnId() throws Exception {
        try (var proxy = fixture().start();
                var foreman = proxy.https();
                var stranger = proxy.stranger()) {
            assertThat(foreman.get("/third/word").body()).isEqualTo("third");
            assertThat(stranger.get("/third/word").status()).isEqualTo(403);
            for (var path : new String[] {"/third/linkage", "/third/deep"}) {
                var reply = foreman.get(path);
                assertThat(reply.status()).isEqualTo(500);
                assertThat(reply.body()).contains("see the log of the proxy for request ");
            }
            assertThat(foreman.get("/third/word").body()).isEqualTo("third");
            assertThat(proxy.log()).contains("NoClassDefFoundError: org/absent/Thing", "StackOverflowError");
        }
    }

    @Test
    void aBrokenOneShowsEverywhereAndTheRestRuns() throws Exception {
        var why = "it was made for version 9.0 of the API, and this daemon has 1.0";
        try (var proxy = fixture().start();
                var foreman = proxy.https()) {
            assertThat(foreman.get("/features").body()).contains("logs", "third");
            assertThat(foreman.get("/health").body()).contains("\"status\":\"degraded\"", "plug-in: old.jar", why);
            assertThat(foreman.get("/logs/").body()).contains("\"old.jar\":\"" + why);
            assertThat(proxy.log())
                    .contains("[E] " + directory.resolve("plugins/old.jar") + ": plug-in not loaded: " + why)
                    .contains("[I] Plug-in third.jar: modules [third], providers []");
            var out = new ByteArrayOutputStream();
            var status = new CheckCommand(new PrintStream(out, true, StandardCharsets.UTF_8), Optional.empty())
                    .run(proxy.settingsFile());
            assertThat(status).isEqualTo(1);
            assertThat(out.toString(StandardCharsets.UTF_8))
                    .contains("error: ", "old.jar: plug-in not loaded: " + why)
                    .containsPattern("\n1 error, \\d+ warnings?\n$");
        }
    }

    @Test
    void jarsThatChangeAreUsedFromTheNextStartOn() throws Exception {
        try (var proxy = fixture().start();
                var foreman = proxy.https()) {
            Files.delete(directory.resolve("plugins/old.jar"));
            proxy.reload();
            assertThat(proxy.log())
                    .contains("[W] The jars in " + directory.resolve("plugins") + " have changed")
                    .contains("Reloaded ");
            assertThat(foreman.get("/third/word").body()).isEqualTo("third");
        }
    }
}
