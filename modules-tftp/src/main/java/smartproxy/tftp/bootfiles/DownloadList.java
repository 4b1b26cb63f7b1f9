package smartproxy.tftp.bootfiles;

import java.time.Instant;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.BusyException;
import smartproxy.tftp.bootfiles.BootFileStatus.State;

/**
 * The downloads that are on their way, and those that have ended lately: the last one to each destination. Safe for use by several
 * threads.
 */
final class DownloadList {
    static final int MAX_PENDING = 1000;

    /** That have ended and can still be asked for. */
    static final int MAX_ENDED = 1000;

    private final Map<String, Download> downloads = new LinkedHashMap<>();
    private @Nullable String removing;

    /** @param isNew whether it is still to be begun */
    record Joined(Download download, boolean isNew) {}

    /**
     * Has one more want a file, by the download that runs or by a new one.
     *
     * @throws BusyException when another file is on its way to the same destination, or too many are on their way
     */
    synchronized Joined join(BootFile file) {
        var running = downloads.get(file.destination());
        if (running != null && !running.isEnded()) {
            if (!isThatOf(running.file(), file)) {
                throw new BusyException(
                        "TFTP: Failed to fetch boot file: " + running.file().shown() + " is being fetched to "
                                + file.destination() + "; try again when that has ended");
            }
            if (running.join()) {
                return new Joined(running, false);
            }
        }
        if (downloads.values().stream().filter(one -> !one.isEnded()).count() >= MAX_PENDING) {
            throw new BusyException("TFTP: Failed to fetch boot file: " + MAX_PENDING + " wait already");
        }
        var download = new Download(file);
        add(download);
        return new Joined(download, true);
    }

    /** Whether who wants the one is served by the other. */
    private static boolean isThatOf(BootFile running, BootFile wanted) {
        return running.source().equals(wanted.source())
                && (wanted.checksum().isEmpty() || running.checksum().equals(wanted.checksum()));
    }

    private void add(Download download) {
        var destination = download.file().destination();
        downloads.remove(destination); // to the end of the list
        downloads.put(destination, download);
        var ended = downloads.values().stream().filter(Download::isEnded).toList();
        for (var i = 0; i < ended.size() - MAX_ENDED; i++) {
            downloads.remove(ended.get(i).file().destination());
        }
    }

    /** Does something that removes a file, unless one is on its way there; none is begun meanwhile. */
    void alone(String destination, Runnable work) {
        synchronized (this) {
            var running = downloads.get(destination);
            if (running != null && !running.isEnded()) {
                return;
            }
            removing = destination;
        }
        try {
            work.run();
        } finally {
            synchronized (this) {
                removing = null;
                notifyAll();
            }
        }
    }

    /** @return false when the daemon ends before */
    synchronized boolean awaitRemoval(String destination) {
        try {
            while (destination.equals(removing)) {
                wait();
            }
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    /** A file was removed that had been fetched. */
    synchronized void addRemoved(BootFile file) {
        var other = downloads.get(file.destination());
        if (other == null || other.isEnded()) {
            var download = new Download(file);
            download.remove();
            add(download);
        }
    }

    /** The newest last. */
    synchronized List<BootFileStatus> all() {
        return downloads.values().stream().map(Download::status).toList();
    }

    synchronized Optional<BootFileStatus> find(String destination) {
        return Optional.ofNullable(downloads.get(destination)).map(Download::status);
    }

    Map<State, Integer> states() {
        var counts = new EnumMap<State, Integer>(State.class);
        all().forEach(status -> counts.merge(status.state(), 1, Integer::sum));
        return counts;
    }

    /** The download that failed within a time, if any has: the newest. */
    Optional<BootFileStatus> failedSince(Instant time) {
        return all().stream()
                .filter(status -> status.state() == State.FAILED || status.state() == State.STALE)
                .filter(status -> status.since().isAfter(time))
                .reduce((older, newer) -> newer);
    }
}
