package smartproxy.tftp.bootfiles;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import smartproxy.tftp.files.FileRefused;
import smartproxy.tftp.files.FileStore;
import smartproxy.tftp.files.NewFile;
import smartproxy.tftp.files.OpenFile;

/** Brings a file to its destination: whole, checked and at once, or not at all. */
final class Fetcher {
    static final int MAX_CHECKSUM_FILE = 64 << 10;
    private static final int BUFFER = 64 << 10;

    private final FileStore files;
    private final Source source;
    private final BootFileSettings settings;
    private final Pace pace;
    private final String boot;

    /** @param boot which boot of the operating system this is; empty: not known, then no part is gone on with */
    Fetcher(FileStore files, Source source, BootFileSettings settings, Pace pace, String boot) {
        this.files = files;
        this.source = source;
        this.settings = settings;
        this.pace = pace;
        this.boot = boot;
    }

    /**
     * Fetches a file, unless it is there.
     *
     * @param known what came to its destination before
     * @return what is there now
     */
    Have fetch(BootFile file, Known known, Progress progress) throws FetchFailed, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        try {
            return fetchOrKeep(file, known, progress);
        } catch (ClosedByInterruptException | InterruptedIOException e) {
            Thread.interrupted();
            throw new InterruptedException();
        } catch (FileRefused e) {
            throw FetchFailed.forGood(
                    files.root().resolve(e.path()) + ": " + e.reason()
                            + (e.reason() == FileRefused.Reason.DENIED
                                    ? "; the daemon's user, " + System.getProperty("user.name")
                                            + ", must be able to write there"
                                    : "; nothing is written there"),
                    e);
        } catch (NoSuchFileException e) {
            throw FetchFailed.forNow(
                    files.root().resolve(file.destination()) + ": what had come of it was removed by somebody else", e);
        } catch (IOException e) {
            throw FetchFailed.forGood(
                    "writing below " + files.root() + " failed: " + e.getMessage() + "; look at its disk", e);
        }
    }

    /**
     * Whether an older copy is there, whole as far as is known, that can do for the file: from another server too, as a mirror
     * may change. None can do for a file whose digest is given: one that has it is not fetched at all.
     */
    boolean hasOlder(BootFile file, Optional<Have> last) {
        if (file.checksum().isPresent()) {
            return false;
        }
        try (var there = existing(file.destination())) {
            return there != null && last.map(have -> have.is(there)).orElse(true);
        } catch (IOException | FileRefused e) {
            return false;
        }
    }

    /** Removes what has come of a file in part. */
    void drop(BootFile file, Partial partial) throws FileRefused, IOException {
        var part = files.goOn(file.destination(), partial.name());
        if (part.isPresent()) {
            try (var present = part.get()) {
                present.drop();
            }
        }
    }

    private Have fetchOrKeep(BootFile file, Known known, Progress progress)
            throws FetchFailed, FileRefused, IOException, InterruptedException {
        var checksum = file.checksum();
        if (checksum.isEmpty() && settings.checksumBeside()) {
            checksum = Optional.of(checksumBeside(file.source()));
        }
        try (var there = existing(file.destination());
                var part = part(file, known.partial())) {
            var same = there == null
                    ? Optional.<Have>empty()
                    : known.last().filter(have -> have.source().equals(file.source()) && have.is(there));
            if (there != null && checksum.isPresent() && isThere(there, same, checksum.get())) {
                drop(part);
                progress.begin(there.size(), 0);
                return known(file, there, same, checksum);
            }
            var unless = checksum.isEmpty() ? same : Optional.<Have>empty();
            try (var delivery = source.ask(file.source(), new Wish(unless, goOn(part, known.partial())))) {
                if (part != null && delivery.offset() > 0) {
                    return receive(file, delivery, checksum, part, true, progress);
                }
                drop(part);
                if (unless.isPresent() && isUnchanged(unless.get(), delivery)) {
                    progress.begin(unless.get().length(), 0);
                    return unless.get();
                }
                if (there != null && checksum.isEmpty() && known.last().isEmpty() && isSame(there, delivery)) {
                    progress.begin(there.size(), 0);
                    return have(file, delivery.version(), checksum, there.size(), there.modified(), false);
                }
                try (var fresh = files.create(file.destination())) {
                    var noted = noted(file, fresh, delivery.version(), progress);
                    return receive(file, delivery, checksum, fresh, noted, progress);
                }
            }
        }
    }

    private @Nullable OpenFile existing(String destination) throws IOException, FileRefused {
        try {
            return files.open(destination);
        } catch (FileRefused e) {
            if (e.reason() == FileRefused.Reason.NOT_FOUND) {
                return null;
            }
            throw e;
        } catch (NoSuchFileException e) {
            return null; // no root yet
        }
    }

    /** What has come of this file before, if it can be gone on with; it stays when it is closed, whatever happens. */
    @SuppressWarnings("MustBeClosedChecker")
    private @Nullable NewFile part(BootFile file, Optional<Partial> partial) throws FileRefused, IOException {
        if (partial.isEmpty()) {
            return null;
        }
        var begun = partial.get();
        if (begun.source().equals(file.source())
                && !boot.isEmpty()
                && begun.boot().equals(boot)) {
            return files.goOn(file.destination(), begun.name()).orElse(null);
        }
        drop(file, begun);
        return null;
    }

    /** The last byte is asked for again: so there is one to send even when all have come. */
    private static Optional<Wish.GoOn> goOn(@Nullable NewFile part, Optional<Partial> partial) throws IOException {
        return part == null || part.channel().size() < 2
                ? Optional.empty()
                : Optional.of(new Wish.GoOn(
                        part.channel().size() - 1, partial.orElseThrow().validator()));
    }

    private static void drop(@Nullable NewFile part) throws IOException {
        if (part != null) {
            part.drop();
        }
    }

    private boolean noted(BootFile file, NewFile part, Version version, Progress progress) {
        return !boot.isEmpty()
                && version.strong()
                        .filter(validator ->
                                progress.note(new Partial(file.source(), part.temporary(), validator, boot)))
                        .isPresent();
    }

    /** Some servers send all they have, whatever they are asked. */
    private static boolean isUnchanged(Have have, Delivery delivery) {
        return delivery.unchanged() || have.is(delivery.version(), delivery.length());
    }

    /** A file that somebody else brought here: not older than the server's, and as long. */
    private static boolean isSame(OpenFile there, Delivery delivery) {
        var modified = delivery.version().modified();
        return modified.isPresent()
                && delivery.length() == there.size()
                && !modified.get().isAfter(there.modified());
    }

    private static boolean isThere(OpenFile there, Optional<Have> same, Checksum wanted) throws IOException {
        if (same.isPresent() && same.get().checksum().equals(Optional.of(wanted))) {
            return true;
        }
        var digest = wanted.digest();
        read(there.channel(), Long.MAX_VALUE, digest);
        return wanted.isThatOf(digest);
    }

    /** Has a digest of the bytes from here to a place, or to the end of the file. */
    private static void read(FileChannel channel, long end, MessageDigest digest) throws IOException {
        var buffer = ByteBuffer.allocate(BUFFER);
        while (channel.position() < end) {
            buffer.limit((int) Math.min(buffer.capacity(), end - channel.position()));
            if (channel.read(buffer) < 0) {
                return;
            }
            buffer.flip();
            digest.update(buffer);
            buffer.clear();
        }
    }

    private static Have known(BootFile file, OpenFile there, Optional<Have> same, Optional<Checksum> checksum) {
        return same.map(have -> new Have(
                        file.source(),
                        have.etag(),
                        have.lastModified(),
                        checksum,
                        have.length(),
                        have.modified(),
                        have.ours()))
                .orElseGet(() -> new Have(file.source(), "", "", checksum, there.size(), there.modified(), false));
    }

    private Checksum checksumBeside(URI file) throws FetchFailed, InterruptedException {
        var path = file.getPath();
        var query = file.getRawQuery() == null ? "" : "?" + file.getRawQuery();
        var beside = URI.create(BootFile.withoutQuery(file) + ".sha256" + query);
        try (var delivery = source.ask(beside, Wish.ALL)) {
            var list = new String(delivery.body().readNBytes(MAX_CHECKSUM_FILE), StandardCharsets.UTF_8);
            return Checksum.ofList(list, path.substring(path.lastIndexOf('/') + 1))
                    .orElseThrow(() -> FetchFailed.forGood(BootFile.shown(beside) + " has no digest of the file"));
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /** @param goOn whether a later try can go on with what has come when this one fails */
    private Have receive(
            BootFile file,
            Delivery delivery,
            Optional<Checksum> checksum,
            NewFile part,
            boolean goOn,
            Progress progress)
            throws FetchFailed, FileRefused, IOException, InterruptedException {
        part.keep(false);
        if (delivery.length() > settings.maxSize()) {
            throw tooLarge(file);
        }
        var digest = checksum.map(Checksum::digest).orElse(null);
        part.channel().position(0);
        if (digest != null) {
            read(part.channel(), delivery.offset(), digest);
        }
        part.channel().position(delivery.offset());
        progress.begin(delivery.length(), delivery.offset());
        long bytes;
        try {
            bytes = delivery.offset() + copy(file, delivery, part, digest, progress);
            if (delivery.length() >= 0 && bytes != delivery.length()) {
                throw FetchFailed.forNow(
                        file.shown() + " has ended after " + bytes + " of " + delivery.length() + " bytes");
            }
        } catch (FetchFailed e) {
            part.keep(goOn && e.mayPass());
            throw e;
        } catch (InterruptedException | ClosedByInterruptException e) {
            part.keep(goOn);
            throw e;
        }
        if (checksum.isPresent() && digest != null && !checksum.get().isThatOf(digest)) {
            var text = file.shown() + " has not the digest " + checksum.get();
            throw delivery.offset() > 0 ? FetchFailed.forNow(text + "; it is fetched anew") : FetchFailed.forGood(text);
        }
        part.sync();
        var modified =
                delivery.version().modified().orElseGet(() -> Instant.now().truncatedTo(ChronoUnit.SECONDS));
        part.modified(modified);
        part.publish();
        part.syncDirectory();
        requireThere(file, bytes);
        return have(file, delivery.version(), checksum, bytes, modified, true);
    }

    /** A part stays in its directory, which may have been moved while the file came, or be below a root that is a link elsewhere by now. */
    private void requireThere(BootFile file, long length) throws FetchFailed, FileRefused, IOException {
        try (var there = existing(file.destination())) {
            if (there == null || there.size() != length) {
                throw FetchFailed.forNow(files.root().resolve(file.destination())
                        + ": somebody else has moved its directory or changed it while it came");
            }
        }
    }

    private FetchFailed tooLarge(BootFile file) {
        return FetchFailed.forGood(file.shown() + " is larger than " + settings.maxSize() / BootFileSettings.MEBIBYTE
                + " MiB (:" + BootFileSettings.MAX_SIZE.key() + ":)");
    }

    private long copy(BootFile file, Delivery delivery, NewFile part, @Nullable MessageDigest digest, Progress progress)
            throws FetchFailed, IOException, InterruptedException {
        var buffer = new byte[BUFFER];
        var begun = System.nanoTime();
        var total = 0L;
        for (var read = read(delivery.body(), buffer); read >= 0; read = read(delivery.body(), buffer)) {
            total += read;
            if (delivery.offset() + total > settings.maxSize()) {
                throw tooLarge(file);
            }
            pace.check(begun, total);
            if (digest != null) {
                digest.update(buffer, 0, read);
            }
            for (var rest = ByteBuffer.wrap(buffer, 0, read); rest.hasRemaining(); ) {
                part.channel().write(rest);
            }
            progress.more(read);
        }
        return total;
    }

    private static int read(InputStream body, byte[] buffer) throws FetchFailed, InterruptedException {
        try {
            return body.read(buffer, 0, buffer.length);
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private static FetchFailed broken(IOException e) throws InterruptedException {
        if (e instanceof InterruptedIOException && !(e instanceof SocketTimeoutException)) {
            throw new InterruptedException();
        }
        return FetchFailed.forNow(e);
    }

    private static Have have(
            BootFile file, Version version, Optional<Checksum> checksum, long length, Instant modified, boolean ours) {
        return new Have(file.source(), version.etag(), version.lastModified(), checksum, length, modified, ours);
    }
}
