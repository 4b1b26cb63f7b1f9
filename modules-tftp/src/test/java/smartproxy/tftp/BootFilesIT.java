package smartproxy.tftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.daemon.DaemonFixture;
import smartproxy.core.daemon.Wire;
import smartproxy.core.daemon.Wire.Reply;
import smartproxy.core.store.SqliteStore;
import smartproxy.tftp.bootfiles.FakeServer;

/** Boot files through a whole daemon: what the caller is told, and what lies on disk then. */
@Timeout(120)
class BootFilesIT {
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private Path root;
    private DaemonFixture proxy;
    private Wire foreman;
    private FakeServer server;
    private final byte[] content = new byte[200_000];

    @BeforeEach
    void start() throws Exception {
        new Random(7).nextBytes(content);
        server = FakeServer.start();
        root = Files.createDirectory(directory.resolve("tftp"));
        proxy = DaemonFixture.in(directory).module("tftp", settings("")).start();
        foreman = proxy.https();
    }

    private String settings(String more) {
        return ":enabled: https\n:tftproot: " + root + "\n:boot_file_wait: 3\n" + more;
    }

    @AfterEach
    void stop() throws IOException {
        foreman.close();
        proxy.close();
        server.close();
    }

    private static String form(String prefix, String url) {
        return "prefix=" + prefix + "&path=" + URLEncoder.encode(url, StandardCharsets.UTF_8);
    }

    private Reply fetch(String prefix, String url) throws Exception {
        return foreman.post("/tftp/fetch_boot_file", form(prefix, url));
    }

    private JsonNode state(String name) throws Exception {
        return new ObjectMapper()
                .readTree(foreman.get("/tftp/boot_files/" + name).body());
    }

    private void waitLonger() throws Exception {
        proxy.module("tftp", settings("").replace("boot_file_wait: 3", "boot_file_wait: 20"))
                .reload();
    }

    private void assertNothingIsLeft() throws IOException {
        try (var all = Files.walk(root)) {
            assertThat(all.map(path -> path.getFileName().toString())).noneMatch(name -> name.endsWith(".part"));
        }
    }

    @Test
    void theFileIsThereWhenTheRequestIsAnswered() throws Exception {
        server.file("/vmlinuz", content, "\"1\"");
        for (var i = 0; i < 2; i++) {
            assertThat(fetch("boot/x", server.url("/vmlinuz")))
                    .returns(200, Reply::status)
                    .returns("", Reply::body);
            assertThat(root.resolve("boot/x-vmlinuz")).hasBinaryContent(content);
        }
        assertThat(server.requests()).hasSize(2);
        assertThat(server.requests().get(1)).contains("If-None-Match: \"1\"");
        var state = state("boot/x-vmlinuz");
        assertThat(state.path("state").asText()).isEqualTo("complete");
        assertThat(state.path("source").asText()).isEqualTo(server.url("/vmlinuz"));
        assertThat(state.has("error")).isFalse();
        assertThat(foreman.get("/tftp/boot_files").body()).startsWith("[{\"name\":\"boot/x-vmlinuz\"");
        assertThat(foreman.get("/tftp/boot_files/boot/other").status()).isEqualTo(404);
        try (var stranger = proxy.stranger()) {
            assertThat(stranger.get("/tftp/boot_files").status()).isEqualTo(403);
        }
    }

    @Test
    void aFailureIsToldAndTheOlderFileStays() throws Exception {
        assertThat(fetch("boot/x", server.url("/vmlinuz")))
                .returns(502, Reply::status)
                .returns(
                        "TFTP: Failed to fetch boot file: " + server.url("/vmlinuz") + " is answered 404", Reply::body);
        assertThat(state("boot/x-vmlinuz").path("state").asText()).isEqualTo("failed");
        server.file("/vmlinuz", content, "\"1\"");
        assertThat(fetch("boot/x", server.url("/vmlinuz")).status()).isEqualTo(200);
        server.on("/vmlinuz", (request, out) -> FakeServer.head(out, "410 Gone", "Content-Length: 0"));
        var stale = fetch("boot/x", server.url("/vmlinuz"));
        assertThat(stale.status()).isEqualTo(200);
        assertThat(stale.header("content-type")).startsWith("application/json");
        assertThat(new ObjectMapper().readTree(stale.body()).path("state").asText())
                .isEqualTo("stale");
        assertThat(stale.body()).contains("is answered 410");
        assertThat(root.resolve("boot/x-vmlinuz")).hasBinaryContent(content);
        assertThat(foreman.get("/health").body())
                .contains("\"tftp: boot files\":{\"state\":\"degraded\"")
                .contains("is answered 410");
        assertNothingIsLeft();
    }

    @Test
    void theOlderFileOfAnotherServerStaysUnlessADigestIsAskedFor() throws Exception {
        server.file("/old/vmlinuz", content, "\"1\"");
        assertThat(fetch("boot/x", server.url("/old/vmlinuz")).status()).isEqualTo(200);
        var stale = fetch("boot/x", server.url("/new/vmlinuz"));
        assertThat(stale.status()).isEqualTo(200);
        assertThat(stale.body()).contains("\"state\":\"stale\"", "/new/vmlinuz is answered 404");
        var wanted = form("boot/x", server.url("/new/vmlinuz")) + "&checksum=sha256:" + "0".repeat(64);
        assertThat(foreman.post("/tftp/fetch_boot_file", wanted))
                .returns(502, Reply::status)
                .returns(
                        "TFTP: Failed to fetch boot file: " + server.url("/new/vmlinuz") + " is answered 404",
                        Reply::body);
        assertThat(state("boot/x-vmlinuz").path("state").asText()).isEqualTo("failed");
        Files.write(root.resolve("boot/x-vmlinuz"), new byte[10]);
        assertThat(fetch("boot/x", server.url("/new/vmlinuz")).status())
                .as("nobody knows whether a file that was changed here is whole")
                .isEqualTo(502);
        assertThat(root.resolve("boot/x-vmlinuz")).hasBinaryContent(new byte[10]);
        assertNothingIsLeft();
    }

    @Test
    void whatMayPassIsTriedAgain() throws Exception {
        var refused = fetch("boot/y", "http://127.0.0.1:1/vmlinuz");
        assertThat(refused.status()).isEqualTo(502);
        assertThat(refused.body()).contains("refused").endsWith("; it is tried again");
        assertThat(state("boot/y-vmlinuz").path("state").asText()).isIn("retrying", "running");
        waitLonger();
        var asked = new AtomicInteger();
        server.on("/vmlinuz", (request, out) -> {
            if (asked.getAndIncrement() == 0) {
                FakeServer.head(out, "200 OK", "Content-Length: 200000");
                out.write(content, 0, 1000);
            } else {
                FakeServer.head(out, "200 OK", "Content-Length: 200000");
                out.write(content);
            }
        });
        assertThat(fetch("boot/x", server.url("/vmlinuz")))
                .returns(200, Reply::status)
                .returns("", Reply::body);
        assertThat(root.resolve("boot/x-vmlinuz")).hasBinaryContent(content);
        assertThat(state("boot/x-vmlinuz").path("tries").asInt()).isEqualTo(2);
    }

    @Test
    void anOlderFileIsToldWhileItIsTriedAgain() throws Exception {
        server.file("/vmlinuz", content, "\"1\"");
        assertThat(fetch("boot/x", server.url("/vmlinuz")).status()).isEqualTo(200);
        awaitTheEnd(); // a slow machine may answer before
        server.on("/vmlinuz", (request, out) -> FakeServer.head(out, "503 Busy", "Content-Length: 0"));
        await("that its first try has failed").atMost(SOON).untilAsserted(() -> {
            var stale = fetch("boot/x", server.url("/vmlinuz"));
            assertThat(stale.status()).isEqualTo(200);
            assertThat(stale.body()).contains("\"state\":\"stale\"").contains("is answered 503; it is tried again");
        });
        assertThat(root.resolve("boot/x-vmlinuz")).hasBinaryContent(content);
    }

    @Test
    void theNextTryGoesOnWhereTheFirstBrokeOff() throws Exception {
        var served = new AtomicLong();
        server.resumable("/vmlinuz", content, "\"1\"", 120_000, served);
        waitLonger();
        assertThat(fetch("boot/x", server.url("/vmlinuz")).status()).isEqualTo(200);
        assertThat(root.resolve("boot/x-vmlinuz")).hasBinaryContent(content);
        assertThat(served).hasValue(content.length + 1L);
        assertThat(state("boot/x-vmlinuz").path("tries").asInt()).isEqualTo(2);
        assertThat(state("boot/x-vmlinuz").path("bytes").asLong()).isEqualTo(content.length);
        assertNothingIsLeft();
    }

    @Test
    void serversAreAllowedAndDeniedBySettings() throws Exception {
        server.file("/vmlinuz", content, "\"1\"");
        proxy.module("tftp", settings(":boot_file_allow: ['*.example.com', localhost]\n"))
                .reload();
        try (var caller = proxy.https()) {
            assertThat(caller.post("/tftp/fetch_boot_file", form("boot/x", server.url("/vmlinuz")))
                            .body())
                    .contains("127.0.0.1 is refused: 127.0.0.1 is not in :boot_file_allow:");
            var named = server.url("/vmlinuz").replace("127.0.0.1", "localhost");
            assertThat(caller.post("/tftp/fetch_boot_file", form("boot/x", named)))
                    .returns(200, Reply::status)
                    .returns("", Reply::body);
            assertThat(root.resolve("boot/x-vmlinuz")).hasBinaryContent(content);
        }
        proxy.module("tftp", settings(":boot_file_allow: [localhost]\n:boot_file_deny: [localhost]\n"))
                .reload();
        try (var caller = proxy.https()) {
            var named = server.url("/vmlinuz").replace("127.0.0.1", "localhost");
            assertThat(caller.post("/tftp/fetch_boot_file", form("boot/y", named))
                            .body())
                    .contains("localhost is refused: it is in :boot_file_deny:");
        }
    }

    @Test
    void allWhoAskJoinOneDownload() throws Exception {
        var go = new CountDownLatch(1);
        halfUntil(go);
        Callable<Reply> ask = () -> {
            try (var client = proxy.https()) {
                return client.post("/tftp/fetch_boot_file", form("boot/x", server.url("/vmlinuz")));
            }
        };
        var threads = Executors.newFixedThreadPool(10);
        var replies = new ArrayList<Future<Reply>>();
        for (var i = 0; i < 9; i++) {
            replies.add(threads.submit(ask));
        }
        await().atMost(SOON)
                .ignoreExceptions() // nobody has asked for it yet
                .until(() -> state("boot/x-vmlinuz").path("bytes").asLong() == 100_000);
        assertThat(root.resolve("boot/x-vmlinuz")).doesNotExist();
        var running = state("boot/x-vmlinuz");
        assertThat(running.path("state").asText()).isEqualTo("running");
        replies.add(threads.submit(ask)); // the others may have come before it ran
        assertThat(running.path("length").asLong()).isEqualTo(200_000);
        assertThat(running.path("bytes_per_second").asLong()).isPositive();
        assertThat(foreman.get("/metrics").body()).contains("smart_proxy_tftp_boot_files{state=\"running\"} 1.0");
        var other = fetch("boot/x", server.url("/x/vmlinuz"));
        assertThat(other.status()).isEqualTo(503);
        assertThat(other.body()).contains(server.url("/vmlinuz") + " is being fetched to boot/x-vmlinuz");
        for (var reply : replies) {
            assertThat(reply.get(30, TimeUnit.SECONDS))
                    .as("it goes on by itself")
                    .returns(200, Reply::status)
                    .returns("", Reply::body);
        }
        threads.shutdown();
        assertThat(root.resolve("boot/x-vmlinuz")).doesNotExist();
        assertThat(server.requests()).hasSize(1);
        server.file("/vmlinuz", content, "\"1\"");
        go.countDown();
        awaitTheEnd();
        assertThat(root.resolve("boot/x-vmlinuz")).hasBinaryContent(content);
        assertThat(server.requests()).hasSize(2);
        assertThat(server.requests().get(1))
                .as("whether it is still the same, for who came later")
                .contains("If-None-Match: \"1\"");
    }

    private void halfUntil(CountDownLatch go) {
        server.on("/vmlinuz", (request, out) -> {
            FakeServer.head(out, "200 OK", "Content-Length: 200000", "ETag: \"1\"");
            out.write(content, 0, 100_000);
            out.flush();
            go.await(60, TimeUnit.SECONDS);
            out.write(content, 100_000, 100_000);
        });
    }

    private void awaitTheEnd() {
        await().atMost(SOON)
                .until(() -> state("boot/x-vmlinuz").path("state").asText().equals("complete"));
    }

    @Test
    void whoAsksWhileAnOlderOneComesGetsTheNewer() throws Exception {
        var go = new CountDownLatch(1);
        halfUntil(go);
        assertThat(fetch("boot/x", server.url("/vmlinuz")))
                .as("it goes on by itself")
                .returns(200, Reply::status);
        await().atMost(SOON).until(() -> server.requests().size() == 1);
        var newer = "the newer one".getBytes(StandardCharsets.UTF_8);
        server.file("/vmlinuz", newer, "\"2\"");
        assertThat(fetch("boot/x", server.url("/vmlinuz"))).returns(200, Reply::status);
        assertThat(server.requests()).as("it waits for the older one").hasSize(1);
        go.countDown();
        awaitTheEnd();
        assertThat(root.resolve("boot/x-vmlinuz")).hasBinaryContent(newer);
    }

    @Test
    void aDownloadGoesOnOverAReload() throws Exception {
        var go = new CountDownLatch(1);
        server.on("/vmlinuz", (request, out) -> {
            FakeServer.head(out, "200 OK", "Content-Length: 200000");
            out.write(content, 0, 100_000);
            out.flush();
            go.await(60, TimeUnit.SECONDS);
            out.write(content, 100_000, 100_000);
        });
        assertThat(fetch("boot/x", server.url("/vmlinuz")).status()).isEqualTo(200);
        proxy.module("tftp", settings(":boot_file_deny: [127.0.0.0/8]\n")).reload();
        go.countDown();
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(root.resolve("boot/x-vmlinuz")).hasBinaryContent(content));
        try (var again = proxy.https()) {
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(
                                    again.get("/tftp/boot_files/boot/x-vmlinuz").body())
                            .contains("\"state\":\"complete\""));
            assertThat(again.post("/tftp/fetch_boot_file", form("boot/y", server.url("/vmlinuz")))
                            .body())
                    .contains("127.0.0.1 is refused: 127.0.0.1 is in :boot_file_deny:");
        }
    }

    @Test
    void aReloadThatIsNotTakenOverLeavesTheSettingsOfBefore() throws Exception {
        server.file("/vmlinuz", content, "\"1\"");
        proxy.module("tftp", settings("""
                        :boot_file_deny: [127.0.0.0/8]
                        :tftp_server:
                          :enabled: true
                          :address: 203.0.113.1
                          :port: 6969
                        """)).reload();
        assertThat(proxy.log()).contains("Not reloaded, the settings in use stay: ");
        assertThat(fetch("boot/x", server.url("/vmlinuz")))
                .returns(200, Reply::status)
                .returns("", Reply::body);
        assertThat(root.resolve("boot/x-vmlinuz")).hasBinaryContent(content);
    }

    @Test
    void whatNobodyUsesIsRemovedByTheRuleOfTheSettings() throws Exception {
        server.file("/vmlinuz", content, "\"1\"");
        for (var prefix : List.of("boot/old", "boot/new")) {
            assertThat(fetch(prefix, server.url("/vmlinuz")).status()).isEqualTo(200);
        }
        var old = root.resolve("boot/old-vmlinuz");
        Files.writeString(root.resolve("boot/config"), "not fetched");
        proxy.close();
        notUsedForDays(40, old, "boot/old-vmlinuz");
        proxy.start(); // without a rule
        assertThat(old).as("not read, that were a use").hasSize(content.length);
        proxy.close();
        proxy.module("tftp", settings(":boot_file_keep_days: 30\n")).start();
        await().atMost(SOON).untilAsserted(() -> assertThat(old).doesNotExist());
        try (var caller = proxy.https()) {
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(caller.get("/tftp/boot_files/boot/old-vmlinuz")
                                    .body())
                            .contains("\"state\":\"removed\""));
            assertThat(caller.get("/health").body())
                    .contains("\"tftp: boot files\":{\"state\":\"up\"")
                    .contains("1 files of 0 MiB are kept");
            assertThat(proxy.metric("smart_proxy_tftp_boot_files_removed_total"))
                    .isEqualTo(1);
            assertThat(proxy.metric("smart_proxy_tftp_boot_file_removed_bytes_total"))
                    .isEqualTo(content.length);
            assertThat(proxy.log()).contains("TFTP: removed boot/old-vmlinuz, 200000 bytes: not used for 40 days");
            assertThat(root.resolve("boot/new-vmlinuz")).hasBinaryContent(content);
            assertThat(root.resolve("boot/config")).exists();
            assertThat(caller.post("/tftp/fetch_boot_file", form("boot/old", server.url("/vmlinuz")))
                            .status())
                    .isEqualTo(200);
            assertThat(old).as("it is fetched anew").hasBinaryContent(content);
        }
    }

    private void notUsedForDays(int days, Path file, String destination) throws Exception {
        var then = Instant.now().minus(Duration.ofDays(days));
        Files.getFileAttributeView(file, BasicFileAttributeView.class).setTimes(null, FileTime.from(then), null);
        try (var store = SqliteStore.open(directory)) {
            var changed = store.transaction(connection -> {
                try (var update =
                        connection.prepareStatement("UPDATE tftp_boot_file SET asked = ? WHERE destination = ?")) {
                    update.setLong(1, then.getEpochSecond());
                    update.setString(2, destination);
                    return update.executeUpdate();
                }
            });
            assertThat(changed).isEqualTo(1);
        }
    }

    @Test
    void aRuleThatMakesNoSenseIsSaid() throws Exception {
        proxy.module("tftp", settings(":boot_file_keep_days: 0\n:boot_file_keep_size: lots\n"));
        assertThat(proxy.check(false))
                .contains("tftp.yml:4: boot_file_keep_days: ", "a number from 1 to 36500 (it is '0')")
                .contains("tftp.yml:5: boot_file_keep_size: ", "a number from 1 to 1073741824 (it is 'lots')");
    }

    @Test
    void whatMakesNoSenseIsRefusedAtOnce() throws Exception {
        var form = form("boot/x", server.url("/vmlinuz"));
        assertThat(foreman.post("/tftp/fetch_boot_file", form + "&checksum=md5:00"))
                .returns(400, Reply::status);
        assertThat(foreman.post("/tftp/fetch_boot_file", form + "&checksum[]=x"))
                .returns(400, Reply::status);
        assertThat(fetch("boot/x", "http://169.254.169.254/vmlinuz"))
                .returns(502, Reply::status)
                .returns(
                        "TFTP: Failed to fetch boot file: 169.254.169.254 is refused: 169.254.169.254 is link-local;"
                                + " :boot_file_allow: may name it",
                        Reply::body);
        assertThat(server.requests()).isEmpty();
        assertThat(root.resolve("boot")).doesNotExist();
    }
}
