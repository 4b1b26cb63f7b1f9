package smartproxy.pulp.content;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
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
 * The content API of a whole daemon over two real Pulps: a second one becomes the mirror of four repositories of a first, of three types. The
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
        source(name("file1"), "file", "content/file/files/", text(name("file1")));
        rpm = TestRpm.named(name("rpm1"), directory);
        source(name("rpm1"), "rpm", "content/rpm/packages/", rpm);
        source(name("rpm2"), "rpm", "content/rpm/packages/", TestRpm.named(name("rpm2"), directory));
        primary.push(
                name("image1"),
                "latest",
                ("layer of " + name("image1")).repeat(50).getBytes(StandardCharsets.UTF_8));
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

    private String four() {
        return list("file1", "rpm1", "rpm2", "image1");
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
        var job = content.done("POST", "/mirror", four().replace("\"mirror\",", "\"mirror\", \"dry_run\": true,"));

        assertThat(job.path("state").asText()).as(job.toString()).isEqualTo("completed");
        assertThat(actions(job).subList(0, 4))
                .containsExactly(
                        "completed " + ALL_NEW,
                        "completed " + ALL_NEW,
                        "completed " + ALL_NEW,
                        "completed " + ALL_NEW_UNPUBLISHED);
        assertThat(content.get("/pulps/mirror/repositories/" + name("file1")).status())
                .isEqualTo(404);
    }

    @Test
    @Order(2)
    void repositoriesComeWithAllThatBelongsToThem() throws Exception {
        var job = content.done("POST", "/mirror", four());

        assertThat(job.path("state").asText()).as(job.toString()).isEqualTo("completed");
        assertThat(actions(job).subList(0, 4))
                .containsExactly(
                        "completed " + ALL_NEW,
                        "completed " + ALL_NEW,
                        "completed " + ALL_NEW,
                        "completed " + ALL_NEW_UNPUBLISHED);
    }

    @Test
    @Order(3)
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
    @Order(4)
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
    @Order(5)
    void oneBrokenUpstreamDoesNotStopTheOthers() throws Exception {
        var broken = wanted("file3").replace("PULP_MANIFEST", "nothing/PULP_MANIFEST");
        var job = content.done(
                "POST", "/mirror", four().replace("]}", ", " + broken + "]}").replace(wanted("file1") + ", ", ""));

        assertThat(job.path("state").asText()).isEqualTo("failed");
        assertThat(job.path("error").asText()).isEqualTo("1 of 5 repositories failed");
        var actions = actions(job);
        assertThat(actions.subList(0, 3)).containsOnly("completed []");
        assertThat(actions.get(3))
                .startsWith("failed [\"create repository\",\"create remote\"]sync: ")
                .contains("404");
        // it is no longer wanted
        assertThat(actions.get(4))
                .isEqualTo("completed [\"remove distribution\",\"remove remote\",\"remove repository\"]");
        assertThat(content.get("/pulps/mirror/repositories/" + name("file1")).status())
                .isEqualTo(404);
    }

    @Test
    @Order(6)
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

    /** A file that comes through the daemon in two parts. */
    private String uploaded(byte[] octets) throws Exception {
        var begun = content.done("POST", "/pulps/pulp/uploads", "{\"size\": " + octets.length + "}");
        var at = "/pulps/pulp/uploads/" + begun.path("upload").asText();
        var half = octets.length / 2;
        assertThat(content.put(at + "?offset=0", Arrays.copyOf(octets, half)).status())
                .isEqualTo(200);
        // an answer that was lost: the part is sent again, with what comes after it
        var whole = content.put(at + "?offset=0", octets);
        assertThat(whole.json().path("received").asInt()).as(whole.text()).isEqualTo(octets.length);
        return begun.path("upload").asText();
    }

    private static String file(String upload, byte[] octets, String path) {
        return "{\"upload\": \"" + upload + "\", \"sha256\": \"" + TestPulp.sha256(octets) + "\", \"path\": \"" + path
                + "\"}";
    }

    private JsonNode ended(String method, String path, String body, String actions) throws Exception {
        var job = content.done(method, path, body);
        assertThat(job.path("state").asText()).as(job.toString()).isEqualTo("completed");
        assertThat(job.path("actions").toString()).isEqualTo(actions);
        return job;
    }

    @Test
    @Order(7)
    void packagesAreUploadedCopiedAndRemoved() throws Exception {
        var at = "/pulps/pulp/repositories/" + name("units");
        content.done("PUT", at, "{\"type\": \"rpm\"}");
        var half = content.done("POST", "/pulps/pulp/uploads", "{\"size\": 10}");
        assertThat(content.send(
                                "POST",
                                at + "/units/import",
                                file(half.path("upload").asText(), rpm, "a"))
                        .status())
                .isEqualTo(409);
        content.done("DELETE", "/pulps/pulp/uploads/" + half.path("upload").asText(), "");
        var other = new byte[] {1, 2, 3};
        var wrong = content.done("POST", at + "/units/import", file(uploaded(other), new byte[] {4}, "a.rpm"));
        assertThat(wrong.path("state").asText()).isEqualTo("failed");
        assertThat(wrong.path("error").asText()).contains("keep upload", "sha256");

        // it is in the Pulp already, and not in this repository
        ended("POST", at + "/units/import", file(uploaded(rpm), rpm, "a.rpm"), "[\"import unit\"]");
        ended("POST", at + "/units/import", file(uploaded(rpm), rpm, "a.rpm"), "[]");
        var units = content.get(at + "/units?type=rpm.package&filter[name]=" + name("rpm1"))
                .json();
        assertThat(units.path("total").asInt()).isEqualTo(1);
        var unit = "[" + units.path("items").get(0).path("pulp_href") + "]";
        assertThat(content.get(at + "/units?type=rpm.package&filter[name]=none")
                        .json()
                        .path("total")
                        .asInt())
                .isZero();
        assertThat(content.get(at + "/units?type=rpm.package&filter[limit]=1").status())
                .isEqualTo(400);
        assertThat(content.get(at + "/units?type=rpm.package&filter[nonsense]=1")
                        .text())
                .contains("nonsense");
        assertThat(content.get(at + "/units?type=rpm.package&version=0")
                        .json()
                        .path("total")
                        .asInt())
                .isZero();
        assertThat(content.get(at + "/units?type=rpm.package&version=9").status())
                .isEqualTo(404);

        ended("POST", at + "/publish", "{\"version\": \"1\", \"checksum_type\": \"sha512\"}", "[\"publish\"]");
        content.done("PUT", at + "/distribution", "{\"path\": \"" + name("units") + "\", \"version\": \"1\"}");
        assertThat(new String(primary.served(name("units") + "/repodata/repomd.xml"), StandardCharsets.UTF_8))
                .contains("type=\"sha512\"")
                .doesNotContain("type=\"sha256\"");
        assertThat(content.send("PUT", at + "/distribution", "{\"path\": \"a\", \"version\": \"0\"}")
                        .status())
                .isEqualTo(409);

        var copy = "/pulps/pulp/repositories/" + name("copies");
        content.done("PUT", copy, "{\"type\": \"rpm\"}");
        var from = "{\"from\": \"" + name("units") + "\", ";
        ended(
                "POST",
                copy + "/units/copy",
                from + "\"units\": " + unit + ", \"version\": \"1\", \"base_version\": \"0\", \"dependencies\": true}",
                "[\"copy units\"]");
        ended("POST", copy + "/units/copy", from + "\"all\": true}", "[]");
        assertThat(content.send("POST", copy + "/units/copy", from + "\"all\": true, \"version\": \"9\"}")
                        .status())
                .isEqualTo(404);
        assertThat(content.send("POST", copy + "/units/copy", "{\"from\": \"nobody\", \"all\": true}")
                        .status())
                .isEqualTo(404);
        assertThat(content.send("POST", copy + "/units/copy", "{\"from\": \"" + name("file1") + "\", \"all\": true}")
                        .status())
                .isEqualTo(409);
        ended("POST", copy + "/units/remove", "{\"units\": " + unit + "}", "[\"remove units\"]");
        ended("POST", copy + "/units/remove", "{\"units\": " + unit + "}", "[]");
        var strange = content.done("POST", copy + "/units/remove", "{\"units\": [\"a\"]}");
        assertThat(strange.path("error").asText()).contains("pulp_href");
        ended("DELETE", copy + "/versions/1", "", "[\"remove version\"]");
    }

    @Test
    @Order(8)
    void imagesAreCopiedAndRemoved() throws Exception {
        content.done("POST", "/mirror", list("image1"));
        var at = "/pulps/mirror/repositories/" + name("images");
        content.done("PUT", at, "{\"type\": \"container\"}");
        var tags = content.get("/pulps/mirror/repositories/" + name("image1") + "/units?type=container.tag")
                .json();
        var tag = tags.path("items").get(0).path("pulp_href");

        ended(
                "POST",
                at + "/units/copy",
                "{\"from\": \"" + name("image1") + "\", \"units\": [" + tag + "]}",
                "[\"copy units\"]");
        var counts = content.get(at + "/counts").json().path("counts");
        assertThat(counts.toString())
                .isEqualTo(content.get("/pulps/mirror/repositories/" + name("image1") + "/counts")
                        .json()
                        .path("counts")
                        .toString());
        ended("POST", at + "/units/copy", "{\"from\": \"" + name("image1") + "\", \"all\": true}", "[]");
        ended("POST", at + "/units/remove", "{\"all\": true}", "[\"remove units\"]");
        assertThat(content.get(at + "/counts").json().path("counts").size()).isZero();
    }

    @Test
    @Order(9)
    void protectedContentIsForThoseWhoseCertificateSaysSo() throws Exception {
        var path = name("guarded");
        var at = "/pulps/pulp/repositories/" + name("file1");
        var authority =
                ContentJson.object().put("authority", proxy.pki().ca().pem()).toString();
        assertThat(content.send("PUT", at + "/distribution", "{\"path\": \"" + path + "\", \"protect\": true}")
                        .status())
                .isEqualTo(409);
        assertThat(content.done("PUT", "/pulps/pulp/protection", authority)
                        .path("changed")
                        .asBoolean())
                .isTrue();
        assertThat(content.done("PUT", "/pulps/pulp/protection", authority)
                        .path("changed")
                        .asBoolean())
                .isFalse();
        var point = content.done("PUT", at + "/distribution", "{\"path\": \"" + path + "\", \"protect\": true}");
        assertThat(point.path("protect").asBoolean()).isTrue();

        var file = "/pulp/content/" + path + "/" + name("file1") + ".file";
        try (var right = proxy.https(entitled("/" + path))) {
            var reply = right.get(file);
            assertThat(reply.status()).as(reply.body()).isEqualTo(200);
            assertThat(reply.body().getBytes(StandardCharsets.UTF_8)).isEqualTo(text(name("file1")));
        }
        try (var wrong = proxy.https(entitled("/elsewhere"))) {
            assertThat(wrong.get(file).status()).isEqualTo(403);
        }
        try (var none = proxy.stranger()) {
            assertThat(none.get(file).status()).isEqualTo(403);
        }
        content.done("PUT", at + "/distribution", "{\"path\": \"" + path + "\"}");
        try (var none = proxy.stranger()) {
            assertThat(none.get(file).status()).isEqualTo(200);
        }
    }

    /** A host with the right to read below a path. */
    private SSLContext entitled(String path) {
        return proxy.pki()
                .issue("host.example.com")
                .extension("1.3.6.1.4.1.2312.9.4.1", "all")
                .extension("1.3.6.1.4.1.2312.9.2.1.1.6", path)
                .sign()
                .sslContext(proxy.pki().ca());
    }

    @Test
    @Order(10)
    void thePulpTellsOfItselfAndIsTidied() throws Exception {
        assertThat(content.get("/pulps/pulp/status").json().path("online").asBoolean())
                .isTrue();
        assertThat(content.get("/pulps/pulp/capabilities").text()).contains("\"container\",\"file\",\"rpm\"");
        assertThat(content.get("/pulps/pulp/storage").json().path("free").asLong())
                .isPositive();
        assertThat(content.get("/pulps/pulp/upstreams?type=file").status()).isEqualTo(200);
        var points = content.get("/pulps/pulp/distributions?type=rpm&limit=1").json();
        assertThat(points.path("total").asInt()).isGreaterThan(1);
        assertThat(points.path("items").size()).isEqualTo(1);
        var two = content.get("/pulps/pulp/repositories?type=rpm&name[]=" + name("rpm1") + "&name[]=" + name("rpm2"));
        assertThat(two.json().path("total").asInt()).as(two.text()).isEqualTo(2);
        ended("POST", "/pulps/mirror/orphans", "{\"minimum_age\": 0}", "[\"orphans\"]");
        ended("POST", "/pulps/mirror/reclaim", "{\"repositories\": [\"" + name("image1") + "\"]}", "[\"reclaim\"]");
        var tasks = content.get("/pulps/mirror/tasks?state=completed&limit=2").json();
        assertThat(tasks.path("items").size()).isEqualTo(2);
        var task = tasks.path("items").get(0).path("task").asText();
        assertThat(content.send("DELETE", "/pulps/mirror/tasks/" + task, "")
                        .json()
                        .path("state")
                        .asText())
                .isEqualTo("completed");
        ended("POST", "/pulps/mirror/tasks/purge", "{\"before\": \"" + Instant.now() + "\"}", "[\"purge\"]");
        assertThat(content.get("/pulps/mirror/tasks/" + task).status()).isEqualTo(404);
        var forgotten = content.done("POST", "/jobs/purge", "{\"before\": \"" + Instant.now() + "\"}");
        assertThat(forgotten.path("removed").asInt()).isPositive();
        assertThat(content.get("/jobs").json().path("total").asInt()).isZero();
    }
}
