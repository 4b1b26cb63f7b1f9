package smartproxy.pulp.content;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.daemon.DaemonFixture;

/**
 * The content API of a whole daemon over two real Pulps: a second one becomes the mirror of six repositories of a first, of three types. The
 * tests go on from one another.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ContentIT {
    private static final String ALL_NEW =
            "[\"create repository\",\"create remote\",\"sync\",\"publish\",\"distribute\"]";
    private static final String ALL_NEW_UNPUBLISHED =
            "[\"create repository\",\"create remote\",\"sync\",\"distribute\"]";

    private final String mark = UUID.randomUUID().toString().substring(0, 8);
    private Path lab;
    private TestPulp primary;
    private TestPulp second;
    private DaemonFixture proxy;
    private ContentClient content;
    private byte[] rpm;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        lab = directory.resolve("pulps");
        primary = TestPulp.start(lab, "primary");
        second = TestPulp.start(lab, "second");
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
        for (var name : List.of("file1", "file2")) {
            fileSource(name);
        }
        rpm = TestRpm.named(name("rpm1"), directory);
        source(name("rpm1"), "rpm", "content/rpm/packages/", rpm);
        source(name("rpm2"), "rpm", "content/rpm/packages/", TestRpm.named(name("rpm2"), directory));
        for (var name : List.of("image1", "image2")) {
            primary.push(
                    name(name), "latest", ("layer of " + name(name)).repeat(50).getBytes(StandardCharsets.UTF_8));
        }
    }

    @AfterAll
    void stop() throws Exception {
        proxy.close();
        TestPulp.stopAll(lab);
    }

    private String name(String what) {
        return what + "-" + mark;
    }

    private static byte[] text(String what) {
        return ("what is in " + what).getBytes(StandardCharsets.UTF_8);
    }

    private void fileSource(String what) throws Exception {
        source(name(what), "file", "content/file/files/", text(name(what)));
    }

    private void source(String name, String type, String where, byte[] unit) throws Exception {
        var at = "/pulps/pulp/repositories/" + name;
        content.done("PUT", at, "{\"type\": \"" + type + "\"}");
        var href = primary.get("repositories/?name=" + name)
                .path("results")
                .get(0)
                .path("pulp_href")
                .asText();
        primary.upload(where, name + "." + type, unit, href);
        content.done("POST", at + "/publish", "");
        content.done("PUT", at + "/distribution", "{\"path\": \"" + name + "\"}");
    }

    private String wanted(String what) {
        var served = primary.content() + "/pulp/content/" + name(what) + "/";
        var upstream = what.startsWith("file")
                ? "\"" + served + "PULP_MANIFEST\""
                : what.startsWith("rpm")
                        ? "\"" + served + "\""
                        : "{\"url\": \"" + primary.api() + "\", \"options\": {\"upstream_name\": \"" + name(what)
                                + "\"}}";
        var type = what.startsWith("image") ? "container" : what.replaceAll("\\d", "");
        return "{\"name\": \"" + name(what) + "\", \"type\": \"" + type + "\", \"upstream\": " + upstream
                + ", \"policy\": \"immediate\", \"path\": \"" + name(what) + "\", \"protect\": false}";
    }

    private String list(String... whats) {
        return "{\"pulp\": \"mirror\", \"repositories\": ["
                + List.of(whats).stream().map(this::wanted).collect(Collectors.joining(", ")) + "]}";
    }

    private String six() {
        return list("file1", "file2", "rpm1", "rpm2", "image1", "image2");
    }

    private static List<String> actions(JsonNode job) {
        var actions = new ArrayList<String>();
        job.path("items")
                .forEach(item -> actions.add(item.path("state").asText() + " " + item.path("actions")
                        + item.path("error").asText("")));
        return actions;
    }

    @Test
    @Order(1)
    void aDryRunSaysWhatItWouldDo() throws Exception {
        var job = content.done("POST", "/mirror", six().replace("\"mirror\",", "\"mirror\", \"dry_run\": true,"));

        assertThat(job.path("state").asText()).as(job.toString()).isEqualTo("completed");
        assertThat(actions(job).subList(0, 6))
                .containsExactly(
                        "completed " + ALL_NEW,
                        "completed " + ALL_NEW,
                        "completed " + ALL_NEW,
                        "completed " + ALL_NEW,
                        "completed " + ALL_NEW_UNPUBLISHED,
                        "completed " + ALL_NEW_UNPUBLISHED);
        assertThat(content.get("/pulps/mirror/repositories/" + name("file1")).status())
                .isEqualTo(404);
    }

    @Test
    @Order(2)
    void sixRepositoriesComeWithAllThatBelongsToThem() throws Exception {
        var job = content.done("POST", "/mirror", six());

        assertThat(job.path("state").asText()).as(job.toString()).isEqualTo("completed");
        assertThat(actions(job).subList(0, 6))
                .containsExactly(
                        "completed " + ALL_NEW,
                        "completed " + ALL_NEW,
                        "completed " + ALL_NEW,
                        "completed " + ALL_NEW,
                        "completed " + ALL_NEW_UNPUBLISHED,
                        "completed " + ALL_NEW_UNPUBLISHED);
    }

    @Test
    @Order(3)
    void theSecondTimeNothingIsChanged() throws Exception {
        var job = content.done("POST", "/mirror", six());

        assertThat(actions(job)).hasSize(6).containsOnly("completed []");
    }

    @Test
    @Order(4)
    void whatIsServedEqualsTheSourceByItsChecksum() throws Exception {
        var file = name("file1") + "/" + name("file1") + ".file";
        assertThat(TestPulp.sha256(second.served(file))).isEqualTo(TestPulp.sha256(text(name("file1"))));
        var packaged = name("rpm1") + "/Packages/r/" + TestRpm.fileName(name("rpm1"));
        try (var wire = proxy.https()) {
            var reply = wire.get("/pulp/mirror/content/" + file);
            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.body().getBytes(StandardCharsets.UTF_8)).isEqualTo(text(name("file1")));
        }
        assertThat(TestPulp.sha256(second.served(packaged))).isEqualTo(TestPulp.sha256(rpm));
    }

    @Test
    @Order(5)
    void oneRepositoryFromItsMakingToItsEnd() throws Exception {
        var name = name("whole");
        var file = text(name);
        source(name, "file", "content/file/files/", file);
        var url = primary.content() + "/pulp/content/" + name + "/PULP_MANIFEST";
        var at = "/pulps/mirror/repositories/" + name;

        assertThat(content.get(at).status()).isEqualTo(404);
        var made = content.done("PUT", at, "{\"type\": \"file\", \"description\": \"a\"}");
        assertThat(made.path("managed").asBoolean()).isTrue();
        assertThat(made.path("labels").path("katello_orphan_cleanup").asText()).isEqualTo("false");
        assertThat(content.done("PUT", at, "{\"type\": \"file\", \"description\": \"b\"}")
                        .path("description")
                        .asText())
                .isEqualTo("b");
        assertThat(content.send("POST", at + "/sync", "").status()).isEqualTo(409);
        content.done("PUT", at + "/upstream", "{\"url\": \"" + url + "\"}");
        var sync = content.done("POST", at + "/sync", "{\"mode\": \"additive\"}");
        assertThat(sync.path("state").asText()).as(sync.toString()).isEqualTo("completed");
        assertThat(sync.path("actions").toString()).isEqualTo("[\"sync\"]");
        assertThat(content.done("POST", at + "/sync", "").path("actions").size())
                .isZero();
        assertThat(content.done("POST", at + "/publish", "").path("actions").toString())
                .isEqualTo("[\"publish\"]");
        content.done("PUT", at + "/distribution", "{\"path\": \"" + name + "\"}");
        assertThat(second.served(name + "/" + name + ".file")).isEqualTo(file);
        assertThat(content.get(at + "/counts")
                        .json()
                        .path("counts")
                        .path("file.file")
                        .asInt())
                .isEqualTo(1);
        assertThat(content.get(at + "/units?type=file.file")
                        .json()
                        .path("items")
                        .get(0)
                        .path("relative_path")
                        .asText())
                .isEqualTo(name + ".file");
        assertThat(content.get(at + "/versions").json().path("total").asInt()).isEqualTo(2);
        assertThat(content.done("POST", at + "/verify", "").path("state").asText())
                .isEqualTo("completed");
        var removal = content.done("DELETE", at, "");
        assertThat(removal.path("actions").toString())
                .isEqualTo("[\"remove distribution\",\"remove remote\",\"remove repository\"]");
        assertThat(content.get(at).status()).isEqualTo(404);
    }

    @Test
    @Order(6)
    void oneBrokenUpstreamDoesNotStopTheOthers() throws Exception {
        var broken = wanted("file3").replace("PULP_MANIFEST", "nothing/PULP_MANIFEST");
        var job = content.done(
                "POST", "/mirror", six().replace("]}", ", " + broken + "]}").replace(wanted("file1") + ", ", ""));

        assertThat(job.path("state").asText()).isEqualTo("failed");
        assertThat(job.path("error").asText()).isEqualTo("1 of 7 repositories failed");
        var actions = actions(job);
        assertThat(actions.subList(0, 5)).containsOnly("completed []");
        assertThat(actions.get(5))
                .startsWith("failed [\"create repository\",\"create remote\"]sync: ")
                .contains("404");
        // it is no longer wanted
        assertThat(actions.get(6))
                .isEqualTo("completed [\"remove distribution\",\"remove remote\",\"remove repository\"]");
        assertThat(content.get("/pulps/mirror/repositories/" + name("file1")).status())
                .isEqualTo(404);
    }

    @Test
    @Order(7)
    void whatSomebodyElseHasMadeIsLeftAsItIs() throws Exception {
        var foreign = name("file4");
        second.post("repositories/file/file/", "{\"name\": \"" + foreign + "\"}");

        var job = content.done("POST", "/mirror", list("file4"));
        var item = job.path("items").get(0);
        assertThat(item.path("state").asText()).isEqualTo("failed");
        assertThat(item.path("actions").size()).isZero();
        assertThat(item.path("error").asText())
                .isEqualTo("Repository '" + foreign
                        + "' has no label smart_proxy_managed: somebody else made it, and it is left as it is");
        var at = "/pulps/mirror/repositories/" + foreign;
        assertThat(content.send("DELETE", at, "").status()).isEqualTo(409);
        assertThat(content.send("PUT", at, "{\"type\": \"file\", \"description\": \"x\"}")
                        .status())
                .isEqualTo(409);
        assertThat(content.get(at).json().path("managed").asBoolean()).isFalse();
        assertThat(content.get("/pulps/mirror/repositories?name=" + name("rpm1"))
                        .json()
                        .path("total")
                        .asInt())
                .isZero();
    }
}
