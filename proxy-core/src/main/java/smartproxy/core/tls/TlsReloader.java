package smartproxy.core.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.StartException;

/**
 * Watches certificate, key, authority, revocation list and passphrase file, and the files that links lead to, and reloads the
 * context when they have changed. Bad or half-written files leave the old ones in use, with one ERROR per change.
 */
public final class TlsReloader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TlsReloader.class);
    private static final Duration REMINDER = Duration.ofDays(1);

    /**
     * For health and metrics.
     *
     * @param certificateNotAfter when the server's certificate ends
     * @param authorityNotAfter when the first of the authorities of client certificates ends
     * @param revocationsNextUpdate when the first of the revocation lists should be replaced; empty without lists
     * @param loadedAt when what is in use was read
     * @param lastError why the files as they are now are not in use; empty when they are
     */
    public record Status(
            Instant certificateNotAfter,
            Instant authorityNotAfter,
            Optional<Instant> revocationsNextUpdate,
            Instant loadedAt,
            Optional<String> lastError) {}

    /** @param changed also when its owner or its rights were: then what could not be read may be */
    record Fingerprint(
            Path target,
            FileTime modified,
            long size,
            @Nullable Object inode,
            Object changed) {}

    private final TlsContext context;
    private final Duration interval;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        var daemon = new Thread(task, "tls-reload");
        daemon.setDaemon(true);
        return daemon;
    });
    private Map<Path, Optional<Fingerprint>> known;
    private Map<Path, Optional<Fingerprint>> seen;
    private Instant nextReminder = Instant.now().plus(REMINDER);
    private volatile Optional<String> lastError = Optional.empty();

    /**
     * @param context whose files are watched from the moment before they were read
     * @param interval between two looks
     */
    public TlsReloader(TlsContext context, Duration interval) {
        this.context = context;
        this.interval = interval;
        known = context.asLoaded();
        seen = known;
    }

    /** Begins to watch. */
    public void start() {
        var unused = thread.scheduleWithFixedDelay(
                this::poll, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }

    /** Looks now, and reloads if a file has changed. For SIGHUP. */
    public synchronized void checkNow() {
        check(fingerprints(context.files()));
    }

    public Status status() {
        return new Status(
                context.certificateNotAfter(),
                context.authorityNotAfter(),
                context.revocationsNextUpdate(),
                context.loadedAt(),
                lastError);
    }

    private synchronized void poll() {
        try {
            var now = fingerprints(context.files());
            // Certificate and key are written one after the other: wait until nothing has moved between two looks.
            if (now.equals(seen)) {
                check(now);
            }
            seen = now;
            remind();
        } catch (RuntimeException e) {
            LOG.error("Watching the TLS files failed", e);
        }
    }

    private void check(Map<Path, Optional<Fingerprint>> now) {
        if (now.equals(known)) {
            return;
        }
        known = now;
        try {
            context.reload();
            lastError = Optional.empty();
            LOG.info(
                    "TLS files have changed and are in use; the certificate is valid until {}",
                    context.certificateNotAfter());
        } catch (StartException e) {
            lastError = Optional.of(Objects.toString(e.getMessage()));
            LOG.error("TLS files have changed but are not good, the old ones stay in use: {}", e.getMessage());
        }
    }

    private void remind() {
        if (Instant.now().isAfter(nextReminder)) {
            nextReminder = Instant.now().plus(REMINDER);
            context.expiryWarnings().forEach(LOG::warn);
        }
    }

    static Map<Path, Optional<Fingerprint>> fingerprints(Set<Path> files) {
        var all = new LinkedHashMap<Path, Optional<Fingerprint>>();
        files.forEach(file -> all.put(file, fingerprint(file)));
        return all;
    }

    private static Optional<Fingerprint> fingerprint(Path file) {
        try {
            var target = file.toRealPath();
            var attributes = Files.readAttributes(target, BasicFileAttributes.class);
            return Optional.of(new Fingerprint(
                    target,
                    attributes.lastModifiedTime(),
                    attributes.size(),
                    attributes.fileKey(),
                    Files.getAttribute(target, "unix:ctime")));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
