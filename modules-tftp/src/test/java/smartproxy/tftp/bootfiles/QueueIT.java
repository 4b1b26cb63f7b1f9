package smartproxy.tftp.bootfiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.HttpDownloads;
import smartproxy.core.client.JettyDownloads;
import smartproxy.core.store.SqliteStore;
import smartproxy.tftp.bootfiles.BootFileStatus.State;
import smartproxy.tftp.files.FileStore;

/** The queue has an end, and what is over it is refused at once. */
@Timeout(120)
class QueueIT extends Fetching {
    @TempDir
    Path state;

    @Test
    void someComeSomeWaitAndTheRestIsRefused() throws Exception {
        var go = new CountDownLatch(1);
        server.on("/f", (request, out) -> {
            go.await(100, TimeUnit.SECONDS);
            FakeServer.head(out, "404 Gone", "Content-Length: 0");
        });
        var terms = new HttpDownloads.Terms(Duration.ofSeconds(5), Duration.ofSeconds(100), Optional.empty(), "", true);
        var source = new HttpSource(new JettyDownloads("test", terms), ANY);
        var fetcher = fetcher(root, source, terms, 1 << 20, false, Pace.DEFAULT);
        try (var store = SqliteStore.open(state);
                var downloads = new Downloads()) {
            var files = new FileStore(root);
            var rows = new BootFileRows(store, "here", files.root());
            var keeper = new Keeper(files, rows, KeepRule.ALL);
            downloads.use(new Downloads.Means(fetcher, rows, Downloads.PAUSES, keeper), spared -> {});
            for (var i = 0; i < DownloadList.MAX_PENDING; i++) {
                downloads.want(numbered(i));
            }
            assertThatThrownBy(() -> downloads.want(numbered(DownloadList.MAX_PENDING)))
                    .isInstanceOf(BusyException.class)
                    .hasMessageContaining("1000 wait already");
            assertThat(rows.wanted()).as("noted are those that were taken").hasSize(DownloadList.MAX_PENDING);
            downloads.want(numbered(7)); // joins
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(downloads.list().states())
                            .isEqualTo(Map.of(
                                    State.RUNNING,
                                    Downloads.MAX_AT_ONCE,
                                    State.QUEUED,
                                    DownloadList.MAX_PENDING - Downloads.MAX_AT_ONCE)));
            assertThat(server.requests()).hasSizeLessThanOrEqualTo(Downloads.MAX_AT_ONCE);
            go.countDown();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> downloads.list().states().getOrDefault(State.FAILED, 0) > 0);
            downloads.want(numbered(DownloadList.MAX_PENDING));
        }
    }

    private BootFile numbered(int number) {
        return new BootFile(URI.create(server.url("/f")), "boot/f" + number, Optional.empty());
    }
}
