package smartproxy.pulp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.daemon.DaemonFixture;

/** What {@code check} and {@code check --live} tell of logins, addresses and directories that cannot be used. */
class PulpCheckIT {
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

    private String file(String name, String text, String permissions) throws IOException {
        var file = Files.writeString(directory.resolve(name), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        return file.toString();
    }

    private void gateway(String more) {
        proxy.module("pulpcore", """
                :enabled: https
                :gateway:
                  :enabled: true
                  :url: https://proxy.example.com
                  :api_url: http://127.0.0.1:%d
                """.formatted(pulp.port()) + more);
    }

    private String login(String passwordFile) {
        return "  :username: admin\n  :password_file: " + passwordFile + "\n";
    }

    private String content() {
        return "  :content_url: http://127.0.0.1:" + pulp.port() + "\n";
    }

    @Test
    void aLoginThatPulpRefusesIsAnErrorThoughItsRootIsForAll() throws Exception {
        pulp.says(200, "{}");
        pulp.saysTo("GET /pulp/api/v3/tasks/", 403, "{\"detail\":\"Invalid username/password.\"}");
        gateway(login(file("password", "wrong\n", "rw-r-----")) + content());

        assertThat(proxy.check(true))
                .contains("error: pulpcore: Pulp pulp at http://127.0.0.1:" + pulp.port()
                        + ": does not let the daemon in: 403; look at username and password_file");
    }

    @Test
    void withoutTheGatewayALoginIsTriedTooAndWhereItIsMissingThatIsSaid() {
        pulp.says(200, "{}");
        pulp.saysTo("GET /pulp/api/v3/tasks/", 401, "{}");
        proxy.module("pulpcore", """
                :enabled: https
                :pulp_url: https://pulp.example.com
                :content_app_url: https://pulp.example.com/pulp/content
                :rhsm_url: https://pulp.example.com/rhsm
                :pulps:
                  mirror: {api_url: 'http://127.0.0.1:%1$d', content_url: 'http://127.0.0.1:%1$d'}
                """.formatted(pulp.port()));

        assertThat(proxy.check(false)).contains("warning: pulpcore: pulps: mirror: has no login");
        assertThat(pulp.asked()).isEmpty();
        assertThat(proxy.check(true))
                .contains("does not let the daemon in: 401, it has no login")
                .doesNotContain("CONTENT_ORIGIN");
    }

    @Test
    void contentThatDoesNotAnswerIsAnError() throws Exception {
        pulp.says(200, "{}");
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            taken.close();
            gateway("  :remote_user: admin\n  :content_url: http://127.0.0.1:" + taken.getLocalPort() + "\n");
            assertThat(proxy.check(true))
                    .contains("error: pulpcore: content of Pulp pulp at http://127.0.0.1:" + taken.getLocalPort()
                            + ": does not answer: ")
                    .doesNotContain("does not let the daemon in", "has no login");
        }
    }

    @Test
    void aRegistryThatAsksForAPasswordAsksForNoToken() {
        pulp.says(200, "{}");
        pulp.saysTo("GET /v2/", 401, "{}");
        pulp.saysToo("WWW-Authenticate", "Basic realm=\"api\"");
        gateway("  :remote_user: admin\n  :registry: true\n" + content());

        assertThat(proxy.check(true))
                .contains("answers /v2/ with 401 and asks for no token: the registry stays shut")
                .doesNotContain("for tokens, past the gateway");
    }

    @Test
    void aPasswordFileThatHoldsNoPasswordIsSaidByFileAndLine() throws Exception {
        for (var text : new String[] {"", "\n", " \n\n"}) {
            gateway(login(file("empty", text, "rw-r-----")) + content());
            assertThat(proxy.check(false))
                    .contains(
                            "pulpcore.yml:2: gateway: ",
                            directory.resolve("empty").toString(),
                            "it is empty");
        }
        gateway(login(file("two", "sesame\nopen\n", "rw-r-----")) + content());
        assertThat(proxy.check(false))
                .contains("pulpcore.yml:2: gateway: ", directory.resolve("two") + " has more than one line")
                .doesNotContain("sesame");
        gateway(login(file("windows", "sesame\r\n", "rw-r-----")) + content());
        assertThat(proxy.check(false)).contains("0 errors").doesNotContain("can be read by every user");
        gateway(login(file("open", "sesame\n", "rw-r--r--")) + content());
        assertThat(proxy.check(false))
                .contains("warning: pulpcore: gateway: the file " + directory.resolve("open")
                        + " holds a secret and can be read by every user; chmod o-r ");
    }

    @Test
    void aSpoolDirectoryThatCannotBeUsedIsSaid() throws Exception {
        pulp.says(200, "{}");
        var file = file("file", "x", "rw-r-----");
        for (var path : new String[] {file, "spool"}) {
            gateway("  :remote_user: admin\n  :spool_directory: " + path + "\n" + content());
            assertThat(proxy.check(false))
                    .contains("pulpcore.yml:2: gateway: Parameter 'gateway: spool_directory' is no directory")
                    .contains("it is '" + path + "'");
        }
        gateway("  :remote_user: admin\n  :spool_directory: " + file + "/below\n" + content());
        assertThat(proxy.check(true))
                .contains("error: pulpcore: spool_directory " + file + "/below: " + file + " is no directory");
        gateway("  :remote_user: admin\n  :spool_directory: " + directory.resolve("new/spool") + "\n" + content());
        assertThat(proxy.check(true)).contains("ok: pulpcore: spool_directory " + directory.resolve("new/spool"));
    }
}
