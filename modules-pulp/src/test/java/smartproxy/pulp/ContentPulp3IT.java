package smartproxy.pulp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import smartproxy.core.daemon.DaemonFixture;
import smartproxy.core.daemon.Wire;
import smartproxy.core.daemon.Wire.Reply;

/** What the content API of a whole daemon asks of a Pulp 3 that answers as it is told: versions, checksums, and tasks nobody works on. */
class ContentPulp3IT {
    private static final String API = "/pulp/api/v3/";
    private static final String REPOSITORY = API + "repositories/rpm/rpm/1/";
    private static final String FILES = API + "repositories/file/file/2/";
    private static final String PUBLICATIONS = API + "publications/rpm/rpm/";
    private static final String TASK = "018f0000-0000-7000-8000-000000000000";
    private static final String WORKER = API + "workers/1/";

    @TempDir
    private Path directory;

    private FakePulp pulp;
    private DaemonFixture proxy;

    @BeforeEach
    void start() throws Exception {
        pulp = FakePulp.start();
        pulp.says(200, "{\"count\": 0, \"results\": []}");
        for (var one : List.of("r1 " + REPOSITORY, "f1 " + FILES)) {
            var name = one.substring(0, 2);
            pulp.saysTo("GET " + API + "repositories/?name=" + name, 200, """
                    {"count": 1, "results": [{"name": "%s", "pulp_href": "%s", "latest_version_href": "%2$sversions/3/",
                     "pulp_labels": {"smart_proxy_managed": "api"}}]}""".formatted(name, one.substring(3)));
        }
        pulp.saysTo("GET " + REPOSITORY + "versions/", 404, "{\"detail\": \"Not found.\"}");
        pulp.saysTo("GET " + REPOSITORY + "versions/2/", 200, "{\"number\": 2}");
        pulp.saysTo("POST ", 202, "{\"task\": \"" + API + "tasks/" + TASK + "/\"}");
        task("completed", WORKER);
        workers(WORKER);
        proxy = pulp.behind(directory, 20);
    }

    @AfterEach
    void stop() {
        proxy.close();
        pulp.close();
        // Pulp answers with 301 to what has no slash at its end
        assertThat(pulp.requests()).allSatisfy(one -> assertThat(one.target()).matches("[^?]+/([?].*)?"));
    }

    private void task(String state, String worker) {
        pulp.saysTo("GET " + API + "tasks/" + TASK, 200, """
                {"pulp_href": "%stasks/%s/", "name": "work", "state": "%s", "worker": %s}""".formatted(
                        API, TASK, state, worker.isEmpty() ? "null" : "\"" + worker + "\""));
    }

    private void workers(String... hrefs) {
        var workers = new StringBuilder();
        for (var href : hrefs) {
            workers.append(workers.isEmpty() ? "" : ",").append("{\"pulp_href\": \"" + href + "\"}");
        }
        pulp.saysTo("GET " + API + "status/", 200, "{\"versions\": [], \"online_workers\": [" + workers + "]}");
    }

    private void published(String checksums) {
        pulp.saysTo("GET " + PUBLICATIONS + "?repository_version=" + REPOSITORY + "versions/2/", 200, """
                {"count": 1, "results": [{"pulp_href": "%s7/", "checksum_type": "%s"}]}""".formatted(
                        PUBLICATIONS, checksums));
    }

    private Reply send(String method, String path, String body) throws IOException {
        try (var client = proxy.https()) {
            var length = "Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length;
            client.send(Wire.head(method, "/content" + path, length, "Prefer: wait=15") + "\r\n" + body);
            return client.read();
        }
    }

    private Reply publish(String name, String body) throws IOException {
        return send("POST", "/pulps/pulp/repositories/" + name + "/publish", body);
    }

    private List<String> sent(String method, String path) {
        return pulp.requests().stream()
                .filter(one -> one.method().equals(method) && one.target().startsWith(path))
                .map(one -> new String(one.body(), StandardCharsets.UTF_8))
                .toList();
    }

    @Test
    void anOlderVersionIsPublishedWithTheChecksumsThatAreAskedFor() throws Exception {
        var job = publish("r1", "{\"version\": \"2\", \"checksum_type\": \"sha512\"}");

        assertThat(job.body()).contains("\"state\":\"completed\",\"actions\":[\"publish\"]");
        assertThat(sent("POST", PUBLICATIONS))
                .containsExactly(
                        "{\"checksum_type\":\"sha512\",\"repository_version\":\"" + REPOSITORY + "versions/2/\"}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
                    {"version": "2"}; 0
                    {"version": "2", "checksum_type": "sha256"}; 0
                    {"version": "2", "checksum_type": "sha512"}; 1
                    {"version": "3"}; 1
                    {}; 1
                    """)
    void whatIsPublishedSoIsNotPublishedAgain(String body, int times) throws Exception {
        pulp.saysTo("GET " + REPOSITORY + "versions/3/", 200, "{\"number\": 3}");
        published("sha256");

        var job = publish("r1", body);

        assertThat(job.body()).contains("\"state\":\"completed\"", times == 0 ? "\"actions\":[]" : "[\"publish\"]");
        assertThat(sent("POST", PUBLICATIONS)).hasSize(times);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
                    r1; {"version": "9"}; 404; Repository 'r1' has no version 9
                    r1; {"version": "x"}; 400; A version is a number, not 'x'
                    r1; {"version": 2}; 400; Key 'version' is expected to be a text of at most
                    r1; {"checksum_type": "crc"}; 400; Key 'checksum_type' is expected to be one of sha1, sha224,
                    r1; {"checksum": "sha256"}; 400; Unknown key 'checksum'; known are checksum_type, version
                    f1; {"checksum_type": "sha256"}; 400; Key 'checksum_type' is for rpm alone, and 'f1' is of type file
                    """)
    void whatCannotBePublishedIsSaidAtOnce(String name, String body, int status, String sentence) throws Exception {
        var reply = publish(name, body);

        assertThat(reply.status()).as(reply.body()).isEqualTo(status);
        assertThat(reply.body()).startsWith(sentence);
        assertThat(sent("POST", API)).isEmpty();
    }

    @Test
    void checksumsThatPulpDoesNotAllowAreToldInItsWords() throws Exception {
        pulp.saysTo("POST " + PUBLICATIONS, 400, "{\"checksum_type\": [\"sha1 is not allowed\"]}");

        assertThat(publish("r1", "{\"checksum_type\": \"sha1\"}").body())
                .contains("\"state\":\"failed\"", "publish: checksum_type: sha1 is not allowed");
    }

    @Test
    void anOlderVersionIsServedOnceItIsPublished() throws Exception {
        var at = "/pulps/pulp/repositories/r1/distribution";
        var wanted = "{\"path\": \"a\", \"version\": \"2\"}";

        var early = send("PUT", at, wanted);
        assertThat(early.status()).isEqualTo(409);
        assertThat(early.body()).startsWith("Version 2 of repository 'r1' is not published: POST …/publish");
        assertThat(send("PUT", at, wanted.replace("2", "9")).status()).isEqualTo(404);
        assertThat(sent("POST", API)).isEmpty();

        published("sha256");
        var unused = send("PUT", at, wanted);
        assertThat(sent("POST", API + "distributions/"))
                .singleElement()
                .satisfies(body -> assertThat(body).contains("\"publication\":\"" + PUBLICATIONS + "7/\""));
    }

    @Test
    void aTaskWhoseWorkerIsMissingSaysSo() throws Exception {
        task("running", API + "workers/2/");

        var path = "/pulps/pulp/tasks/" + TASK;
        assertThat(send("GET", path, "").body())
                .contains("\"state\":\"running\"", "\"trouble\":\"the worker of its task is missing\"");
        workers(WORKER, API + "workers/2/");
        assertThat(send("GET", path, "").body()).contains("\"state\":\"running\"", "\"trouble\":null");
    }

    @Test
    void aCancelledTaskWithoutAWorkerIsToldAtOnceAndNotWaitedFor() throws Exception {
        task("waiting", "");
        pulp.saysTo("PATCH " + API + "tasks/" + TASK, 200, "{}");
        workers();

        var path = "/pulps/pulp/tasks/" + TASK;
        assertThat(send("GET", path, "").body())
                .contains("\"state\":\"waiting\"", "\"trouble\":\"no worker of Pulp is online\"");
        task("canceling", "");
        assertThat(send("DELETE", path, "").body())
                .contains("\"state\":\"running\"", "\"trouble\":\"no worker of Pulp is online\"");
        assertThat(sent("PATCH", API + "tasks/" + TASK)).containsExactly("{\"state\":\"canceled\"}");
        task("canceled", "");
        assertThat(send("DELETE", path, "").body()).contains("\"state\":\"canceled\"", "\"trouble\":null");
        assertThat(sent("PATCH", API + "tasks/" + TASK)).hasSize(1);
    }

    @Test
    @Tag("long")
    void aChangeThatNobodyWorksOnIsASentence() throws Exception {
        task("waiting", "");
        workers();
        published("sha256");

        var reply = send("PUT", "/pulps/pulp/repositories/r1/distribution", "{\"path\": \"a\"}");
        assertThat(reply.status()).isEqualTo(502);
        assertThat(reply.body())
                .startsWith("Pulp 'pulp': distribute: given up after ")
                .endsWith(" s: no worker of Pulp is online");
    }

    /** A remote or distribution of r1. */
    private void has(String what, String labels) {
        pulp.saysTo("GET " + API + what + "/rpm/rpm/?name=r1", 200, """
                {"count": 1, "results": [{"pulp_href": "%s%s/rpm/rpm/5/", "url": "https://up.example.com/", "base_path": "a",
                 "pulp_labels": %s}]}""".formatted(API, what, labels));
    }

    @ParameterizedTest
    @CsvSource({"upstream, remotes", "distribution, distributions"})
    void whatOfARepositoryIsOursIsRemovedAlone(String what, String where) throws Exception {
        var at = "/pulps/pulp/repositories/r1/" + what;
        assertThat(send("DELETE", at, "").body()).isEqualTo("{\"changed\":false}");
        has(where, "{}");
        var foreign = send("DELETE", at, "");
        assertThat(foreign.status()).isEqualTo(409);
        assertThat(foreign.body())
                .startsWith(
                        "The " + what + " of repository 'r1' has no label smart_proxy_managed: somebody else made it");
        assertThat(sent("DELETE", API)).isEmpty();

        has(where, "{\"smart_proxy_managed\": \"api\"}");
        pulp.saysTo("DELETE " + API + where, 202, "{\"task\": \"" + API + "tasks/" + TASK + "/\"}");
        assertThat(send("DELETE", at, "").body()).isEqualTo("{\"changed\":true}");
        assertThat(sent("DELETE", API + where + "/rpm/rpm/5/")).hasSize(1);
    }

    @Test
    void aRepositoryStaysOfItsType() throws Exception {
        var reply = send("PUT", "/pulps/pulp/repositories/r1", "{\"type\": \"file\"}");

        assertThat(reply.status()).isEqualTo(409);
        assertThat(reply.body()).startsWith("Repository 'r1' is of type rpm and cannot become one of type file");
        assertThat(sent("PATCH", API)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
                    {}; {"sync_policy":"mirror_content_only"}
                    {"mode": "mirror_complete"}; {"sync_policy":"mirror_complete"}
                    {"mode": "additive", "optimize": false, "skip": ["srpm"]}; {"sync_policy":"additive","skip_types":["srpm"],"optimize":false}
                    """)
    void aSyncIsAsItIsAskedFor(String body, String told) throws Exception {
        has("remotes", "{}");

        assertThat(send("POST", "/pulps/pulp/repositories/r1/sync", body).body())
                .contains("\"state\":\"completed\"");
        assertThat(sent("POST", REPOSITORY + "sync/"))
                .singleElement()
                .asString()
                .contains(told.substring(1, told.length() - 1))
                .matches(one -> one.contains("optimize") == told.contains("optimize"));
    }

    @Test
    void dependenciesThatPulpDoesNotKnowAreRefused() throws Exception {
        var copy = "{\"from\": \"f1\", \"all\": true, \"dependencies\": true}";

        assertThat(send("POST", "/pulps/pulp/repositories/f1/units/copy", copy).body())
                .contains("\"state\":\"failed\"", "Units of type file have no dependencies that Pulp knows");
        assertThat(sent("POST", API)).isEmpty();
    }

    @Test
    void moreUnitsThanCanBeCopiedAtOnceAreRefused() throws Exception {
        pulp.saysTo("GET " + API + "content/?repository_version", 200, "{\"count\": 10001, \"results\": []}");

        assertThat(send("POST", "/pulps/pulp/repositories/f1/units/copy", "{\"from\": \"f1\", \"all\": true}")
                        .body())
                .contains("\"state\":\"failed\"", "There are 10001 units, more than the 10000 that can be copied");
        assertThat(sent("POST", API)).isEmpty();
    }

    @Test
    void ofNothingNothingIsCopied() throws Exception {
        assertThat(send("POST", "/pulps/pulp/repositories/f1/units/copy", "{\"from\": \"f1\", \"all\": true}")
                        .body())
                .contains("\"state\":\"completed\"", "\"actions\":[]");
        assertThat(sent("POST", API)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    container/container | Repositories of type container take no files; push images to the registry
                    rpm/rpm | A unit of type rpm does not know the option arch; known are none
                    deb/apt | A unit of type deb does not know the option arch; known are component, distribution
                    """)
    void aFileThatARepositoryCannotTakeIsRefused(String type, String sentence) throws Exception {
        pulp.saysTo("GET " + API + "repositories/?name=x1", 200, """
                {"count": 1, "results": [{"name": "x1", "pulp_href": "%srepositories/%s/1/", "pulp_labels": {"smart_proxy_managed": "api"}}]}""".formatted(API, type));
        pulp.saysTo("GET " + API + "uploads/", 200, "{\"size\": 1, \"chunks\": [{\"offset\": 0, \"size\": 1}]}");
        pulp.saysTo("GET " + API + "artifacts/", 200, "{\"results\": []}");
        var file = "{\"upload\": \"" + TASK + "\", \"sha256\": \"" + "ab".repeat(32)
                + "\", \"path\": \"a\", \"options\": {\"arch\": \"x\"}}";

        var reply = send("POST", "/pulps/pulp/repositories/x1/units/import", file);
        assertThat(reply.status()).as(reply.body()).isEqualTo(400);
        assertThat(reply.body()).isEqualTo(sentence);
        assertThat(sent("POST", API)).as("its upload is not made a file").isEmpty();
        assertThat(send("GET", "/jobs", "").body()).contains("\"total\":0");
    }

    @Test
    void aTaskThatEndsWhileItIsCancelledIsToldAsItIs() throws Exception {
        task("running", WORKER);
        pulp.saysTo("PATCH " + API + "tasks/" + TASK, 409, "{\"detail\": \"it has ended\"}");

        var reply = send("DELETE", "/pulps/pulp/tasks/" + TASK, "");
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        assertThat(sent("PATCH", API + "tasks/" + TASK)).hasSize(1);
        pulp.saysTo("PATCH " + API + "tasks/" + TASK, 400, "{\"state\": [\"no\"]}");
        assertThat(send("DELETE", "/pulps/pulp/tasks/" + TASK, "").body()).endsWith("state: no");
    }

    @Test
    void anotherAuthorityTakesThePlaceOfTheFirst() throws Exception {
        var guards = API + "contentguards/certguard/rhsm/";
        pulp.saysTo("GET " + guards, 200, """
                {"results": [{"pulp_href": "%s3/", "ca_certificate": "-----BEGIN CERTIFICATE-----\\nold\\n"}]}""".formatted(guards));
        pulp.saysTo("PATCH " + guards + "3/", 200, "{}");
        var authority = "{\"authority\": \"-----BEGIN CERTIFICATE-----\\n%s\\n\"}";

        assertThat(send("PUT", "/pulps/pulp/protection", authority.formatted("old"))
                        .body())
                .isEqualTo("{\"changed\":false}");
        assertThat(send("PUT", "/pulps/pulp/protection", authority.formatted("new"))
                        .body())
                .isEqualTo("{\"changed\":true}");
        assertThat(sent("PATCH", guards)).containsExactly("{\"ca_certificate\":\"-----BEGIN CERTIFICATE-----\\nnew\"}");
    }

    @ParameterizedTest
    @CsvSource({"200", "500"})
    void aChangeThatAPageAnswersMayBeMade(int status) throws Exception {
        pulp.saysTo("POST " + API + "remotes/rpm/rpm/", status, "<html>");

        var reply = send("PUT", "/pulps/pulp/repositories/r1/upstream", "{\"url\": \"https://up.example.com/\"}");
        assertThat(reply.status()).as(reply.body()).isEqualTo(502);
        assertThat(reply.body())
                .startsWith("Pulp 'pulp': set remote: status " + status)
                .endsWith("; whether the change was made is unknown");
    }

    @Test
    void theUpstreamOfSomebodyElseIsShownWhateverItIsButForItsLogin() throws Exception {
        pulp.saysTo("GET " + API + "remotes/rpm/rpm/", 200, """
                {"count": 1, "results": [{"name": "r1", "url": "https://joe:pa55@up.example.com/a b/", "proxy_url": "http://joe:pa55@[::1]:3128"}]}""");

        var reply = send("GET", "/pulps/pulp/repositories/r1/upstream", "");
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        assertThat(reply.body())
                .contains(
                        "\"url\":\"https://up.example.com/a%20b/\"",
                        "\"user\":\"\",\"password\":\"\"",
                        "{\"url\":\"http://[::1]:3128\",\"user\":\"\",\"password\":\"\"}")
                .doesNotContain("pa55");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, '', repositories/, find repository",
        "GET, /counts, repositories/rpm/rpm/1/, read versions",
        "DELETE, /upstream, remotes/, remove remote"
    })
    void a404OfAnotherServerIsNoAbsence(String method, String below, String at, String operation) throws Exception {
        has("remotes", "{\"smart_proxy_managed\": \"api\"}");
        pulp.saysTo(method + " " + API + at, 404, "<html>no such page");

        var reply = send(method, "/pulps/pulp/repositories/r1" + below, "");
        assertThat(reply.status()).as(reply.body()).isEqualTo(502);
        assertThat(reply.body())
                .startsWith("Pulp 'pulp': " + operation + ": status 404 and a page in place of JSON; nothing was done");
    }

    @Test
    void whatIsAcceptedWithoutATaskIsNotDone() throws Exception {
        pulp.saysTo("POST " + API + "remotes/rpm/rpm/", 202, "{\"task_group\": \"" + API + "task-groups/1/\"}");

        var reply = send("PUT", "/pulps/pulp/repositories/r1/upstream", "{\"url\": \"https://up.example.com/\"}");
        assertThat(reply.status()).as(reply.body()).isEqualTo(502);
        assertThat(reply.body())
                .isEqualTo("Pulp 'pulp': set remote: status 202 and no task; whether the change was made is unknown");
    }

    @Test
    void aListOfATypeThatThisPulpLacksIsRefused() throws Exception {
        pulp.saysTo("GET " + API + "repositories/deb/", 404, "<h1>Not Found</h1>");

        var reply = send("GET", "/pulps/pulp/repositories?type=deb", "");
        assertThat(reply.status()).as(reply.body()).isEqualTo(400);
        assertThat(reply.body()).isEqualTo("This Pulp does not know repositories of type deb");
    }

    @Test
    void certificatesOfManyUpstreamsAreRead() throws Exception {
        var certificate = "-----BEGIN CERTIFICATE-----\\n" + "a".repeat(40_000);
        var remotes = String.join(",", Collections.nCopies(100, """
                {"name": "r1", "url": "https://up.example.com/", "client_cert": "%s"}""".formatted(certificate)));
        pulp.saysTo("GET " + API + "remotes/rpm/rpm/", 200, "{\"count\": 100, \"results\": [" + remotes + "]}");

        var reply = send("GET", "/pulps/pulp/upstreams?type=rpm", "");
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        assertThat(reply.body()).startsWith("{\"total\":100,").hasSizeGreaterThan(4_000_000);
    }

    @Test
    void theLargestFileInItsPartsIsWhole() throws Exception {
        var size = 16L << 30;
        var parts = new StringBuilder();
        for (long at = 0; at < size; at += 4 << 20) {
            for (var part = 0; part < 5; part++) {
                var length = part < 4 ? 960 << 10 : 256 << 10;
                parts.append(parts.isEmpty() ? "" : ",")
                        .append("{\"offset\":" + (at + part * (960L << 10)) + ",\"size\":" + length + "}");
            }
        }
        pulp.saysTo("GET " + API + "uploads/", 200, "{\"size\": " + size + ", \"chunks\": [" + parts + "]}");

        assertThat(send("GET", "/pulps/pulp/uploads/" + TASK, "").body())
                .contains("\"size\":17179869184,\"received\":17179869184");
    }

    @Test
    void aNameWithACommaIsNoTwoNames() throws Exception {
        pulp.saysTo(
                "GET " + API + "repositories/?ordering=name&offset=0&limit=100&name=a,b", 200, """
                {"count": 1, "results": [{"name": "a,b", "pulp_href": "%s"}]}""".formatted(FILES));

        assertThat(send("GET", "/pulps/pulp/repositories?name=a,b", "").body()).contains("\"name\":\"a,b\"");
        var several = send("GET", "/pulps/pulp/repositories?name[]=a,b&name[]=c", "");
        assertThat(several.status()).isEqualTo(400);
        assertThat(several.body()).isEqualTo("A name with a comma can be asked for alone, not among others");
    }

    @Test
    void aTypeThatThisPulpLacksIsNotMade() throws Exception {
        var reply = send("PUT", "/pulps/pulp/repositories/new", "{\"type\": \"deb\"}");

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.body()).startsWith("This Pulp does not know repositories of type deb");
        assertThat(sent("POST", API)).isEmpty();
    }
}
