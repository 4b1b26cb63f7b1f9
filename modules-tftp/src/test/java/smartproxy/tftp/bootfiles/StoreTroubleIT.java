package smartproxy.tftp.bootfiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.BackendException;
import smartproxy.core.client.JettyDownloads;
import smartproxy.core.log.Capture;
import smartproxy.core.store.SqliteStore;
import smartproxy.tftp.bootfiles.BootFileStatus.State;
import smartproxy.tftp.files.FileStore;

/** The store fails at each step of a download: nothing is promised that is not noted, and what was noted is not lost. */
@Timeout(60)
class StoreTroubleIT extends Fetching {
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path state;

    private final AtomicReference<Set<String>> spared = new AtomicReference<>();
    private SqliteStore store;
    private BootFileRows rows;
    private Downloads downloads;

    @BeforeEach
    void open() throws Exception {
        store = SqliteStore.open(state);
        rows = new BootFileRows(store, "here", root);
        assertThat(rows.wanted()).isEmpty();
        downloads = new Downloads(Duration.ofMillis(100));
    }

    @AfterEach
    void close() throws Exception {
        downloads.close();
        store.close();
    }

    private void use(Duration... pauses) {
        var keeper = new Keeper(new FileStore(root), rows, KeepRule.ALL);
        downloads.use(new Downloads.Means(fetcher(), rows, List.of(pauses), keeper), spared::set);
    }

    private void started() {
        use();
        await().atMost(SOON).until(() -> spared.get() != null);
    }

    private void breakStore() throws SQLException {
        rename("tftp_boot_file", "away");
    }

    private void mendStore() throws SQLException {
        rename("away", "tftp_boot_file");
    }

    private void rename(String from, String to) throws SQLException {
        execute("ALTER TABLE " + from + " RENAME TO " + to);
    }

    private void execute(String sql) throws SQLException {
        store.transaction(connection -> {
            try (var statement = connection.createStatement()) {
                return statement.execute(sql);
            }
        });
    }

    private void breakStoreWhileAnswering() throws IOException {
        try {
            breakStore();
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }

    private void awaitState(State wanted) {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(downloads.list().find(FILE))
                        .map(BootFileStatus::state)
                        .hasValue(wanted));
    }

    @Test
    void whatCannotBeNotedIsNotBegun() throws Exception {
        server.file("/vmlinuz", CONTENT, "\"1\"");
        started();
        breakStore();
        assertThatThrownBy(() -> downloads.want(file(server.url("/vmlinuz"))))
                .isInstanceOfSatisfying(
                        BackendException.class,
                        e -> assertThat(e)
                                .returns(BackendException.Kind.UNAVAILABLE, BackendException::kind)
                                .returns(BackendException.Outcome.NOT_APPLIED, BackendException::outcome))
                .hasMessageStartingWith("TFTP: Failed to fetch boot file: it cannot be noted: ");
        awaitState(State.FAILED);
        assertThat(server.requests()).isEmpty();
        mendStore();
        downloads.want(file(server.url("/vmlinuz")));
        awaitState(State.COMPLETE);
        assertThat(root.resolve(FILE)).hasBinaryContent(CONTENT);
    }

    /** What is needed to go on must not be cleaned away meanwhile. */
    @Test
    void aStartWaitsForTheStoreAndGoesOn() throws Exception {
        server.file("/vmlinuz", CONTENT, "\"1\"");
        var wanted = file(server.url("/vmlinuz"));
        rows.want(wanted);
        var other = new BootFile(URI.create(server.url("/gone")), "boot/y", Optional.empty());
        rows.want(other);
        var part = ".y.0123456789abcdef.part";
        rows.note(other, new Partial(other.source(), part, "\"1\"", "boot"));
        breakStore();
        try (var log = new Capture(Downloads.class, Level.WARN)) {
            use();
            await().atMost(SOON).until(() -> !log.events().isEmpty());
            assertThat(log.lines().get(0))
                    .startsWith("WARN TFTP: which boot files are to be fetched is not known, tried again in ");
        }
        assertThat(downloads.list().all()).isEmpty();
        assertThat(spared.get()).isNull();
        mendStore();
        awaitState(State.COMPLETE);
        await().atMost(SOON).until(() -> spared.get() != null);
        assertThat(spared.get()).containsExactly(part);
        assertThat(root.resolve(FILE)).hasBinaryContent(CONTENT);
    }

    @Test
    void anEndThatCannotBeNotedIsLookedAtByTheNextStart() throws Exception {
        server.on("/vmlinuz", (request, out) -> {
            breakStoreWhileAnswering();
            FakeServer.head(out, "200 OK", "ETag: \"1\"", "Content-Length: " + CONTENT.length);
            out.write(CONTENT);
        });
        started();
        downloads.want(file(server.url("/vmlinuz")));
        awaitState(State.COMPLETE);
        assertThat(root.resolve(FILE)).hasBinaryContent(CONTENT);
        mendStore();
        assertThat(rows.wanted()).containsExactly(file(server.url("/vmlinuz")));
    }

    @Test
    void aPartThatIsNotNotedIsNotLeft() throws Exception {
        server.on("/vmlinuz", (request, out) -> {
            breakStoreWhileAnswering();
            FakeServer.head(out, "200 OK", "ETag: \"1\"", "Content-Length: " + CONTENT.length);
            out.write(CONTENT, 0, 100_000);
        });
        started();
        downloads.want(file(server.url("/vmlinuz")));
        awaitState(State.FAILED);
        assertNothingIsLeft();
        mendStore();
        assertThat(rows.wanted()).containsExactly(file(server.url("/vmlinuz")));
    }

    @Test
    void thePartOfWhatIsGivenUpIsRemoved() throws Exception {
        server.on("/vmlinuz", (request, out) -> {
            FakeServer.head(out, "200 OK", "ETag: \"1\"", "Content-Length: " + CONTENT.length);
            out.write(CONTENT, 0, 100_000);
        });
        started();
        downloads.want(file(server.url("/vmlinuz")));
        awaitState(State.FAILED);
        assertNothingIsLeft();
        assertThat(rows.wanted()).isEmpty();
        assertThat(rows.parts()).isEmpty();
    }

    /** A file that is gone is not told to be there because that could not be noted. */
    @Test
    void whatWasRemovedIsGoneThoughThatCannotBeNoted() throws Exception {
        server.file("/vmlinuz", CONTENT, "\"1\"");
        started();
        downloads.want(file(server.url("/vmlinuz")));
        awaitState(State.COMPLETE);
        await().atMost(SOON).until(() -> rows.wanted().isEmpty());
        execute("CREATE TRIGGER stays BEFORE DELETE ON tftp_boot_file BEGIN SELECT RAISE(ABORT, 'it stays'); END");
        var rule = new KeepRule(Optional.of(Duration.ofDays(10)), Optional.of(0L));
        var keeper = new Keeper(new FileStore(root), rows, rule);
        var result = keeper.run(Instant.now().plus(Duration.ofDays(20)), (destination, work) -> work.run());
        assertThat(root.resolve(FILE)).doesNotExist();
        assertThat(result.gone()).extracting(Fetched::destination).containsExactly(FILE);
        assertThat(result.left()).isZero();
        assertThat(result.tooMuch()).isFalse();
    }

    /** Where a process may have no more threads, the machine says so by an error of memory. */
    @Test
    void aTryWithoutMemoryOrThreadsIsMadeAgain() throws Exception {
        var calls = new AtomicInteger();
        server.file("/vmlinuz", CONTENT, "\"1\"");
        var http = new HttpSource(new JettyDownloads("test", terms(Optional.empty())), ANY);
        Source source = (file, wish) -> {
            if (calls.incrementAndGet() == 1) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            return http.ask(file, wish);
        };
        var fetcher = fetcher(root, source, terms(Optional.empty()), 1 << 20, false, Pace.DEFAULT);
        var keeper = new Keeper(new FileStore(root), rows, KeepRule.ALL);
        downloads.use(new Downloads.Means(fetcher, rows, List.of(Duration.ofMillis(10)), keeper), spared::set);
        downloads.want(file(server.url("/vmlinuz")));
        awaitState(State.COMPLETE);
        assertThat(root.resolve(FILE)).hasBinaryContent(CONTENT);
    }
}
