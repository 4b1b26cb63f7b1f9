package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code smart-proxy content} as it is installed: a process of its own, which asks a daemon over TLS. */
@Timeout(300)
class ContentCommandIT {
    @TempDir
    Path directory;

    private Site site;
    private String url;

    /** A Pulp that is not there: jobs wait for it. */
    @BeforeEach
    void setUp() throws Exception {
        site = Site.in(directory);
        url = "https://localhost:" + site.port();
        site.module(
                "pulpcore",
                ":enabled: https",
                ":gateway:",
                "  :enabled: true",
                "  :url: " + url,
                "  :api_url: http://127.0.0.1:1",
                "  :content_url: http://127.0.0.1:1");
    }

    private String[] words(String... words) {
        var all = new ArrayList<>(List.of("content"));
        all.addAll(List.of(words));
        all.addAll(List.of("--url", url));
        all.addAll(List.of("--cert", site.pki("foreman.pem").toString()));
        all.addAll(List.of("--key", site.pki("foreman.key").toString()));
        all.addAll(List.of("--ca", site.pki("ca.pem").toString()));
        return all.toArray(String[]::new);
    }

    private Path wanted() throws Exception {
        return Files.writeString(
                directory.resolve("mirror.json"),
                "{\"pulp\": \"pulp\", \"repositories\": [{\"name\": \"r1\", \"type\": \"file\", \"path\": \"r1\","
                        + " \"upstream\": \"https://upstream.example.com/r1/PULP_MANIFEST\"}]}");
    }

    @Test
    void saysWhatIsNotKnownWhenItEndsBeforeTheDaemonAnswers() throws Exception {
        try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            silent.setSoTimeout(60_000);
            url = "https://localhost:" + silent.getLocalPort();
            try (var command = site.launch(Map.of(), words("mirror", wanted().toString()));
                    var asked = silent.accept()) {
                assertThat(asked.isConnected()).isTrue();
                command.signal("INT");
                assertThat(command.exitStatus()).isEqualTo(130);
                assertThat(command.errors())
                        .isEqualToIgnoringNewLines(
                                "interrupted before the daemon answered; whether it has begun the job,"
                                        + " and so goes on with it, `smart-proxy content jobs` tells");
            }
        }
    }

    @Test
    void endsByCtrlCWhileItsJobGoesOn() throws Exception {
        var wanted = wanted();
        try (var daemon = site.start()) {
            var status = site.command(words("status"));
            assertThat(status.status()).as(status.output()).isEqualTo(1);
            assertThat(status.output()).contains("Connection refused").hasLineCount(1);

            try (var command = site.launch(Map.of(), words("mirror", wanted.toString()))) {
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> command.output().startsWith("mirror: ") || !command.isAlive());
                assertThat(command.isAlive())
                        .as(command.output() + command.errors())
                        .isTrue();
                command.signal("INT");
                assertThat(command.exitStatus()).isEqualTo(130);
                assertThat(command.errors())
                        .containsPattern(
                                "^interrupted; job [-0-9a-f]+ goes on without this command, `smart-proxy content jobs` tells of it\\R$");
            }
            var jobs = site.command(words("jobs"));
            assertThat(jobs.status()).as(jobs.output()).isZero();
            assertThat(jobs.output()).contains("mirror").containsAnyOf("running", "waiting");
            assertThat(daemon.isAlive()).isTrue();
        }
        var away = site.command(words("status"));
        assertThat(away.status()).as(away.output()).isEqualTo(4);
        assertThat(away.output()).contains(url).hasLineCount(1);
    }
}
