package smartproxy.pulp.pulp2;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.cli.ContentCommand;
import smartproxy.core.daemon.DaemonFixture;
import smartproxy.core.tls.TestPki;

/** The command line, the content API of a whole daemon and the provider pulp2, over a Pulp 2 that answers as documented. */
class ContentCommandIT {
    private static final String FEED = "https://primary.example.com/pulp/repos/";

    @TempDir
    private Path directory;

    private final FakePulp2 pulp = new FakePulp2();
    private DaemonFixture proxy;
    private String out = "";
    private String err = "";

    @BeforeEach
    void start() throws Exception {
        Files.writeString(directory.resolve("password"), FakePulp2.PASSWORD);
        proxy = DaemonFixture.in(directory)
                .module(
                        "pulpcore",
                        ":enabled: https\n:pulp_url: http://127.0.0.1:9\n:content_app_url: http://127.0.0.1:9/pulp/content\n"
                                + ":rhsm_url: https://pulp.example.com/rhsm\n:pulps:\n  old:\n    :provider: pulp2\n    :api_url: "
                                + pulp.address()
                                + "\n    :content_url: " + pulp.address() + "\n    :content_directory: " + directory
                                + "\n    :username: admin\n    :password_file: "
                                + directory.resolve("password") + "\n")
                .start();
        proxy.pki().client(DaemonFixture.FOREMAN).writeTo(directory, "foreman");
        for (var name : List.of("r1", "r2")) {
            pulp.upstream(FEED + name + "/", Map.of("rpm", 3));
        }
    }

    @AfterEach
    void stop() {
        proxy.close();
        pulp.close();
    }

    private int run(String... words) {
        var all = new ArrayList<>(List.of(words));
        all.addAll(List.of(
                "--url", "https://localhost:" + proxy.httpsPort(),
                "--cert", directory.resolve("foreman.pem").toString(),
                "--key", directory.resolve("foreman.key").toString(),
                "--ca", directory.resolve("ca.pem").toString()));
        return bare(all);
    }

    private int bare(List<String> words) {
        var output = new ByteArrayOutputStream();
        var errors = new ByteArrayOutputStream();
        var command = new ContentCommand(
                new PrintStream(output, true, StandardCharsets.UTF_8),
                new PrintStream(errors, true, StandardCharsets.UTF_8),
                config -> config.orElse(proxy.settingsFile()),
                Duration.ofMillis(20));
        var code = command.run(words);
        out = output.toString(StandardCharsets.UTF_8);
        err = errors.toString(StandardCharsets.UTF_8);
        return code;
    }

    private String file(String repositories) throws Exception {
        return Files.writeString(directory.resolve("mirror.json"), "{\"repositories\": [" + repositories + "]}")
                .toString();
    }

    private static String wanted(String name) {
        return "{\"name\": \"" + name + "\", \"type\": \"rpm\", \"upstream\": \"" + FEED + name + "/\", \"path\": \""
                + name + "\"}";
    }

    @Test
    void tellsOfThePulp() {
        assertThat(run("status")).as(err).isZero();
        assertThat(out).isEqualTo("old: online, workers 1, database connected, broker connected; platform 2.21.5\n");
        pulp.workers().remove(2);
        assertThat(run("status", "--pulp", "old")).isEqualTo(1);
        assertThat(out).startsWith("old: not online, workers 0");
        assertThat(run("status", "--pulp", "new")).isEqualTo(1);
        assertThat(out).contains("There is no Pulp 'new'");
    }

    @Test
    void mirrorsTwiceAndTheSecondTimeNothingIsToBeDone() throws Exception {
        var both = file(wanted("r1") + ", " + wanted("r2"));
        assertThat(run("mirror", both, "--dry-run")).as(out + err).isZero();
        assertThat(out).contains("r1: completed: create repository", "2 of 2 completed, dry run: nothing is changed");
        assertThat(pulp.has("r1")).isFalse();

        assertThat(run("mirror", both)).as(out + err).isZero();
        assertThat(out)
                .contains("r1: completed: create repository, create remote, sync, distribute")
                .endsWith("mirror: completed, 2 of 2 completed\n");
        assertThat(pulp.repository("r2")
                        .path("distributors")
                        .path(0)
                        .path("last_publish")
                        .isTextual())
                .isTrue();
        assertThat(run("mirror", both)).as(out + err).isZero();
        assertThat(out).contains("r1: completed: nothing to do", "r2: completed: nothing to do");

        pulp.upstream(FEED + "r1/", Map.of("rpm", 7));
        assertThat(run("mirror", both)).as(out + err).isZero();
        assertThat(out).contains("r1: completed: sync, publish\n", "r2: completed: nothing to do");
        assertThat(run("mirror", both)).as(out + err).isZero();
        assertThat(out).contains("r1: completed: nothing to do");

        assertThat(run("repos", "--pulp", "old")).isZero();
        assertThat(out.lines().map(line -> line.replaceAll(" +", " ")))
                .contains("NAME TYPE VERSION MANAGED")
                .anyMatch(line -> line.matches("r1 rpm [0-9]+_0 yes"));

        assertThat(run("mirror", file(wanted("r1")))).as(out + err).isZero();
        assertThat(out).contains("r2: completed: ");
        assertThat(pulp.has("r2")).isFalse();
        assertThat(run("jobs")).isZero();
        assertThat(out).startsWith("JOB ").contains("mirror", "completed");
        assertThat(pulp.complaints()).isEmpty();
    }

    @Test
    void oneThatFailsDoesNotStopTheOthers() throws Exception {
        var broken = wanted("r2").replace(FEED, "https://broken.example.com/");
        pulp.add("theirs", "rpm-repo");
        assertThat(run("mirror", file(wanted("r1") + ", " + broken + ", " + wanted("theirs"))))
                .isEqualTo(1);
        assertThat(out)
                .contains("r1: completed: ", "r2: failed: ", "Error retrieving metadata: Not found")
                .contains("theirs: failed: nothing to do; ", "somebody else made it");
        assertThat(pulp.repository("theirs").path("importers").isEmpty()).isTrue();
    }

    @Test
    void syncsWithProgress() throws Exception {
        assertThat(run("mirror", file(wanted("r1")))).as(out + err).isZero();
        assertThat(run("sync", "r1")).as(out + err).isZero();
        assertThat(out).endsWith("r1: completed, nothing new\n");
        pulp.upstream(FEED + "r1/", Map.of("rpm", 9));
        assertThat(run("sync", "r1", "--mode", "additive")).as(out + err).isZero();
        assertThat(out).endsWith("r1: completed, a new version\n");
        assertThat(run("sync", "nobody")).isEqualTo(1);
        assertThat(err + out).contains("nobody");
        assertThat(run("sync", "r1", "--mode", "sideways")).isEqualTo(1);
        assertThat(run("sync", "r1", "--no-wait")).isZero();
        assertThat(out).startsWith("job ");
    }

    @Test
    void saysWhatIsWrongWithTheFile() throws Exception {
        assertThat(run("mirror", "/no/such/file")).isEqualTo(2);
        assertThat(err).contains("cannot read /no/such/file");
        var secret = Files.writeString(directory.resolve("bad.json"), "{\"password\": \"s3cret\" ]")
                .toString();
        assertThat(run("mirror", secret)).isEqualTo(2);
        assertThat(err).contains("no JSON, line 1").doesNotContain("s3cret");
        assertThat(run("mirror", file("[".repeat(2000)))).isEqualTo(2);
        assertThat(err).contains("nested too deep");
        assertThat(run("mirror", file("{\"name\": \"r1\"}"))).isEqualTo(1);
        assertThat(err).contains("repositories[0]", "upstream");
    }

    @Test
    void withoutOptionsItIsTheDaemonItself() {
        assertThat(bare(List.of("status", "--url", "https://localhost:" + proxy.httpsPort())))
                .isEqualTo(4);
        assertThat(err).contains("refuses the certificate that is shown", "for clients");

        proxy.pki()
                .issueServer()
                .purposes(TestPki.Purpose.SERVER, TestPki.Purpose.CLIENT)
                .sign()
                .writeTo(directory, "server");
        // its own name is in its certificate, and not in trusted_hosts
        proxy.reload();
        assertThat(bare(List.of("status", "--url", "https://localhost:" + proxy.httpsPort())))
                .isEqualTo(4);
        assertThat(err).contains("trusted_hosts", "--cert");
        proxy.set("trusted_hosts", "[localhost]").reload();
        assertThat(bare(List.of("status", "--url", "https://localhost:" + proxy.httpsPort())))
                .as(err)
                .isZero();
    }

    @Test
    void whoCannotBeReachedOrTrustedIsExit4() {
        var port = proxy.httpsPort();
        var other = TestPki.create();
        var ca = TestPki.write(directory.resolve("other.pem"), other.ca().pem()).toString();
        assertThat(bare(List.of("status", "--url=https://localhost:" + port, "--ca=" + ca)))
                .isEqualTo(4);
        assertThat(err).contains("no TLS with https://localhost:" + port, "--ca");
        proxy.close();
        assertThat(bare(List.of("status", "--url", "https://localhost:" + port)))
                .isEqualTo(4);
        assertThat(err).contains("cannot be reached", "is the daemon running?");
    }
}
