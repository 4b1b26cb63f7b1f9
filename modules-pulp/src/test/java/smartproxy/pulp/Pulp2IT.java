package smartproxy.pulp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.daemon.DaemonFixture;

/** The features of Pulp 2 of a whole daemon. */
class Pulp2IT {
    @TempDir
    private Path directory;

    private FakePulp pulp;
    private DaemonFixture proxy;

    @BeforeEach
    void start() throws Exception {
        pulp = FakePulp.start();
        proxy = DaemonFixture.in(directory).set("request_deadline", "3");
        Files.createDirectories(directory.resolve("content"));
        for (var name : List.of("pulp", "pulpnode")) {
            proxy.module(name, """
                    :enabled: https
                    :pulp_url: http://127.0.0.1:%d/pulp
                    :pulp_dir: %s
                    :pulp_content_dir: %s/content
                    :mongodb_dir: %s/absent
                    """.formatted(pulp.port(), directory, directory, directory));
        }
        proxy.start();
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

    private JsonNode usage(String query) throws IOException {
        return new ObjectMapper()
                .readTree(get("/pulpnode/status/disk_usage" + query).substring(4));
    }

    @Test
    void passesTheStatusOnToForemanAlone() throws Exception {
        pulp.says(200, "{\"known_workers\":[]}");

        assertThat(get("/pulp/status")).isEqualTo("200 {\"known_workers\":[]}");
        assertThat(pulp.asked()).containsExactly("GET /pulp/api/v2/status/ application/json");
        try (var stranger = proxy.stranger()) {
            assertThat(stranger.get("/pulp/status").status()).isEqualTo(403);
        }
    }

    @Test
    void errorsAreOurs() throws Exception {
        pulp.says(404, "");
        assertThat(get("/pulp/status"))
                .isEqualTo(
                        "502 Pulp server at http://127.0.0.1:" + pulp.port() + "/pulp returned an error: 'Not Found'");
        pulp.close();
        assertThat(get("/pulpnode/status"))
                .startsWith("503 Pulp server at http://127.0.0.1:" + pulp.port() + "/pulp is not responding");
    }

    @Test
    void tellsTheDirectoryOfPuppetModules() throws Exception {
        assertThat(get("/pulp/status/puppet")).isEqualTo("200 {\"puppet_content_dir\":\"/etc/puppet/environments\"}");
    }

    @Test
    void onlyTheDiskUsageCallsItselfHtml() throws Exception {
        pulp.says(200, "{}");
        try (var client = proxy.https()) {
            assertThat(client.get("/pulp/status").header("Content-Type")).isEqualTo("application/json");
            assertThat(client.get("/pulp/status/puppet").header("Content-Type")).isEqualTo("application/json");
            assertThat(client.get("/pulp/status/disk_usage").header("Content-Type"))
                    .isEqualTo("text/html;charset=utf-8");
        }
    }

    @Test
    void tellsTheSameDiskUsageAsDf() throws Exception {
        var df = new ProcessBuilder("df", "-P", "-B", "1024", directory.toString());
        df.environment().put("LC_ALL", "C");
        var lines = new String(df.start().getInputStream().readAllBytes(), StandardCharsets.UTF_8).split("\n", -1);
        var columns = lines[1].split(" +", -1);

        var usage = usage("");

        assertThat(usage.fieldNames()).toIterable().containsExactly("pulp_dir", "pulp_content_dir");
        var of = usage.get("pulp_dir");
        assertThat(of.fieldNames())
                .toIterable()
                .containsExactly("filesystem", "1k-blocks", "used", "available", "percent", "mounted", "path", "size");
        assertThat(of.get("filesystem").asText()).isEqualTo(columns[0]);
        assertThat(of.get("1k-blocks").asLong()).isEqualTo(Long.parseLong(columns[1]));
        // other processes write meanwhile
        assertThat(of.get("used").asDouble()).isCloseTo(Double.parseDouble(columns[2]), within());
        assertThat(of.get("available").asDouble()).isCloseTo(Double.parseDouble(columns[3]), within());
        assertThat(of.get("percent").asText()).endsWith("%");
        assertThat(of.get("mounted").asText()).isEqualTo(columns[5]);
        assertThat(of.get("path").asText()).isEqualTo(directory.toString());
        assertThat(of.get("size").asText()).isEqualTo("kilobyte");
    }

    private static org.assertj.core.data.Percentage within() {
        return org.assertj.core.data.Percentage.withPercentage(20);
    }

    @Test
    void countsInTheUnitThatIsAskedFor() throws Exception {
        var bytes = usage("?size=byte").get("pulp_dir").get("1-blocks").asLong();

        assertThat(usage("?size=megabyte").get("pulp_dir").get("1048576-blocks").asLong())
                .isEqualTo((bytes + (1 << 20) - 1) >> 20);
        assertThat(usage("?size=megabyte").get("pulp_dir").get("size").asText()).isEqualTo("megabyte");
        assertThat(usage("?size=gigabyte").get("pulp_dir").has("1073741824-blocks"))
                .isTrue();
        assertThat(usage("?size=terabyte").get("pulp_dir").has("1099511627776-blocks"))
                .isTrue();
        assertThat(usage("?size=furlong").get("pulp_dir").get("size").asText()).isEqualTo("kilobyte");
    }
}
