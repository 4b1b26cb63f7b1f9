package smartproxy.pulp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.daemon.DaemonFixture;
import smartproxy.core.daemon.Wire;
import smartproxy.core.daemon.Wire.Reply;

/** The content API of a whole daemon over a Pulp that fails, and for callers who ask for nonsense. */
class ContentFailuresIT {
    private static final String REPOSITORIES = "/content/pulps/pulp/repositories";

    private static final Duration WATCHDOG = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    private FakePulp pulp;
    private DaemonFixture proxy;

    @BeforeEach
    void start() throws Exception {
        pulp = FakePulp.start();
        proxy = pulp.behind(directory, 4);
    }

    @AfterEach
    void stop() {
        proxy.close();
        pulp.close();
    }

    private Reply send(String method, String path, String body, String... headers) throws IOException {
        try (var client = proxy.https()) {
            if (method.equals("GET")) {
                return client.get(path, headers);
            }
            var all = new java.util.ArrayList<>(java.util.List.of(headers));
            all.add("Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length);
            client.send(Wire.head(method, path, all.toArray(String[]::new)) + "\r\n" + body);
            return client.read();
        }
    }

    @Test
    void itLogsInAndTellsWhatPulpSays() throws Exception {
        var reply = send("GET", "/content/pulps/pulp/status", "");

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body())
                .isEqualTo("{\"online\":false,\"workers\":0,\"content_apps\":0,\"database\":null,\"broker\":null,"
                        + "\"versions\":{\"core\":\"3.49.1\",\"rpm\":\"3.26.0\"}}");
        assertThat(pulp.last().headers().getFirst("Authorization")).isEqualTo("Basic YWRtaW46c2VzYW1l");
        assertThat(send("GET", "/content/pulps/pulp/capabilities", "").body()).isEqualTo("{\"types\":[\"rpm\"]}");
    }

    @Test
    void aDatabaseThatIsAwayIsASentence() throws Exception {
        pulp.says(500, "<!doctype html><html><body>Server Error (500)</body></html>");

        var reply = send("GET", REPOSITORIES, "");
        assertThat(reply.status()).isEqualTo(502);
        assertThat(reply.body())
                .isEqualTo("Pulp 'pulp': list repositories: status 500 and a page in place of JSON:"
                        + " its database may be away, see the log of Pulp");
    }

    @ParameterizedTest
    @CsvSource({"GET, /repositories, list repositories", "POST, /uploads, begin upload"})
    void aRedirectIsNotFollowedAndSaysWhere(String method, String path, String operation) throws Exception {
        pulp.saysToo("Location", "https://elsewhere.example.com/");
        pulp.says(301, "");

        var reply = send(method, "/content/pulps/pulp" + path, "{\"size\": 1}");
        assertThat(reply.status()).isEqualTo(502);
        assertThat(reply.body())
                .isEqualTo("Pulp 'pulp': " + operation + ": status 301, it is somewhere else:"
                        + " https://elsewhere.example.com/; nothing was done: check api_url of this Pulp");
    }

    @ParameterizedTest
    @CsvSource({
        "401, 502, does not accept the daemon's login",
        "403, 502, does not accept the daemon's login",
        "503, 503, status 503",
        "504, 504, status 504",
        "400, 400, name: too long"
    })
    void whatPulpRefusesIsTold(int status, int ours, String words) throws Exception {
        pulp.says(status, "{\"name\": [\"too long\"]}");

        var reply = send("GET", REPOSITORIES, "");
        assertThat(reply.status()).isEqualTo(ours);
        assertThat(reply.body()).startsWith("Pulp 'pulp': list repositories: ").contains(words);
    }

    @Test
    void aPulpThatIsGoneIs503() throws Exception {
        pulp.close();

        var reply = send("GET", REPOSITORIES, "");
        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.body()).contains("content pulp", "list repositories");
    }

    @Test
    void nonsenseInPlaceOfJsonIsTold() throws Exception {
        pulp.says(200, "hello");

        var reply = send("GET", REPOSITORIES, "");
        assertThat(reply.status()).isEqualTo(502);
        assertThat(reply.body()).contains("something that is no JSON: hello");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"repositories\": [",
                "[]",
                "{}",
                "{\"repositories\": {}}",
                "{\"repositories\": [], \"more\": 1}",
                "{\"repositories\": [1]}",
                "{\"repositories\": [], \"repositories\": []}",
                "{\"repositories\": [{\"name\": \"a\", \"type\": \"cobol\", \"upstream\": \"https://h/\", \"path\": \"a\"}]}",
                "{\"repositories\": [{\"name\": \"a\", \"type\": \"rpm\", \"upstream\": \"ftp://h/\", \"path\": \"a\"}]}",
                "{\"repositories\": [{\"name\": \"a/b\", \"type\": \"rpm\", \"upstream\": \"https://h/\", \"path\": \"a\"}]}",
                "{\"repositories\": [{\"name\": \"a\", \"type\": \"rpm\", \"upstream\": \"https://h/\", \"path\": \"../a\"}]}",
                "{\"repositories\": [{\"name\": \"a\", \"type\": \"rpm\", \"upstream\": \"https://h/\", \"path\": \"a\", \"protect\": 1}]}"
            })
    void aWrongBodyIs400AndBeginsNothing(String body) throws Exception {
        var reply = send("POST", "/content/mirror", body);

        assertThat(reply.status()).as(reply.body()).isEqualTo(400);
        assertThat(send("GET", "/content/jobs", "").body()).isEqualTo("{\"total\":0,\"items\":[]}");
    }

    @ParameterizedTest
    @CsvSource({"-999999999-01-01", "+999999999-01-01", "1969-12-31", "+10000-01-01"})
    void aTimeThatNobodyMeansIs400(String day) throws Exception {
        for (var path : new String[] {"/content/jobs/purge", "/content/pulps/pulp/tasks/purge"}) {
            var reply = send("POST", path, "{\"before\": \"" + day + "T00:00:00Z\"}");
            assertThat(reply.status()).as(path).isEqualTo(400);
            assertThat(reply.body()).contains("from 1970 to 9999");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/pulps/other/status", "/jobs/none", "/pulps/pulp/tasks/.x", "/nothing"})
    void whatIsNotThereIs404(String path) throws Exception {
        assertThat(send("GET", "/content" + path, "").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"?limit=0", "?limit=101", "?offset=-1", "?limit=x", "?type=cobol"})
    void aWrongParameterIs400(String query) throws Exception {
        assertThat(send("GET", REPOSITORIES + query, "").status()).isEqualTo(400);
    }

    @Test
    void whatAProviderHasNotDeclaredIs400AndThePulpIsNotAsked() throws Exception {
        for (var line : """
                GET storage: the room in its store
                GET repositories/r1/versions: older versions of a repository
                GET repositories/r1/counts?version=1: older versions of a repository
                DELETE repositories/r1/versions/1: older versions of a repository
                GET repositories/r1/units?type=rpm: the units of a repository
                POST repositories/r1/units/copy: copying units of a repository
                POST repositories/r1/units/remove: removing units from a repository
                POST repositories/r1/units/import: uploading files
                POST uploads: uploading files
                GET uploads/u1: uploading files
                PUT uploads/u1?offset=0: uploading files
                DELETE uploads/u1: uploading files
                POST repositories/r1/publish {"version": "1"}: older versions of a repository
                POST repositories/r1/publish {"checksum_type": "sha512"}: a choice of checksums
                PUT repositories/r1/distribution {"path": "r1", "version": "1"}: older versions of a repository
                PUT protection: an authority for protected content
                POST reclaim: giving back the room of content that upstream has
                """.split("\n", -1)) {
            if (line.isEmpty()) {
                continue;
            }
            var sentence = line.lastIndexOf(": ");
            var words = line.substring(0, sentence).split(" ", 3);

            var reply = send(words[0], "/content/pulps/old/" + words[1], words.length == 3 ? words[2] : "");
            assertThat(reply.status()).as(line).isEqualTo(400);
            assertThat(reply.body())
                    .isEqualTo("Pulp 'old' is a pulp2, which does not know " + line.substring(sentence + 2));
        }
        assertThat(pulp.asked()).noneMatch(asked -> asked.contains("/api/v2/"));
    }

    @Test
    void aWrongBodyForUnitsIs400AndThePulpIsNotAsked() throws Exception {
        var file = "{\"upload\": \"u\", \"sha256\": \"" + "ab".repeat(32) + "\", \"path\": \"";
        for (var body : new String[][] {
            {"units/copy", "{}", "units"},
            {"units/copy", "{\"from\": \"a\", \"units\": []}", "units"},
            {"units/copy", "{\"from\": \"a\", \"units\": [\"\"]}", "units"},
            {"units/copy", "{\"from\": \"a\", \"units\": [\"u\"], \"all\": true}", "not both"},
            {"units/copy", "{\"from\": \"a\", \"all\": true, \"dependencies\": 1}", "true or false"},
            {"units/copy", "{\"from\": \"a\", \"all\": true, \"more\": 1}", "more"},
            {"units/remove", "{\"all\": false}", "units"},
            {"units/remove", "{\"units\": \"u\"}", "list of texts"},
            {"units/import", "{\"upload\": \"u\", \"path\": \"a\"}", "sha256"},
            {"units/import", "{\"upload\": \"u\", \"path\": \"a\", \"sha256\": \"ABC\"}", "64 hexadecimal digits"},
            {"units/import", file + "a\", \"options\": []}", "options"},
            {"units/import", file + "a\", \"options\": {\"component\": 1}}", "component"},
            {"units/import", file + "/etc/passwd\"}", "path"},
            {"units/import", file + "a//b\"}", "path"},
            {"units/import", file + "../a\"}", "path"},
            {"units/import", file + "a/./b\"}", "path"},
            {"units/import", file + "a\\u0000b\"}", "path"},
            {"uploads", "{}", "size"},
            {"uploads", "{\"size\": 0}", "size"},
            {"uploads", "{\"size\": -1}", "size"},
            {"uploads", "{\"size\": \"1\"}", "size"},
            {"uploads", "{\"size\": 17179869185}", "size"},
        }) {
            var at = body[0].equals("uploads") ? "/content/pulps/pulp/uploads" : REPOSITORIES + "/r1/" + body[0];

            var reply = send("POST", at, body[1]);
            assertThat(reply.status()).as("%s %s", at, body[1]).isEqualTo(400);
            assertThat(reply.body()).contains(body[2]);
        }
        assertThat(pulp.asked()).noneMatch(asked -> asked.contains("/repositories/") || asked.contains("/uploads/"));
    }

    @Test
    void aPartGoesOnWhereTheFileEnds() throws Exception {
        pulp.says(200, "{\"size\": 30, \"chunks\": [{\"offset\": 10, \"size\": 5}, {\"offset\": 0, \"size\": 10}]}");
        var at = "/content/pulps/pulp/uploads/018f0000-0000-7000-8000-000000000000";
        pulp.forget();

        var gap = send("PUT", at + "?offset=16", "x");
        assertThat(gap.status()).isEqualTo(409);
        assertThat(gap.body()).contains("begins at byte 15, not at 16");
        assertThat(send("PUT", at + "?offset=25", "more than it has").status()).isEqualTo(400);
        assertThat(send("PUT", at, "x").status()).isEqualTo(400);
        assertThat(send("PUT", at + "?offset=3", "there").body()).contains("\"received\":15");
        assertThat(pulp.last().method()).isEqualTo("GET");

        assertThat(send("PUT", at + "?offset=12", "789abc").body()).contains("\"received\":18");
        assertThat(pulp.last().method()).isEqualTo("PUT");
        assertThat(pulp.last().headers().getFirst("Content-Range")).isEqualTo("bytes 15-17/30");
        assertThat(new String(pulp.last().body(), java.nio.charset.StandardCharsets.UTF_8))
                .contains("name=\"file\"", "\r\n\r\nabc\r\n--");
    }

    @Test
    void nobodyButForemanMayAsk() throws Exception {
        for (var path : new String[] {"/content/pulps", "/content/jobs", "/content/events", "/content/openapi.json"}) {
            try (var stranger = proxy.stranger()) {
                assertThat(stranger.get(path).status()).isEqualTo(403);
            }
        }
        assertThat(send("GET", "/content/openapi.json", "").body()).startsWith("{\n \"openapi\": \"3.1.0\"");
    }

    @Test
    void aJobThatFailsIsToldByTheJobAndByItsEvent() throws Exception {
        pulp.says(400, "{\"orphan_protection_time\": [\"no\"]}");
        try (var events = proxy.https()) {
            events.send(Wire.head("GET", "/content/events") + "\r\n");
            var in = events.socket().getInputStream();
            var told = until(in, "retry: 1000");
            assertThat(told).contains("200 OK", "text/event-stream");

            var reply = send("POST", "/content/pulps/pulp/orphans", "", "Prefer: wait=10");

            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.header("preference-applied")).isEqualTo("wait=10");
            assertThat(reply.body())
                    .contains(
                            "\"state\":\"failed\"",
                            "\"error\":\"Pulp 'pulp': remove orphans: orphan_protection_time: no\"");
            told = until(in, "\"state\":\"failed\"");
            assertThat(told).contains("event: job", "id: ");
        }
        assertThat(proxy.log()).doesNotContain("sesame", "YWRtaW46c2VzYW1l");
    }

    @Test
    void whoComesAgainGetsWhatHasChangedMeanwhile() throws Exception {
        pulp.says(400, "{}");
        assertThat(send("POST", "/content/pulps/pulp/orphans", "", "Prefer: wait=10")
                        .status())
                .isEqualTo(200);

        try (var events = proxy.https()) {
            events.send(Wire.head("GET", "/content/events", "Last-Event-ID: 0") + "\r\n");
            assertThat(until(events.socket().getInputStream(), "\"state\":\"failed\""))
                    .contains("event: job");
        }
        assertThat(send("GET", "/content/events", "", "Last-Event-ID: x").status())
                .isEqualTo(400);
    }

    private static String until(java.io.InputStream in, String wanted) throws IOException {
        var told = new StringBuilder();
        while (told.indexOf(wanted) < 0) {
            var next = in.read();
            if (next < 0) {
                throw new IOException("it ended: " + told);
            }
            told.append((char) next);
        }
        return told.toString();
    }

    @Test
    void withoutTheWishToWaitAJobIsAcceptedAndFoundByItsAddress() throws Exception {
        pulp.hangs();
        var reply = send("POST", "/content/pulps/pulp/orphans", "{\"minimum_age\": 60}");

        assertThat(reply.status()).isEqualTo(202);
        var place = reply.header("location");
        assertThat(place).startsWith("/content/jobs/");
        assertThat(send("GET", place, "").status()).isEqualTo(202);
        pulp.answersAgain();
    }

    @Test
    void mirrorsOfTwoGenerationsDoNotWorkAtOnce() throws Exception {
        pulp.hangs();
        try (var events = proxy.https()) {
            // keeps the generation that has the first mirror
            events.send(Wire.head("GET", "/content/events") + "\r\n").readHead();
            var first = begun();
            await().atMost(WATCHDOG)
                    .until(() -> pulp.asked().stream().anyMatch(asked -> asked.contains("/repositories/")));
            Files.writeString(directory.resolve("password"), "simsim\n");
            proxy.reload();

            var second = begun();
            await().atMost(WATCHDOG)
                    .until(
                            () -> send("GET", second, "").body(),
                            body -> body.contains("\"message\":\"waits for the end of another mirror of this Pulp\""));
            assertThat(send("GET", first, "").body()).contains("\"state\":\"running\"");
        } finally {
            pulp.answersAgain();
        }
    }

    /** Where the job of a mirror is found. */
    private String begun() throws IOException {
        var reply = send("POST", "/content/mirror", "{\"repositories\": []}");
        assertThat(reply.status()).as(reply.body()).isEqualTo(202);
        return reply.header("location");
    }
}
