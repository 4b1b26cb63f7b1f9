package smartproxy.pulp.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.daemon.DaemonFixture;

/** The content API of a whole daemon over two real Pulps. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ContentApiIT {

    private TestPulp primary;
    private TestPulp second;
    private DaemonFixture proxy;
    private ContentClient content;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        primary = TestPulp.at(System.getProperty("lab.primary", "24977:24976"));
        second = TestPulp.at(System.getProperty("lab.second", "25977:25976"));
        Files.writeString(directory.resolve("password"), TestPulp.PASSWORD);
        var login = ":username: admin\n    :password_file: " + directory.resolve("password") + "\n";
        proxy = DaemonFixture.in(directory)
                .module(
                        "pulpcore",
                        ":enabled: https\n:gateway:\n    :enabled: true\n    :api_url: " + primary.api()
                                + "\n    :content_url: " + primary.content() + "\n    " + login
                                + ":pulps:\n  mirror:\n    :api_url: " + second.api() + "\n    :content_url: "
                                + second.content() + "\n    " + login)
                .start();
        content = new ContentClient(proxy);
    }

    @AfterAll
    void stop() {
        proxy.close();
    }

    private static String fresh(String what) {
        return what + "-" + UUID.randomUUID().toString().substring(0, 8);
    }

    /** A file repository of the first Pulp, published and served; through the content API alone. */
    private String source(String name, byte[] file) throws Exception {
        var at = "/pulps/pulp/repositories/" + name;
        content.done("PUT", at, "{\"type\": \"file\"}");
        var href = primary.get("repositories/?name=" + name).path("results").get(0).path("pulp_href").asText();
        primary.upload("content/file/files/", "a", file, href);
        content.done("POST", at + "/publish", "");
        content.done("PUT", at + "/distribution", "{\"path\": \"" + name + "\"}");
        return primary.content() + "/pulp/content/" + name + "/PULP_MANIFEST";
    }

    @Test
    void oneRepositoryFromItsMakingToItsEnd() throws Exception {
        var name = fresh("whole");
        var file = ("what is in " + name).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        var url = source(name, file);
        var at = "/pulps/mirror/repositories/" + name;

        assertThat(content.get(at).status()).isEqualTo(404);
        var made = content.done("PUT", at, "{\"type\": \"file\", \"description\": \"a\"}");
        assertThat(made.path("managed").asBoolean()).isTrue();
        assertThat(made.path("labels").path("katello_orphan_cleanup").asText()).isEqualTo("false");
        assertThat(content.done("PUT", at, "{\"type\": \"file\", \"description\": \"b\"}").path("description").asText())
                .isEqualTo("b");
        assertThat(content.send("POST", at + "/sync", "").status()).isEqualTo(409);
        content.done("PUT", at + "/upstream", "{\"url\": \"" + url + "\"}");
        var sync = content.done("POST", at + "/sync", "{\"mode\": \"additive\"}");
        assertThat(sync.path("state").asText()).as(sync.toString()).isEqualTo("completed");
        assertThat(sync.path("actions").toString()).isEqualTo("[\"sync\"]");
        assertThat(content.done("POST", at + "/sync", "").path("actions").size()).isZero();
        assertThat(content.done("POST", at + "/publish", "").path("actions").toString())
                .isEqualTo("[\"publish\"]");
        content.done("PUT", at + "/distribution", "{\"path\": \"" + name + "\"}");
        assertThat(second.served(name + "/a")).isEqualTo(file);
        assertThat(content.get(at + "/counts").json().path("counts").path("file.file").asInt()).isEqualTo(1);
        assertThat(content.get(at + "/units?type=file.file").json().path("items").get(0).path("relative_path").asText())
                .isEqualTo("a");
        assertThat(content.get(at + "/versions").json().path("total").asInt()).isEqualTo(2);
        assertThat(content.done("POST", at + "/verify", "").path("state").asText()).isEqualTo("completed");
        var removal = content.done("DELETE", at, "");
        assertThat(removal.path("actions").toString())
                .isEqualTo("[\"remove distribution\",\"remove remote\",\"remove repository\"]");
        assertThat(content.get(at).status()).isEqualTo(404);
    }
}
