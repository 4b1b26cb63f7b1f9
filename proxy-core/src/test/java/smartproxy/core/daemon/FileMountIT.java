package smartproxy.core.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.FileSource;
import smartproxy.core.api.ModuleContext;
import smartproxy.core.api.ModuleInstance;
import smartproxy.core.api.Mount;
import smartproxy.core.api.ProxyModule;
import smartproxy.core.api.Role;
import smartproxy.core.api.Schema;
import smartproxy.core.daemon.Wire.Reply;

/** Files that a mount serves: whole, in part, to many, to those who do not take them. */
class FileMountIT {
    private static final Instant MODIFIED = Instant.parse("2024-02-03T04:05:06.789Z");
    private static final String DATE = "Sat, 03 Feb 2024 04:05:06 GMT";

    @TempDir
    Path directory;

    private Path files;
    private FileModule module;
    private DaemonFixture proxy;

    @BeforeEach
    void start() throws Exception {
        files = Files.createDirectory(directory.resolve("files"));
        file("kernel", "kernel bytes\n".getBytes(StandardCharsets.US_ASCII));
        file("empty", new byte[0]);
        module = new FileModule(files);
        proxy = DaemonFixture.in(directory).with(module).start();
    }

    @AfterEach
    void stop() {
        module.gate.countDown();
        proxy.close();
    }

    private void file(String name, byte[] content) throws IOException {
        Files.setLastModifiedTime(Files.write(files.resolve(name), content), FileTime.from(MODIFIED));
    }

    @Test
    void aFileIsSentWhole() throws Exception {
        try (var wire = proxy.http()) {
            var reply = wire.get("/files/kernel");
            assertThat(reply).returns(200, Reply::status).returns("kernel bytes\n", Reply::body);
            assertThat(reply.headers())
                    .containsEntry("content-length", "13")
                    .containsEntry("content-type", "text/x-kernel")
                    .containsEntry("last-modified", DATE)
                    .containsEntry("x-content-type-options", "nosniff")
                    .doesNotContainKeys("transfer-encoding", "content-range");
            assertThat(wire.get("/files/empty")).returns(200, Reply::status).returns("", Reply::body);
            assertThat(wire.get("/files/k%65rnel").body()).isEqualTo("kernel bytes\n");
        }
    }

    @Test
    void headTellsTheLengthAndSendsNothing() throws Exception {
        try (var wire = proxy.http()) {
            var reply = wire.request("HEAD", "/files/kernel");
            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.header("content-length")).isEqualTo("13");
            assertThat(wire.get("/files/kernel").body()).isEqualTo("kernel bytes\n");
        }
    }

    @Test
    void aRangeIsSentAlone() throws Exception {
        try (var wire = proxy.http()) {
            var reply = wire.get("/files/kernel", "Range: bytes=7-11");
            assertThat(reply).returns(206, Reply::status).returns("bytes", Reply::body);
            assertThat(reply.header("content-range")).isEqualTo("bytes 7-11/13");
            assertThat(reply.header("content-length")).isEqualTo("5");

            var missed = wire.get("/files/kernel", "Range: bytes=13-");
            assertThat(missed).returns(416, Reply::status).returns("Byte range unsatisfiable\n", Reply::body);
            assertThat(missed.header("content-range")).isEqualTo("bytes */13");

            assertThat(wire.get("/files/kernel", "Range: bytes=0-0,2-3").body()).isEqualTo("kernel bytes\n");
        }
    }

    @Test
    void aRangeOfAnotherVersionIsTheWholeFile() throws Exception {
        try (var wire = proxy.http()) {
            assertThat(wire.get("/files/kernel", "Range: bytes=0-2", "If-Range: " + DATE))
                    .returns(206, Reply::status);
            for (var other : List.of("Sat, 03 Feb 2024 04:05:07 GMT", "\"tag\"", "yesterday")) {
                assertThat(wire.get("/files/kernel", "Range: bytes=0-2", "If-Range: " + other))
                        .as(other)
                        .returns(200, Reply::status)
                        .returns("kernel bytes\n", Reply::body);
            }
        }
    }

    @Test
    void whatTheClientHasIsNotSentAgain() throws Exception {
        try (var wire = proxy.http()) {
            var reply = wire.get("/files/kernel", "If-Modified-Since: " + DATE);
            assertThat(reply).returns(304, Reply::status).returns("", Reply::body);
            assertThat(reply.headers()).doesNotContainKey("content-type").containsEntry("last-modified", DATE);
            for (var header : List.of(
                    "If-Modified-Since: Thu, 01 Jan 2037 00:00:00 GMT",
                    "If-Modified-Since: Thu, 01 Jan 2015 00:00:00 GMT",
                    "If-Modified-Since: yesterday",
                    "If-None-Match: *")) {
                assertThat(wire.get("/files/kernel", header)).as(header).returns(200, Reply::status);
            }
            assertThat(wire.get("/files/kernel", "If-None-Match: \"x\"", "If-Modified-Since: " + DATE))
                    .returns(200, Reply::status);
        }
    }

    @Test
    void refusalsAreThoseOfTheSource() throws Exception {
        try (var wire = proxy.http()) {
            assertThat(wire.get("/files/none")).returns(404, Reply::status).returns("no none", Reply::body);
            assertThat(wire.get("/files")).returns(404, Reply::status).returns("no ", Reply::body);
            assertThat(wire.get("/files/%ff")).returns(404, Reply::status).returns("Not found", Reply::body);
            assertThat(wire.request("DELETE", "/files/kernel").status()).isEqualTo(404);
            assertThat(wire.post("/files/kernel", "a=b").body()).isEqualTo("Requested url was not found");
        }
    }

    @Test
    void aLargeFileArrivesAsItIs() throws Exception {
        var content = new byte[9_000_001];
        var random = new Random(1);
        for (var at = 0; at < content.length; at++) {
            content[at] = (byte) ('a' + random.nextInt(26));
        }
        file("initrd", content);
        try (var plain = proxy.http();
                var tls = proxy.stranger()) {
            for (var wire : List.of(plain, tls, plain)) {
                var reply = wire.get("/files/initrd");
                assertThat(reply.header("content-length")).isEqualTo("9000001");
                assertThat(reply.body().getBytes(StandardCharsets.US_ASCII)).isEqualTo(content);
            }
        }
        assertAllClosed();
    }

    @Test
    void aFileThatBecomesShorterIsSeenToBeBrokenOff() throws Exception {
        file("shrinking", new byte[20_000_000]);
        try (var wire = proxy.http()) {
            wire.send(Wire.head("GET", "/files/shrinking") + "\r\n");
            DaemonFixture.await().until(() -> module.opened.get() == 1);
            try (var channel = FileChannel.open(files.resolve("shrinking"), java.nio.file.StandardOpenOption.WRITE)) {
                channel.truncate(100);
            }
            assertThatThrownBy(wire::read).isInstanceOf(IOException.class);
        }
        DaemonFixture.await().until(() -> proxy.log().contains("the file has become shorter"));
        assertAllClosed();
    }

    @Test
    void clientsThatGoAwayLeaveNothingOpen() throws Exception {
        file("large", new byte[20_000_000]);
        for (var i = 0; i < 20; i++) {
            try (var wire = i % 2 == 0 ? proxy.http() : proxy.stranger()) {
                wire.send(Wire.head("GET", "/files/large") + "\r\n");
                wire.readHead();
            }
        }
        assertAllClosed();
    }

    /** More than can be sent at once do not take theirs, and the disk hangs for others: all else goes on. */
    @Test
    void aCrowdThatBootsKeepsNoControlRouteWaiting() throws Exception {
        file("large", new byte[20_000_000]);
        var crowd = new ArrayList<Wire>();
        try {
            for (var i = 0; i < 300; i++) {
                crowd.add(proxy.http().send(Wire.head("GET", "/files/large") + "\r\n"));
            }
            DaemonFixture.await().until(() -> module.open.get() == 256);
            try (var foreman = proxy.https()) {
                assertThat(foreman.get("/features").status()).isEqualTo(200);
                assertThat(foreman.get("/v2/features").status()).isEqualTo(200);
            }
            for (var wire : crowd.subList(0, 60)) {
                wire.close();
            }
            DaemonFixture.await().until(() -> module.opened.get() > 256);
        } finally {
            for (var wire : crowd) {
                wire.close();
            }
        }
        assertAllClosed();

        var hanging = new ArrayList<Wire>();
        try {
            for (var i = 0; i < 40; i++) {
                hanging.add(proxy.http().send(Wire.head("GET", "/files/hanging") + "\r\n"));
            }
            DaemonFixture.await().until(() -> module.hanging.get() == 16);
            try (var foreman = proxy.https()) {
                assertThat(foreman.get("/features").status()).isEqualTo(200);
            }
            module.gate.countDown();
            for (var wire : hanging) {
                assertThat(wire.read().status()).isEqualTo(404);
            }
        } finally {
            for (var wire : hanging) {
                wire.close();
            }
        }
    }

    private void assertAllClosed() {
        DaemonFixture.await().until(() -> module.open.get() == 0);
    }

    /** Serves one directory to anybody; the name {@code hanging} is a disk that does not answer. */
    private static final class FileModule implements ProxyModule<Boolean> {
        final AtomicInteger opened = new AtomicInteger();
        final AtomicInteger hanging = new AtomicInteger();
        final CountDownLatch gate = new CountDownLatch(1);
        final OpenChannels open = new OpenChannels();
        private final Path directory;

        FileModule(Path directory) {
            this.directory = directory;
        }

        @Override
        public String name() {
            return "files";
        }

        @Override
        public Schema<Boolean> schema() {
            return new Schema<>("files", List.of(), values -> true);
        }

        @Override
        public boolean enabledByDefault() {
            return true;
        }

        @Override
        public ModuleInstance create(Boolean settings, ModuleContext context) {
            var mounts = List.of(Mount.ofFiles("/files", Role.ANONYMOUS, this::open));
            return () -> mounts;
        }

        private FileSource.ServedFile open(String path) {
            try {
                if (path.equals("hanging")) {
                    hanging.incrementAndGet();
                    gate.await();
                }
                if (path.isEmpty()) {
                    throw CallerException.notFound("no ");
                }
                var file = directory.resolve(path);
                var channel = FileChannel.open(file);
                open.add(channel);
                opened.incrementAndGet();
                return new FileSource.ServedFile(
                        channel, channel.size(), Files.getLastModifiedTime(file).toInstant(), "text/x-" + path);
            } catch (NoSuchFileException e) {
                throw CallerException.notFound("no " + path);
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Counts those that were not closed. */
    private static final class OpenChannels {
        private final List<FileChannel> all = new java.util.concurrent.CopyOnWriteArrayList<>();

        void add(FileChannel channel) {
            all.add(channel);
        }

        long get() {
            return all.stream().filter(FileChannel::isOpen).count();
        }
    }
}
