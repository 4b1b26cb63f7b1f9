package smartproxy.core.log;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** A file that is appended to, one write(2) per record, so that a reader never sees half a line. */
final class FileDestination implements Destination {
    private static final Duration RETRY = Duration.ofMinutes(1);

    /** Opens a file for appending, creating it. */
    @FunctionalInterface
    interface Opener {
        OutputStream open(Path file) throws IOException;
    }

    private final Path file;
    private final Pattern pattern;
    private final Rolling rolling;
    private final Clock clock;
    private final PrintStream err;
    private final Outage outage;
    private final Opener opener;
    private OutputStream stream;
    private long bytes;
    private Instant tooOld = Instant.MAX;
    private Instant rollNotBefore = Instant.MIN;
    private boolean torn;

    /** @throws IOException when the file can neither be opened nor created */
    FileDestination(Path file, Pattern pattern, Rolling rolling, Clock clock, PrintStream err) throws IOException {
        this(file, pattern, rolling, clock, err, FileDestination::append);
    }

    FileDestination(Path file, Pattern pattern, Rolling rolling, Clock clock, PrintStream err, Opener opener)
            throws IOException {
        this.file = file;
        this.pattern = pattern;
        this.rolling = rolling;
        this.clock = clock;
        this.err = err;
        this.outage = new Outage(file.toString(), err);
        this.opener = opener;
        this.stream = opener.open(file);
        measure();
    }

    // Not a FileChannel: that one closes itself under an interrupted thread.
    private static OutputStream append(Path file) throws IOException {
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
        } catch (FileAlreadyExistsException e) {
            // appended to, with the rights it has
        }
        return new FileOutputStream(file.toFile(), true);
    }

    private void measure() throws IOException {
        bytes = Files.size(file);
        if (rolling.active()) {
            tooOld = rolling.end(
                    bytes == 0
                            ? clock.instant()
                            : Files.getLastModifiedTime(file).toInstant(),
                    clock.getZone());
        }
    }

    @Override
    public void write(LogRecord record) {
        try {
            rollIfDue();
            // what a full disk cut off is ended, so that the next record has a line of its own
            var text = torn ? "\n" + pattern.lines(record) : pattern.lines(record);
            var line = text.getBytes(StandardCharsets.UTF_8);
            torn = true;
            stream.write(line);
            torn = false;
            bytes += line.length;
            outage.written();
        } catch (IOException e) {
            outage.lost(e);
        }
    }

    @Override
    public String trouble() {
        return outage.reason();
    }

    @Override
    public Optional<String> reopen() {
        try {
            openAnew();
            return Optional.empty();
        } catch (IOException e) {
            var what = "cannot be reopened and is written to where it was";
            complain(what, e);
            return Optional.of("Log file " + file + " " + what + ", correct that and send USR1 again: "
                    + e.getClass().getSimpleName() + ": " + e.getMessage());
        }
    }

    @Override
    public long recovered() {
        return outage.recovered();
    }

    private void openAnew() throws IOException {
        var fresh = opener.open(file);
        var old = stream;
        stream = fresh;
        old.close();
        measure();
        torn &= bytes > 0;
    }

    private void rollIfDue() {
        if (!rolling.active() || bytes == 0) {
            return;
        }
        var now = clock.instant();
        if (now.isBefore(rollNotBefore) || (bytes < rolling.maxBytes() && now.isBefore(tooOld))) {
            return;
        }
        try {
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                rolling.rename(file, now, clock.getZone());
            }
            openAnew();
            rolling.prune(file);
        } catch (IOException e) {
            complain("cannot be rolled", e);
            rollNotBefore = now.plus(RETRY);
        }
    }

    private void complain(String what, IOException cause) {
        err.println("foreman-proxy: log file " + file + " " + what + ": "
                + LogText.oneLine(String.valueOf(cause.getMessage())));
    }

    @Override
    public void close() {
        try {
            stream.close();
        } catch (IOException e) {
            complain("cannot be closed", e);
        }
    }
}
