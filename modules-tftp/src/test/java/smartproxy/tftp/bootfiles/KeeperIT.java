package smartproxy.tftp.bootfiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.HttpDownloads;
import smartproxy.core.client.JettyDownloads;
import smartproxy.core.store.SqliteStore;
import smartproxy.tftp.bootfiles.BootFileStatus.State;
import smartproxy.tftp.files.FileStore;

/** What the administrator's rule removes, and what it never does. */
@Timeout(120)
class KeeperIT extends Fetching {
    private static final KeepRule TEN_DAYS = new KeepRule(Optional.of(Duration.ofDays(10)), Optional.empty());
    private static final Keeper.Alone NOBODY_ELSE = (destination, work) -> work.run();

    @TempDir
    Path state;

    private SqliteStore store;
    private FileStore files;
    private BootFileRows rows;
    private final Instant later = Instant.now().plus(Duration.ofDays(20));

    @BeforeEach
    void open() throws Exception {
        store = SqliteStore.open(state);
        files = new FileStore(root);
        rows = new BootFileRows(store, "here", files.root());
    }

    @AfterEach
    void close() throws Exception {
        store.close();
    }

    private Keeper keeper(KeepRule rule) {
        return new Keeper(files, rows, rule);
    }

    private BootFile wanted(String destination) {
        return new BootFile(URI.create(server.url("/f")), destination, Optional.empty());
    }

    private Path fetched(String destination) throws Exception {
        server.file("/f", CONTENT, "\"1\"");
        var file = wanted(destination);
        rows.want(file);
        rows.done(file, fetch(fetcher(), file, rows.known(destination)), false);
        return root.resolve(destination);
    }

    private static void read(Path file, Instant when) throws Exception {
        Files.getFileAttributeView(file, BasicFileAttributeView.class).setTimes(null, FileTime.from(when), null);
    }

    private List<String> gone(KeepRule rule, Instant when) throws Exception {
        return keeper(rule).run(when, NOBODY_ELSE).gone().stream()
                .map(Fetched::destination)
                .toList();
    }

    @Test
    void whatWasNeitherAskedForNorReadGoes() throws Exception {
        var a = fetched("boot/a");
        var b = fetched("boot/b");
        assertThat(gone(TEN_DAYS, Instant.now())).isEmpty();
        assertThat(gone(KeepRule.ALL, later)).isEmpty();
        read(b, later.minus(Duration.ofDays(9)));
        assertThat(gone(TEN_DAYS, later)).containsExactly("boot/a");
        assertThat(a).doesNotExist();
        assertThat(b).hasBinaryContent(CONTENT);
        assertThat(rows.known("boot/a")).isEqualTo(Known.NOTHING);
        assertThat(gone(TEN_DAYS, later)).isEmpty();
        fetched("boot/a");
        assertThat(a).as("asked for again").hasBinaryContent(CONTENT);
    }

    @Test
    void ofTooMuchTheOneReadLongestAgoGoes() throws Exception {
        read(fetched("boot/a"), later.minus(Duration.ofDays(3)));
        read(fetched("boot/b"), later.minus(Duration.ofDays(4)));
        read(fetched("boot/c"), later.minus(Duration.ofHours(20)));
        var rule = new KeepRule(Optional.empty(), Optional.of(CONTENT.length * 2L));
        var result = keeper(rule).run(later, NOBODY_ELSE);
        assertThat(result.gone()).extracting(Fetched::destination).containsExactly("boot/b");
        assertThat(result)
                .returns(2, Keeper.Result::left)
                .returns(CONTENT.length * 2L, Keeper.Result::bytes)
                .returns(false, Keeper.Result::tooMuch);
        var least = new KeepRule(Optional.empty(), Optional.of(1L));
        assertThat(keeper(least).run(later, NOBODY_ELSE).tooMuch())
                .as("one is in use")
                .isTrue();
        assertThat(root.resolve("boot")).isDirectoryContaining(file -> file.endsWith("c"));
    }

    @Test
    void whatSomebodyElseHasBroughtOrChangedStays() throws Exception {
        server.file("/f", CONTENT, "\"1\"");
        var brought = Files.createDirectories(root.resolve("boot")).resolve("brought");
        Files.write(brought, CONTENT);
        fetched("boot/brought");
        assertThat(rows.known("boot/brought").last())
                .as("it was there, whole")
                .get()
                .returns(false, Have::ours);
        var changed = fetched("boot/changed");
        Files.writeString(changed, "of an administrator");
        var replaced = fetched("boot/replaced");
        Files.delete(replaced);
        Files.createSymbolicLink(replaced, brought);
        var linked = fetched("boot/linked");
        Files.move(linked, root.resolve("elsewhere"));
        Files.createSymbolicLink(linked, root.resolve("elsewhere"));
        Files.writeString(root.resolve("boot/config"), "unknown");
        assertThat(gone(TEN_DAYS, later)).isEmpty();
        try (var all = Files.list(root.resolve("boot"))) {
            assertThat(all).hasSize(5);
        }
        assertThat(root.resolve("elsewhere")).exists();
    }

    @Test
    void anotherHostsFilesAreNotKnownHere() throws Exception {
        fetched("boot/a");
        var other = new BootFileRows(store, "there", files.root());
        assertThat(new Keeper(files, other, TEN_DAYS).run(later, NOBODY_ELSE).gone())
                .isEmpty();
        assertThat(root.resolve("boot/a")).exists();
    }

    @Test
    void whatIsAskedForOrReadMeanwhileStays() throws Exception {
        var a = fetched("boot/a");
        var b = fetched("boot/b");
        var result = keeper(TEN_DAYS).run(later, (destination, work) -> {
            try {
                if (destination.equals("boot/a")) {
                    rows.want(wanted("boot/a"));
                } else {
                    read(b, later);
                }
            } catch (Exception e) {
                throw new AssertionError(e);
            }
            work.run();
        });
        assertThat(result.gone()).isEmpty();
        assertThat(List.of(a, b)).allSatisfy(file -> assertThat(file).hasBinaryContent(CONTENT));
    }

    @Test
    void whoReadsOneThatGoesReadsItToItsEnd() throws Exception {
        fetched("boot/a");
        try (var reader = files.open("boot/a")) {
            assertThat(gone(TEN_DAYS, later)).containsExactly("boot/a");
            assertThat(reader.channel().size()).isEqualTo(CONTENT.length);
            assertThat(Channels.newInputStream(reader.channel()).readAllBytes()).isEqualTo(CONTENT);
        }
    }

    private void notUsedForDays(int days, String destination) throws Exception {
        read(fetched(destination), Instant.now().minus(Duration.ofDays(days)));
        store.transaction(connection -> {
            try (var update =
                    connection.prepareStatement("UPDATE tftp_boot_file SET asked = asked - ? WHERE destination = ?")) {
                update.setLong(1, Duration.ofDays(days).toSeconds());
                update.setString(2, destination);
                return update.executeUpdate();
            }
        });
    }

    /** A reload starts the next generation before it is sure; what that one would remove cannot be brought back. */
    @Test
    void aRuleRemovesNothingBeforeItIsTheOnlyOne() throws Exception {
        notUsedForDays(20, "boot/a");
        notUsedForDays(40, "boot/b");
        var month = new KeepRule(Optional.of(Duration.ofDays(30)), Optional.empty());
        try (var downloads = new Downloads()) {
            var before =
                    downloads.use(new Downloads.Means(fetcher(), rows, List.of(), keeper(KeepRule.ALL)), spared -> {});
            var refused =
                    downloads.use(new Downloads.Means(fetcher(), rows, List.of(), keeper(TEN_DAYS)), spared -> {});
            downloads.want(wanted("boot/c")); // the end of which has the files looked at
            await().during(Duration.ofSeconds(2)).until(() -> Files.exists(root.resolve("boot/a")));
            refused.close();
            downloads.use(new Downloads.Means(fetcher(), rows, List.of(), keeper(month)), spared -> {});
            before.close();
            await().atMost(Duration.ofSeconds(60)).until(() -> !Files.exists(root.resolve("boot/b")));
            assertThat(root.resolve("boot/a")).hasBinaryContent(CONTENT);
        }
    }

    @Test
    void whatIsOnItsWayStaysAndIsShownOnceItIsGone() throws Exception {
        for (var name : List.of("boot/a", "boot/b")) {
            notUsedForDays(20, name);
        }
        var go = new CountDownLatch(1);
        var asked = new CountDownLatch(1);
        server.on("/g", (request, out) -> {
            asked.countDown();
            go.await(100, TimeUnit.SECONDS);
            FakeServer.head(out, "404 Gone", "Content-Length: 0");
        });
        var terms = new HttpDownloads.Terms(Duration.ofSeconds(5), Duration.ofSeconds(100), Optional.empty(), "", true);
        var source = new HttpSource(new JettyDownloads("test", terms), ANY);
        var fetcher = fetcher(root, source, terms, 1 << 20, false, Pace.DEFAULT);
        try (var downloads = new Downloads()) {
            var before =
                    downloads.use(new Downloads.Means(fetcher, rows, List.of(), keeper(KeepRule.ALL)), spared -> {});
            downloads.want(new BootFile(URI.create(server.url("/g")), "boot/a", Optional.empty()));
            assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();
            downloads.use(new Downloads.Means(fetcher, rows, List.of(), keeper(TEN_DAYS)), spared -> {});
            before.close();
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(downloads.list().find("boot/b"))
                            .get()
                            .returns(State.REMOVED, BootFileStatus::state));
            assertThat(root.resolve("boot/b")).doesNotExist();
            assertThat(root.resolve("boot/a")).hasBinaryContent(CONTENT);
            assertThat(downloads.removed()).isEqualTo(1);
            assertThat(downloads.removedBytes()).isEqualTo(CONTENT.length);
            go.countDown();
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(downloads.list().find("boot/a"))
                            .get()
                            .returns(State.STALE, BootFileStatus::state));
            assertThat(root.resolve("boot/a")).hasBinaryContent(CONTENT);
        }
    }
}
