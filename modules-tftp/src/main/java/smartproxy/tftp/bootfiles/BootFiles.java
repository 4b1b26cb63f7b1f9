package smartproxy.tftp.bootfiles;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.HealthSource.Health;
import smartproxy.core.api.ModuleContext;
import smartproxy.core.api.SharedResources.Lease;
import smartproxy.tftp.bootfiles.BootFileStatus.State;
import smartproxy.tftp.files.FileRefused;
import smartproxy.tftp.files.FileStore;

/** Brings files from other servers to their place below the root, as long as the module runs. */
public final class BootFiles implements AutoCloseable {
    /** Begins what is told when one does not come. */
    public static final String FAILURE = "TFTP: Failed to fetch boot file: ";

    /** Requests that wait for their file at once; the next ones are answered while it comes. */
    static final int MAX_WAITERS = 16;

    private static final Logger LOG = LoggerFactory.getLogger(BootFiles.class);
    private static final Duration TOLD = Duration.ofHours(1);
    private static final Duration FOR_THE_ANSWER = Duration.ofMillis(500);
    private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    private final FileStore files;
    private final BootFileSettings settings;
    private final ModuleContext context;
    private final Semaphore waiters = new Semaphore(MAX_WAITERS);
    private volatile @Nullable Lease<Downloads> lease;
    private Downloads.@Nullable Use use;

    public BootFiles(FileStore files, BootFileSettings settings, ModuleContext context) {
        this.files = files;
        this.settings = settings;
        this.context = context;
        context.health("boot files", this::health);
        for (var state : State.values()) {
            if (!state.isEnd()) {
                context.metric(
                        "smart_proxy_tftp_boot_files",
                        "Boot files on their way",
                        Map.of("state", state.toString()),
                        () -> now().map(all -> all.list()
                                        .states()
                                        .getOrDefault(state, 0)
                                        .doubleValue())
                                .orElse(0.0));
            }
        }
        var fetches = "smart_proxy_tftp_boot_file_fetches_total";
        var help = "Boot files that were asked for and have come, or were there already, or have failed";
        context.metric(
                fetches,
                help,
                Map.of("result", "complete"),
                () -> now().map(Downloads::completed).orElse(0L));
        context.metric(
                fetches,
                help,
                Map.of("result", "failed"),
                () -> now().map(Downloads::failures).orElse(0L));
        context.metric(
                "smart_proxy_tftp_boot_file_bytes_total",
                "Bytes of boot files that have come",
                Map.of(),
                () -> now().map(Downloads::bytes).orElse(0L));
        context.metric(
                "smart_proxy_tftp_boot_files_removed_total",
                "Boot files that were removed by the rule of :boot_file_keep_days: and :boot_file_keep_size:",
                Map.of(),
                () -> now().map(Downloads::removed).orElse(0L));
        context.metric(
                "smart_proxy_tftp_boot_file_removed_bytes_total",
                "Bytes of boot files that were removed by that rule",
                Map.of(),
                () -> now().map(Downloads::removedBytes).orElse(0L));
    }

    /** Goes on with what an earlier process has left undone. */
    public void start() throws Exception {
        var acquired = context.shared().acquire("tftp downloads " + files.root(), Downloads.class, Downloads::new);
        lease = acquired;
        settings.warning().ifPresent(warning -> LOG.warn("TFTP: {}", warning));
        var http = new HttpSource(context.downloads(settings.terms()), settings.rules());
        var ftp = new FtpSource(settings.terms(), settings.rules());
        Source either = (file, wish) -> ("ftp".equalsIgnoreCase(file.getScheme()) ? ftp : http).ask(file, wish);
        var fetcher = new Fetcher(files, either, settings, Pace.DEFAULT, line(BOOT_ID, ""));
        var rows = new BootFileRows(context.store(), line(HOST_NAME, "localhost"), files.root());
        var begin = Instant.now();
        var keeper = new Keeper(files, rows, settings.keep());
        use = acquired.get()
                .use(new Downloads.Means(fetcher, rows, Downloads.PAUSES, keeper), spared -> clean(begin, spared));
    }

    private static String line(Path file, String otherwise) throws IOException {
        return Files.isReadable(file) ? Files.readString(file).strip() : otherwise;
    }

    private void clean(Instant before, Set<String> spared) {
        try {
            var count = files.sweep(before, spared);
            if (count > 0) {
                LOG.info("TFTP: removed {} files that an earlier process had not finished", count);
            }
        } catch (IOException | FileRefused e) {
            LOG.warn("TFTP: files that an earlier process had not finished may be left: {}", e.getMessage());
        }
    }

    private Optional<Downloads> now() {
        return Optional.ofNullable(lease).map(Lease::get);
    }

    private Downloads downloads() {
        return now().orElseThrow(() -> new IllegalStateException("tftp is not running"));
    }

    /**
     * Has a file fetched, if what lies at the destination is not the newest.
     *
     * @param deadline by which this has returned, whether the file has come by then or not
     * @return how it has failed, or its last try that ended has, when an older copy is still there; empty when it is there or on its way
     * @throws smartproxy.core.api.ProxyException when there is none
     */
    public Optional<BootFileStatus> fetch(BootFile file, Deadline deadline) {
        var download = downloads().want(file);
        return told(await(download, deadline));
    }

    /** What is not at its end is judged by its last try that ended. */
    static Optional<BootFileStatus> told(BootFileStatus status) {
        return switch (status.state()) {
            case COMPLETE, REMOVED -> Optional.empty();
            case STALE -> Optional.of(status);
            case QUEUED, RUNNING, RETRYING -> {
                if (status.error().isEmpty()) {
                    yield Optional.empty();
                }
                if (status.older()) {
                    yield Optional.of(status.stale());
                }
                throw BackendException.rejected(FAILURE + status.error() + BootFileStatus.AGAIN);
            }
            case FAILED -> throw BackendException.rejected(FAILURE + status.error());
        };
    }

    private BootFileStatus await(Download download, Deadline deadline) {
        if (!waiters.tryAcquire()) {
            return download.status();
        }
        try {
            return download.await(deadline.minus(FOR_THE_ANSWER).within(settings.patience()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BusyException(FAILURE + "the daemon ends; the next one fetches it");
        } finally {
            waiters.release();
        }
    }

    /** All that are on their way, and those that have ended lately. */
    public List<BootFileStatus> all() {
        return downloads().list().all();
    }

    /** The one to a destination; empty when none is known. */
    public Optional<BootFileStatus> find(String destination) {
        return downloads().list().find(destination);
    }

    private Health health() {
        var all = now();
        if (all.isEmpty()) {
            return new Health(true, "not started");
        }
        var states = all.get().list().states();
        var failed = all.get().list().failedSince(Instant.now().minus(TOLD));
        var text = states.getOrDefault(State.RUNNING, 0) + " running, "
                + (states.getOrDefault(State.QUEUED, 0) + states.getOrDefault(State.RETRYING, 0)) + " waiting"
                + settings.warning().map(warning -> "; " + warning).orElse("")
                + failed.map(status -> "; failed within an hour: " + status.error())
                        .orElse("")
                + all.get().kept().map(BootFiles::text).orElse("");
        var tooMuch = all.get().kept().filter(Keeper.Result::tooMuch).isPresent();
        return new Health(failed.isEmpty() && !tooMuch, text);
    }

    private static String text(Keeper.Result kept) {
        return "; " + kept.left() + " files of " + kept.bytes() / BootFileSettings.MEBIBYTE + " MiB are kept"
                + (kept.tooMuch()
                        ? ", more than :" + BootFileSettings.KEEP_SIZE.key()
                                + ": allows: all were used within a day or cannot be removed"
                        : "");
    }

    @Override
    public void close() {
        var held = lease;
        lease = null;
        if (held != null) {
            held.close();
        }
        if (use != null) {
            use.close();
        }
    }
}
