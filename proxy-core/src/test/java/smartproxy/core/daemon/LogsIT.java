package smartproxy.core.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What requests leave in the log and in /logs. */
class LogsIT {
    private static final String FORGED = "2026-01-01T00:00:00 12345678 [E] forged";

    @TempDir
    Path directory;

    @Test
    void noBytesOfACallerForgeALineOrBreakLogs() throws Exception {
        try (var proxy = DaemonFixture.in(directory).with(new ProbeModule()).start()) {
            try (var stranger = proxy.http();
                    var foreman = proxy.https()) {
                stranger.get("/features", "X-Request-Id: \u00ff\u00fe\u0080abc");
                stranger.get("/features", "X-Request-Id: \u00c3(\u00ed\u00a0\u0080");
                stranger.get("/features", "X-Request-Id: a\r\n " + FORGED);
                stranger.get("/features", "X-Session-Id: \u00ff");
                stranger.get("/features?a=%0a" + FORGED.replace(' ', '+'));
                stranger.get("/no%0a" + FORGED.replace(" ", "%20") + "/%ff%fe");
                foreman.post("/probe/text", "a[%0a" + FORGED.replace(' ', '+') + "]=1");
                foreman.post("/probe/text", "a[%ff%fe]=%ff");
                foreman.post("/probe/text", "a=%ff");
                foreman.post(
                        "/probe/text", "a[x]=%e2%80%a8" + FORGED.replace(' ', '+') + "%0d" + FORGED.replace(' ', '+'));
            }
            try (var foreman = proxy.https()) {
                var logs = foreman.get("/logs");
                assertThat(logs.status()).isEqualTo(200);
                var records = new ObjectMapper().readTree(logs.body()).get("logs");
                assertThat(records)
                        .isNotEmpty()
                        .allSatisfy(record ->
                                assertThat(record.get("message").asText()).doesNotStartWith(FORGED));
                assertThat(foreman.get("/logs/?from_timestamp=0").status()).isEqualTo(200);
            }
            // strict UTF-8, or reading it fails
            assertThat(proxy.log().split("[\n\r\u2028]")).noneMatch(line -> line.startsWith(FORGED));
        }
    }

    @Test
    void failedModulesAreListedWithTheirReason() throws Exception {
        try (var proxy = DaemonFixture.in(directory)
                        .with(new ProbeModule())
                        .module("probe", ":enabled: true\n:probe_word: ''\n")
                        .module("realm", ":enabled: true\n")
                        .start();
                var foreman = proxy.https()) {
            var failed = new ObjectMapper()
                    .readTree(foreman.get("/logs").body())
                    .get("info")
                    .get("failed_modules");
            assertThat(failed.get("probe").asText())
                    .isEqualTo("Disabling all modules in the group ['probe'] due to a failure in one of them: "
                            + "Parameter 'probe_word' is expected to have a non-empty value");
            assertThat(failed.get("realm").asText())
                    .isEqualTo("Disabling all modules in the group ['realm'] due to a failure in one of them: "
                            + "Module 'realm' is not part of this version");
            assertThat(foreman.get("/v2/features").body()).contains("\"state\":\"failed\"");
            assertThat(foreman.get("/features").body()).isEqualTo("[\"logs\"]");
            assertThat(proxy.log()).contains("Parameter 'probe_word' is expected to have a non-empty value");
        }
    }

    @Test
    void eachRequestLeavesALineAtItsStartAndAtItsEnd() throws Exception {
        try (var proxy = DaemonFixture.in(directory).start();
                var stranger = proxy.stranger()) {
            stranger.get("/v2/features", "X-Request-Id: 11111111-2222");
            stranger.get("/nope?x=1");
            DaemonFixture.await()
                    .untilAsserted(() -> assertThat(proxy.log())
                            .contains(" 11111111 [I] Started GET /v2/features \n")
                            .contains(" 11111111 [E] could not read client cert from environment\n")
                            .containsPattern(
                                    " 11111111 \\[I] Finished GET /v2/features with 403 \\(\\d+\\.\\d+ ms\\)\n")
                            .containsPattern(" [0-9a-f]{8} \\[I] Started GET /nope x=1\n")
                            .containsPattern(" [0-9a-f]{8} \\[I] Finished GET /nope with 404 \\(\\d+\\.\\d+ ms\\)\n"));
            try (var foreman = proxy.https()) {
                assertThat(foreman.get("/logs").body())
                        .contains("\"message\":\"Started GET /v2/features \",\"request_id\":\"11111111\"");
            }
        }
    }
}
