package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** kill -9 while boot files come: none is ever there in part, and the next daemon fetches what was asked for. */
@Timeout(900)
class BootFileKillIT {
    private static final int SIZE = 1 << 20;

    @TempDir
    Path directory;

    /** Which content the server gives out; each begins with its number. */
    private final AtomicInteger version = new AtomicInteger();

    private final AtomicLong served = new AtomicLong();

    private static byte[] content(int version, String name) {
        var line = version + " " + name + "\n";
        var text = line.repeat(SIZE / line.length() + 1);
        return text.substring(0, SIZE).getBytes(StandardCharsets.US_ASCII);
    }

    /** Slowly enough to be killed in between. */
    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            var now = version.get();
            var path = exchange.getRequestURI().getPath();
            exchange.getResponseHeaders().set("ETag", "\"" + now + "\"");
            if (("\"" + now + "\"").equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
                exchange.sendResponseHeaders(304, -1);
                return;
            }
            exchange.sendResponseHeaders(200, SIZE);
            var bytes = content(now, path.substring(1));
            for (var at = 0; at < SIZE; at += SIZE / 16) {
                exchange.getResponseBody().write(bytes, at, SIZE / 16);
                served.addAndGet(SIZE / 16);
                LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
            }
        }
    }

    private void assertWhole(Path root, int files) throws IOException {
        for (var number = 0; number < files; number++) {
            var file = root.resolve("boot/x-f" + number);
            if (Files.exists(file)) {
                var bytes = Files.readAllBytes(file);
                var first = new String(bytes, 0, Math.min(bytes.length, 20), StandardCharsets.US_ASCII);
                var of = Integer.parseInt(first.substring(0, first.indexOf(' ')));
                assertThat(bytes).as(file.toString()).isEqualTo(content(of, "f" + number));
            }
        }
    }

    private static List<String> parts(Path root) throws IOException {
        try (var all = Files.walk(root)) {
            return all.map(path -> path.getFileName().toString())
                    .filter(name -> name.endsWith(".part"))
                    .toList();
        }
    }

    private void kill(int kills, int files) throws Exception {
        var root = Files.createDirectories(directory.resolve("tftp"));
        var threads = Executors.newCachedThreadPool();
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.setExecutor(threads);
        server.createContext("/", this::serve);
        server.start();
        var url = "http%3A%2F%2F127.0.0.1%3A" + server.getAddress().getPort() + "%2Ff";
        var site = Site.in(directory).module("tftp", ":enabled: https", ":tftproot: " + root, ":boot_file_wait: 0");
        var interrupted = 0;
        for (var kill = 0; kill < kills; kill++) {
            assertWhole(root, files);
            try (var daemon = site.start()) {
                version.incrementAndGet(); // what the daemon goes on with may be older than what is asked for now
                for (var number = 0; number < files; number++) {
                    var answer = site.foreman().post("/tftp/fetch_boot_file", "prefix=boot/x&path=" + url + number);
                    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                }
                var enough = served.get() + ThreadLocalRandom.current().nextLong((long) SIZE * files / 2);
                await().atMost(Duration.ofSeconds(60))
                        .pollInterval(Duration.ofMillis(2))
                        .until(() -> served.get() >= enough
                                || site.foreman()
                                                .json("/tftp/boot_files")
                                                .toString()
                                                .split("complete")
                                                .length
                                        > files);
                daemon.kill();
                interrupted += parts(root).size();
                assertWhole(root, files);
            }
        }
        var last = version.get();
        try (var daemon = site.start()) {
            for (var number = 0; number < files; number++) {
                var name = "f" + number;
                await().atMost(Duration.ofSeconds(60))
                        .untilAsserted(
                                () -> assertThat(root.resolve("boot/x-" + name)).hasBinaryContent(content(last, name)));
            }
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(parts(root)).isEmpty());
            assertThat(daemon.isAlive()).isTrue();
        } finally {
            server.stop(0);
            threads.shutdownNow();
        }
        System.out.printf("BootFileKillIT: %d kills, %d files of %d interrupted%n", kills, interrupted, kills * files);
        assertThat(interrupted).isPositive();
    }

    @Test
    void noFileIsEverThereInPart() throws Exception {
        kill(10, 20);
    }

    @Test
    @Tag("long")
    @Timeout(3600)
    void norAtTwoHundredMoments() throws Exception {
        kill(200, 20);
    }

    @Test
    void theNextDaemonGoesOnWhereTheFileBrokeOff() throws Exception {
        var root = Files.createDirectories(directory.resolve("tftp"));
        var content = content(1, "f");
        var go = new CountDownLatch(1);
        var threads = Executors.newCachedThreadPool();
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange) {
                var range = exchange.getRequestHeaders().getFirst("Range");
                var goesOn = "\"1\"".equals(exchange.getRequestHeaders().getFirst("If-Range"));
                var from = range != null && goesOn ? Integer.parseInt(range.replaceAll("[^0-9]", "")) : 0;
                exchange.getResponseHeaders().set("ETag", "\"1\"");
                if (from > 0) {
                    var end = "bytes " + from + "-" + (SIZE - 1) + "/" + SIZE;
                    exchange.getResponseHeaders().set("Content-Range", end);
                }
                exchange.sendResponseHeaders(from > 0 ? 206 : 200, SIZE - from);
                var most = from > 0 ? SIZE - from : SIZE / 2;
                served.addAndGet(most); // before the client can have it
                exchange.getResponseBody().write(content, from, most);
                exchange.getResponseBody().flush();
                if (from == 0) {
                    go.await(60, TimeUnit.SECONDS);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        server.start();
        var url = "http%3A%2F%2F127.0.0.1%3A" + server.getAddress().getPort() + "%2Ff";
        var site = Site.in(directory).module("tftp", ":enabled: https", ":tftproot: " + root, ":boot_file_wait: 0");
        try {
            try (var daemon = site.start()) {
                assertThat(site.foreman()
                                .post("/tftp/fetch_boot_file", "prefix=boot/x&path=" + url)
                                .statusCode())
                        .isEqualTo(200);
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> site.foreman()
                                .json("/tftp/boot_files")
                                .toString()
                                .contains("\"bytes\":" + SIZE / 2));
                daemon.kill();
            }
            assertThat(parts(root)).hasSize(1);
            try (var daemon = site.start()) {
                await().atMost(Duration.ofSeconds(60))
                        .untilAsserted(
                                () -> assertThat(root.resolve("boot/x-f")).hasBinaryContent(content));
                assertThat(daemon.isAlive()).isTrue();
            }
            assertThat(served).as("one byte is sent twice").hasValue(SIZE + 1L);
            assertThat(parts(root)).isEmpty();
        } finally {
            go.countDown();
            server.stop(0);
            threads.shutdownNow();
        }
    }
}
