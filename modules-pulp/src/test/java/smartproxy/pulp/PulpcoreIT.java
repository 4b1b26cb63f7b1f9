package smartproxy.pulp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.daemon.DaemonFixture;

/** The feature pulpcore of a whole daemon. */
class PulpcoreIT {
    private static final String OTHERS = """
            :content_app_url: https://pulp.example.com/pulp/content
            :rhsm_url: https://pulp.example.com:443/rhsm
            """;

    @TempDir
    private Path directory;

    private FakePulp pulp;
    private DaemonFixture proxy;

    @BeforeEach
    void start() throws Exception {
        pulp = FakePulp.start();
        proxy = DaemonFixture.in(directory).set("request_deadline", "3");
    }

    private void run(String more) throws Exception {
        configure(more);
        proxy.start();
    }

    private void configure(String more) {
        proxy.module(
                "pulpcore",
                ":enabled: https\n:pulp_url: http://127.0.0.1:" + pulp.port() + "/a/path\n" + OTHERS + more);
    }

    @AfterEach
    void stop() {
        proxy.close();
        pulp.close();
    }

    private String get(String path) throws IOException {
        try (var client = proxy.https()) {
            var reply = client.get(path);
            return reply.status() + " " + reply.body();
        }
    }

    private String feature() throws IOException {
        var features = get("/v2/features");
        var start = features.indexOf("\"pulpcore\":");
        return features.substring(start, features.indexOf('}', features.indexOf("capabilities", start)) + 1);
    }

    @Test
    void showsKatelloWhatIsConfigured() throws Exception {
        run(":mirror: true\n:username: admin\n:password: sesame\n:client_authentication: [client_certificate]\n");

        assertThat(feature())
                .isEqualTo("\"pulpcore\":{\"http_enabled\":false,\"https_enabled\":true,\"settings\":{\"pulp_url\":"
                        + "\"http://127.0.0.1:" + pulp.port() + "/a/path\",\"mirror\":true,"
                        + "\"content_app_url\":\"https://pulp.example.com/pulp/content\",\"username\":\"admin\","
                        + "\"password\":\"sesame\",\"client_authentication\":[\"client_certificate\"],"
                        + "\"rhsm_url\":\"https://pulp.example.com:443/rhsm\"},\"state\":\"running\","
                        + "\"capabilities\":[\"core\",\"rpm\"]}");
        assertThat(proxy.log()).doesNotContain("sesame");
    }

    @Test
    void whatIsNotSetIsNull() throws Exception {
        run("");

        assertThat(feature())
                .contains(
                        "\"mirror\":false",
                        "\"username\":null,\"password\":null",
                        "\"client_authentication\":[\"password\",\"client_certificate\"]");
    }

    @Test
    void passesTheStatusOn() throws Exception {
        run("");

        try (var stranger = proxy.stranger()) {
            var reply = stranger.get("/pulpcore/status");
            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.body()).isEqualTo(FakePulp.STATUS);
            assertThat(reply.header("content-type")).isEqualTo("application/json");
        }
        assertThat(pulp.asked()).contains("GET /pulp/api/v3/status/ application/json");
    }

    @Test
    void anErrorOfPulpIsOneOfOurs() throws Exception {
        run("");

        pulp.says(503, "");
        assertThat(get("/pulpcore/status"))
                .isEqualTo("503 Pulp server at http://127.0.0.1:" + pulp.port()
                        + "/a/path returned an error: 'Service Unavailable'");
        pulp.says(500, "<html>");
        assertThat(get("/pulpcore/status")).startsWith("502 ").contains("returned an error: 'Internal Server Error'");
    }

    @Test
    void aPulpThatIsAwayIs503AndThatHangs504() throws Exception {
        run("");

        pulp.hangs();
        assertThat(get("/pulpcore/status")).startsWith("504 ");
        pulp.close();
        assertThat(get("/pulpcore/status")).startsWith("503 Communication error with '127.0.0.1': ");
    }

    @Test
    void capabilitiesAreKeptWhileItIsAwayAndRenewedAfterwards() throws Exception {
        run("");
        await().atMost(Duration.ofSeconds(60)).until(() -> feature().contains("\"capabilities\":[\"core\",\"rpm\"]"));

        pulp.close();
        await().atMost(Duration.ofSeconds(60))
                .until(() -> feature().contains("rpm") && get("/health").contains("kept, as it does not answer now"));
        assertThat(feature()).contains("\"capabilities\":[\"core\",\"rpm\"]");

        pulp = FakePulp.at(pulp.port());
        pulp.says(200, "{\"versions\":[{\"component\":\"deb\"}]}");
        await().atMost(Duration.ofSeconds(60)).until(() -> feature().contains("\"capabilities\":[\"deb\"]"));
    }

    @Test
    void capabilitiesAreKeptOverAReloadWhileItIsAway() throws Exception {
        run("");
        await().atMost(Duration.ofSeconds(60)).until(() -> feature().contains("rpm"));
        pulp.close();
        configure(":mirror: true\n");
        proxy.reload();

        assertThat(feature()).contains("\"mirror\":true", "\"capabilities\":[\"core\",\"rpm\"]");
        await().atMost(Duration.ofSeconds(60)).until(() -> get("/health").contains("kept, as it does not answer now"));
    }

    @Test
    void ofAnotherPulpNothingIsKnown() throws Exception {
        run("");
        await().atMost(Duration.ofSeconds(60)).until(() -> feature().contains("rpm"));
        pulp.close();
        pulp = FakePulp.start();
        pulp.says(503, "");
        configure("");
        proxy.reload();

        assertThat(feature()).contains("\"capabilities\":[]");
    }

    @Test
    void aStatusThatIsNoneIsNoReasonToForget() throws Exception {
        run("");
        await().atMost(Duration.ofSeconds(60)).until(() -> feature().contains("rpm"));

        for (var nonsense : new String[] {"<html>", "[]", "{\"versions\":{}}"}) {
            pulp.says(200, nonsense);
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> feature().contains("rpm") && get("/health").contains("gave a status"));
        }
    }

    @Test
    void saysWhatKatelloWouldMakeOfAQuotedMirror() throws Exception {
        run(":mirror: 'false'\n");

        assertThat(feature()).contains("\"state\":\"failed\"");
        assertThat(proxy.log()).contains("Setting 'mirror' is expected to be true/false");
    }

    @Test
    void wrongSettingsFailTheModuleWithTheReferencesTexts() throws Exception {
        run(":client_authentication: [password, kerberos]\n");

        assertThat(feature()).contains("\"state\":\"failed\"");
        assertThat(get("/logs"))
                .contains(
                        "Parameter 'client_authentication' is expected to be one or more of [\\\"password\\\", \\\"client_certificate\\\"]");
    }

    @Test
    void withoutAFileThereIsNoSuchFeature() throws Exception {
        proxy.start();

        assertThat(get("/v2/features")).startsWith("200 ").contains("\"dns\":").doesNotContain("pulp");
    }

    @Test
    void aFeatureThatIsOffIsShownAsOff() throws Exception {
        proxy.module("pulpcore", ":enabled: false\n").start();

        assertThat(feature()).contains("\"state\":\"disabled\"", "\"capabilities\":[]");
    }
}
