package smartproxy.pulp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.daemon.DaemonFixture;
import smartproxy.core.tls.TestPki;

/** What {@code check} and {@code check --live} tell of Pulp and of what Katello would do. */
class GatewayCheckIT {
    @TempDir
    private Path directory;

    private FakePulp pulp;
    private DaemonFixture proxy;

    @BeforeEach
    void start() throws Exception {
        pulp = FakePulp.start();
        proxy = DaemonFixture.in(directory);
    }

    @AfterEach
    void stop() {
        pulp.close();
    }

    private String check(boolean live) {
        return proxy.check(live);
    }

    private void gateway(int port, String more) {
        proxy.module("pulpcore", """
                :enabled: https
                :gateway:
                  :enabled: true
                  :url: https://proxy.example.com
                  :api_url: http://127.0.0.1:%1$d
                  :content_url: http://127.0.0.1:%1$d
                """.formatted(port) + more);
    }

    private static String status(String origin) {
        return "{\"versions\":[{\"component\":\"core\",\"version\":\"3\"}],\"online_workers\":[{}],"
                + "\"online_content_apps\":[{}],\"content_settings\":{\"content_origin\":\"" + origin + "\"},"
                + "\"links\":\"https://proxy.example.com/pulp/api/v3/tasks/\"}";
    }

    @Test
    void aPulpThatNamesTheDaemonIsFine() {
        pulp.says(200, status("https://proxy.example.com"));
        gateway(pulp.port(), "");

        assertThat(check(true))
                .contains("ok: pulpcore: Pulp pulp at http://127.0.0.1:" + pulp.port()
                        + ": answers, with 1 workers and 1 content apps")
                .doesNotContain("CONTENT_ORIGIN", "links to");
        assertThat(pulp.last().headers().getFirst("Host")).isEqualTo("proxy.example.com");
        assertThat(pulp.last().headers().getFirst("X-Forwarded-Proto")).isEqualTo("https");
    }

    @Test
    void whatLeadsPastTheGatewayIsSaid() {
        pulp.says(
                200,
                status("http://pulp.internal:24816")
                        .replace("https://proxy.example.com/pulp", "http://proxy.example.com/pulp"));
        gateway(pulp.port(), "  :registry: true\n");

        assertThat(check(true))
                .contains("has CONTENT_ORIGIN http://pulp.internal:24816", "set it to https://proxy.example.com")
                .contains("answers with links to http://proxy.example.com/pulp/api/v3/tasks/")
                .contains("asks for no token", "TOKEN_SERVER = https://proxy.example.com/token/");
    }

    @Test
    void aPulpThatLetsNobodyInOrIsAwayIsSaid() throws Exception {
        pulp.says(403, "{}");
        gateway(pulp.port(), "");
        assertThat(check(true)).contains("answers its status with 403");

        try (var free = new ServerSocket(0)) {
            gateway(free.getLocalPort(), "");
        }
        assertThat(check(true)).contains("error: pulpcore: Pulp pulp at", "does not answer");
    }

    @Test
    void aPulp2IsAskedForItsTypes() {
        pulp.says(200, status("https://proxy.example.com"));
        var old =
                ":pulps:\n  old:\n    :provider: pulp2\n    :api_url: http://127.0.0.1:%1$d\n    :content_url: http://127.0.0.1:%1$d\n"
                        .formatted(pulp.port());
        gateway(pulp.port(), old);
        assertThat(check(true))
                .contains("ok: pulpcore: Pulp old at http://127.0.0.1:" + pulp.port()
                        + ": answers and lets the daemon in");
        assertThat(pulp.asked()).anyMatch(asked -> asked.startsWith("GET /pulp/api/v2/plugins/types/"));

        pulp.says(401, "{}");
        assertThat(check(true)).contains("error: pulpcore: Pulp old at", "does not let the daemon in: 401");
    }

    @Test
    void whatKatelloWouldDoIsSaidWithoutAskingPulp() {
        proxy.module("pulpcore", """
                :enabled: https
                :pulp_url: https://pulp.example.com:8443
                :content_app_url: https://pulp.example.com/content
                :rhsm_url: http://pulp.example.com/rhsm
                """);
        assertThat(check(false))
                .contains("pulpcore: pulp_url: is at port 8443, and Katello drops the port")
                .contains("pulpcore: content_app_url: has the path '/content'")
                .contains("pulpcore: rhsm_url: is not https");

        proxy.module("pulpcore", ":enabled: https\n:mirror: 'false'\n:gateway:\n  :enabled: true\n");
        assertThat(check(false)).contains("without quotes: Katello takes any text, 'false' too, for a mirror");

        proxy.set("https_port", "8443");
        gateway(pulp.port(), "");
        assertThat(check(false)).contains("nothing serves content on port 80").doesNotContain("drops the port");
        proxy.module("pulpcore", ":enabled: https\n:gateway:\n  :enabled: true\n");
        assertThat(check(false)).contains("pulpcore: gateway: is at port 8443, and Katello drops the port");
        var files = "certificate: " + directory.resolve("server.pem") + ", key: " + directory.resolve("server.key");
        proxy.set("listeners", "[{port: 443, " + files + "}, {port: 80}]");
        assertThat(check(false)).doesNotContain("drops the port", "nothing serves content");
        assertThat(pulp.asked()).isEmpty();
    }

    @Test
    void tasksThatFailAndTokensFromElsewhereAreSaid() {
        pulp.says(200, status("https://proxy.example.com"));
        pulp.saysTo("GET /pulp/api/v3/tasks/", 500, "");
        pulp.saysTo("GET /v2/", 401, "{}");
        pulp.saysToo("WWW-Authenticate", "Bearer realm=\"https://pulp.internal/token/\",service=\"pulp.internal\"");
        gateway(pulp.port(), "  :registry: true\n");

        var where = "pulpcore: Pulp pulp at http://127.0.0.1:" + pulp.port();
        assertThat(check(true))
                .contains("error: " + where + ": answers its tasks with 500")
                .contains("warning: " + where
                        + ": sends clients of the registry to https://pulp.internal/token/ for tokens,"
                        + " past the gateway")
                .contains("set TOKEN_SERVER = https://proxy.example.com/token/");
        pulp.saysToo("WWW-Authenticate", "Bearer realm=\"https://no such host/\"");
        assertThat(check(true)).contains("sends clients of the registry to https://no such host/ for tokens");
        pulp.saysToo("WWW-Authenticate", "Bearer realm=\"https://proxy.example.com/token/\"");
        assertThat(check(true)).doesNotContain("sends clients of the registry");
    }

    @Test
    void whatIsNoPulp2IsSaid() {
        pulp.says(404, "{}");
        gateway(
                pulp.port(),
                ":pulps:\n  old:\n    :provider: pulp2\n    :api_url: http://127.0.0.1:%1$d\n    :content_url: http://127.0.0.1:%1$d\n"
                        .formatted(pulp.port()));

        assertThat(check(true))
                .contains(
                        "error: pulpcore: Pulp old at http://127.0.0.1:" + pulp.port() + ": answers with 404",
                        "is it a Pulp 2?");
    }

    /** What is told of a gateway without url, of a daemon with such a certificate on a port of its own. */
    private String checkWith(String subject, String file) {
        proxy.pki()
                .issueSubject(subject)
                .purposes(TestPki.Purpose.SERVER)
                .sign()
                .writeTo(directory, file);
        proxy.set("ssl_certificate", directory.resolve(file + ".pem").toString())
                .set("ssl_private_key", directory.resolve(file + ".key").toString())
                .set("https_port", "8443")
                .module("pulpcore", ":enabled: https\n:gateway:\n  :enabled: true\n");
        return check(false);
    }

    @Test
    void theDaemonsNameIsThatOfItsCertificate() {
        assertThat(checkWith("CN=named.example.com", "named")).contains("it would call named.example.com:443");
        for (var nameless : new String[] {"O=Example", "CN=*.example.com", "CN=my_proxy.example.com", "CN=My Proxy"}) {
            assertThat(checkWith(nameless, "nameless"))
                    .as(nameless)
                    .contains("pulpcore: " + directory.resolve("nameless.pem")
                            + " names no host; set :url: of the gateway in pulpcore.yml");
        }
    }
}
