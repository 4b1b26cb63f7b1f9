package smartproxy.tftp.bootfiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.HttpDownloads;
import smartproxy.core.client.JettyDownloads;
import smartproxy.tftp.files.FileStore;

/** Tries to fetch a file below an empty root from a server that does as it is told. */
abstract class Fetching {
    static final byte[] CONTENT = content(300_000);
    static final String FILE = "boot/x-vmlinuz";
    static final SourceRules ANY = new SourceRules(Hosts.NONE, Hosts.NONE);

    @TempDir
    Path root;

    FakeServer server;

    /** Bytes that the last try has received. */
    long received;

    /** What the last try has noted to go on with. */
    @Nullable Partial noted;

    static byte[] content(int length) {
        var bytes = new byte[length];
        new Random(42).nextBytes(bytes);
        return bytes;
    }

    @BeforeEach
    void start() throws IOException {
        server = FakeServer.start();
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    static HttpDownloads.Terms terms(Optional<Path> authorities) {
        return new HttpDownloads.Terms(
                Duration.ofSeconds(5), Duration.ofSeconds(1), authorities, ":boot_file_ca_file:", true);
    }

    static Fetcher fetcher(
            Path root, Source source, HttpDownloads.Terms terms, long maxSize, boolean beside, Pace pace) {
        var settings = new BootFileSettings(terms, ANY, Duration.ZERO, maxSize, beside, KeepRule.ALL);
        return new Fetcher(new FileStore(root), source, settings, pace, "boot");
    }

    Fetcher fetcher(SourceRules rules, long maxSize, boolean beside, Pace pace) {
        var terms = terms(Optional.empty());
        return fetcher(root, new HttpSource(new JettyDownloads("test", terms), rules), terms, maxSize, beside, pace);
    }

    Fetcher fetcher() {
        return fetcher(ANY, 1 << 20, false, Pace.DEFAULT);
    }

    static BootFile file(String url) {
        return new BootFile(URI.create(url), FILE, Optional.empty());
    }

    Have fetch(Fetcher fetcher, BootFile file, Optional<Have> last) throws Exception {
        return fetch(fetcher, file, new Known(last, Optional.empty()));
    }

    Have fetch(Fetcher fetcher, BootFile file, Known known) throws Exception {
        received = 0;
        noted = null;
        return fetcher.fetch(file, known, new Progress() {
            @Override
            public void begin(long length, long have) {}

            @Override
            public void more(int bytes) {
                received += bytes;
            }

            @Override
            public boolean note(Partial partial) {
                noted = partial;
                return true;
            }
        });
    }

    FetchFailed failure(Fetcher fetcher, BootFile file) {
        return failure(fetcher, file, Known.NOTHING);
    }

    FetchFailed failure(Fetcher fetcher, BootFile file, Known known) {
        return catchThrowableOfType(FetchFailed.class, () -> fetch(fetcher, file, known));
    }

    Path old() throws IOException {
        var path = root.resolve(FILE);
        Files.createDirectories(path.getParent());
        return Files.writeString(path, "the old one");
    }

    void assertNothingHasChanged() throws IOException {
        assertThat(root.resolve(FILE)).hasContent("the old one");
        assertNothingIsLeft();
    }

    void assertNothingIsLeft() throws IOException {
        try (var all = Files.walk(root)) {
            assertThat(all.map(path -> path.getFileName().toString())).noneMatch(name -> name.endsWith(".part"));
        }
    }
}
