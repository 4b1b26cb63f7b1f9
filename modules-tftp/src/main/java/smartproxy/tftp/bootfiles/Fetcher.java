package smartproxy.tftp.bootfiles;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.HttpDownloads;
import smartproxy.core.api.HttpDownloads.Answer;
import smartproxy.tftp.files.FileRefused;
import smartproxy.tftp.files.FileStore;
import smartproxy.tftp.files.NewFile;
import smartproxy.tftp.files.OpenFile;

/** Brings a file over http or https to its destination: whole, checked and at once, or not at all. */
final class Fetcher {
    private static final Logger LOG = LoggerFactory.getLogger(Fetcher.class);

    static final int MAX_REDIRECTS = 5;
    static final int MAX_CHECKSUM_FILE = 64 << 10;
    private static final int BUFFER = 64 << 10;
    private static final int OK = 200;
    private static final int NOT_MODIFIED = 304;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final Set<Integer> PASSING = Set.of(408, 425, 429, 500, 502, 503, 504);

    private final FileStore files;
    private final HttpDownloads http;
    private final BootFileSettings settings;
    private final Pace pace;

    Fetcher(FileStore files, HttpDownloads http, BootFileSettings settings, Pace pace) {
        this.files = files;
        this.http = http;
        this.settings = settings;
        this.pace = pace;
    }

    /**
     * Fetches a file, unless it is there.
     *
     * @param last what came to its destination before
     * @return what is there now
     */
    Have fetch(BootFile file, Optional<Have> last, Progress progress) throws FetchFailed, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        try {
            return fetchOrKeep(file, last, progress);
        } catch (ClosedByInterruptException | InterruptedIOException e) {
            Thread.interrupted();
            throw new InterruptedException();
        } catch (FileRefused e) {
            throw FetchFailed.forGood(
                    files.root().resolve(e.path()) + ": " + e.reason() + "; the daemon's user, "
                            + System.getProperty("user.name") + ", must be able to write there",
                    e);
        } catch (IOException e) {
            throw FetchFailed.forGood(
                    "writing below " + files.root() + " failed: " + e.getMessage() + "; look at its disk", e);
        }
    }

    /** Whether an older copy of the file is there, as far as is known. */
    boolean hasOlder(BootFile file, Optional<Have> last) {
        try (var there = existing(file.destination())) {
            return there != null
                    && last.map(have -> have.source().equals(file.source())).orElse(true);
        } catch (IOException | FileRefused e) {
            return false;
        }
    }

    private Have fetchOrKeep(BootFile file, Optional<Have> last, Progress progress)
            throws FetchFailed, FileRefused, IOException, InterruptedException {
        if ("ftp".equalsIgnoreCase(file.source().getScheme())) {
            throw FetchFailed.forGood(
                    file.shown() + ": FTP is not spoken; use the http or https URL of the same server, or put"
                            + " the file to " + files.root().resolve(file.destination()) + " by other means");
        }
        var checksum = file.checksum();
        if (checksum.isEmpty() && settings.checksumBeside()) {
            checksum = Optional.of(checksumBeside(file.source()));
        }
        var headers = new HashMap<String, String>();
        Have known = null;
        try (var there = existing(file.destination())) {
            if (there != null) {
                known = last.filter(have -> have.source().equals(file.source()) && have.is(there))
                        .orElse(null);
                if (checksum.isPresent() && isThere(there, known, checksum.get())) {
                    progress.begin(there.size());
                    return known(file, there, known, checksum);
                }
                if (known != null && checksum.isEmpty()) {
                    condition(headers, known);
                }
            }
            try (var answer = follow(file.source(), headers)) {
                if (answer.status() == NOT_MODIFIED && known != null) {
                    progress.begin(known.length());
                    return known;
                }
                if (answer.status() != OK) {
                    throw status(file.source(), answer.status());
                }
                if (there != null && checksum.isEmpty() && last.isEmpty() && isSame(there, answer)) {
                    progress.begin(there.size());
                    return have(file, answer, checksum, there.size(), there.modified());
                }
                return receive(file, answer, checksum, progress);
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

    private static void condition(Map<String, String> headers, Have known) {
        if (!known.etag().isEmpty()) {
            headers.put("If-None-Match", known.etag());
        } else if (!known.lastModified().isEmpty()) {
            headers.put("If-Modified-Since", known.lastModified());
        }
    }

    /** A file that somebody else brought here: not older than the server's, and as long. */
    private static boolean isSame(OpenFile there, Answer answer) {
        var modified = lastModified(answer);
        return modified.isPresent()
                && length(answer) == there.size()
                && !modified.get().isAfter(there.modified());
    }

    private static boolean isThere(OpenFile there, @Nullable Have known, Checksum wanted) throws IOException {
        if (known != null && known.checksum().equals(Optional.of(wanted))) {
            return true;
        }
        var digest = wanted.digest();
        var buffer = ByteBuffer.allocate(BUFFER);
        while (there.channel().read(buffer) >= 0) {
            buffer.flip();
            digest.update(buffer);
            buffer.clear();
        }
        return wanted.isThatOf(digest);
    }

    private static Have known(BootFile file, OpenFile there, @Nullable Have known, Optional<Checksum> checksum) {
        return known != null
                ? new Have(
                        file.source(), known.etag(), known.lastModified(), checksum, known.length(), known.modified())
                : new Have(file.source(), "", "", checksum, there.size(), there.modified());
    }

    /** The last answer of a chain of redirects. */
    private Answer follow(URI source, Map<String, String> headers) throws FetchFailed, InterruptedException {
        var at = source;
        List<InetAddress> before = List.of();
        for (var hop = 0; hop <= MAX_REDIRECTS; hop++) {
            var addresses = settings.rules().addresses(at, before);
            var answer = get(at, withUser(headers, source, at), addresses);
            if (!REDIRECTS.contains(answer.status())) {
                return answer;
            }
            try (answer) {
                at = next(at, answer.headers().get("location"));
            }
            before = addresses;
        }
        throw FetchFailed.forGood(BootFile.shown(source) + " is redirected more than " + MAX_REDIRECTS + " times");
    }

    private static URI next(URI at, @Nullable String location) throws FetchFailed {
        var from = BootFile.shown(at);
        if (location == null) {
            throw FetchFailed.forGood(from + " is redirected to nowhere");
        }
        URI next;
        try {
            next = at.resolve(location);
        } catch (IllegalArgumentException e) {
            throw FetchFailed.forGood(from + " is redirected to what is no URL", e);
        }
        var scheme = String.valueOf(next.getScheme()).toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw FetchFailed.forGood(from + " is redirected to " + scheme + ":, which is refused");
        }
        if (scheme.equals("http") && "https".equalsIgnoreCase(at.getScheme())) {
            LOG.warn(
                    "TFTP: {} is redirected to http, which anybody on the way can change: {}",
                    from,
                    BootFile.shown(next));
        }
        return next;
    }

    /** A password in the source is for its own server alone. */
    private static Map<String, String> withUser(Map<String, String> headers, URI source, URI at) {
        var user = source.getUserInfo();
        if (user == null || !String.valueOf(source.getAuthority()).equals(at.getAuthority())) {
            return headers;
        }
        var all = new HashMap<>(headers);
        all.put("Authorization", "Basic " + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8)));
        return all;
    }

    private Answer get(URI at, Map<String, String> headers, List<InetAddress> addresses)
            throws FetchFailed, InterruptedException {
        try {
            return http.get(at, headers, addresses);
        } catch (InterruptedIOException e) {
            if (e instanceof SocketTimeoutException) {
                throw FetchFailed.forNow(reason(e), e);
            }
            throw new InterruptedException();
        } catch (SSLHandshakeException e) {
            throw FetchFailed.forGood(reason(e), e);
        } catch (IOException e) {
            throw FetchFailed.forNow(reason(e), e);
        }
    }

    private static FetchFailed status(URI source, int status) {
        var text = BootFile.shown(source) + " is answered " + status;
        return PASSING.contains(status) ? FetchFailed.forNow(text) : FetchFailed.forGood(text);
    }

    private Checksum checksumBeside(URI source) throws FetchFailed, InterruptedException {
        var path = source.getRawPath();
        var query = source.getRawQuery() == null ? "" : "?" + source.getRawQuery();
        var beside = source.resolve(path + ".sha256" + query);
        try (var answer = follow(beside, Map.of())) {
            if (answer.status() != OK) {
                throw status(beside, answer.status());
            }
            var list = new String(answer.body().readNBytes(MAX_CHECKSUM_FILE), StandardCharsets.UTF_8);
            return Checksum.ofList(list, path.substring(path.lastIndexOf('/') + 1))
                    .orElseThrow(() -> FetchFailed.forGood(BootFile.shown(beside) + " has no digest of the file"));
        } catch (IOException e) {
            throw FetchFailed.forNow(reason(e), e);
        }
    }

    private Have receive(BootFile file, Answer answer, Optional<Checksum> checksum, Progress progress)
            throws FetchFailed, FileRefused, IOException, InterruptedException {
        var length = length(answer);
        if (length > settings.maxSize()) {
            throw tooLarge(file);
        }
        progress.begin(length);
        try (var part = files.create(file.destination())) {
            var digest = checksum.map(Checksum::digest).orElse(null);
            var bytes = copy(file, answer.body(), part, digest, progress);
            if (length >= 0 && bytes != length) {
                throw FetchFailed.forNow(file.shown() + " has ended after " + bytes + " of " + length + " bytes");
            }
            if (checksum.isPresent() && digest != null && !checksum.get().isThatOf(digest)) {
                throw FetchFailed.forGood(file.shown() + " has not the digest " + checksum.get());
            }
            part.sync();
            var modified = lastModified(answer).orElseGet(() -> Instant.now().truncatedTo(ChronoUnit.SECONDS));
            part.modified(modified);
            part.publish();
            part.syncDirectory();
            return have(file, answer, checksum, bytes, modified);
        }
    }

    private FetchFailed tooLarge(BootFile file) {
        return FetchFailed.forGood(file.shown() + " is larger than " + settings.maxSize() / BootFileSettings.MEBIBYTE
                + " MiB (:" + BootFileSettings.MAX_SIZE.key() + ":)");
    }

    private long copy(BootFile file, InputStream body, NewFile part, @Nullable MessageDigest digest, Progress progress)
            throws FetchFailed, IOException, InterruptedException {
        var buffer = new byte[BUFFER];
        var begun = System.nanoTime();
        var total = 0L;
        for (var read = read(body, buffer); read >= 0; read = read(body, buffer)) {
            total += read;
            if (total > settings.maxSize()) {
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
        } catch (InterruptedIOException e) {
            if (e instanceof SocketTimeoutException) {
                throw FetchFailed.forNow(reason(e), e);
            }
            throw new InterruptedException();
        } catch (IOException e) {
            throw FetchFailed.forNow(reason(e), e);
        }
    }

    private static Have have(BootFile file, Answer answer, Optional<Checksum> checksum, long length, Instant modified) {
        var headers = answer.headers();
        return new Have(
                file.source(),
                headers.getOrDefault("etag", ""),
                headers.getOrDefault("last-modified", ""),
                checksum,
                length,
                modified);
    }

    /** -1: the server does not say. */
    private static long length(Answer answer) {
        try {
            return Long.parseLong(answer.headers().getOrDefault("content-length", "-1"));
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static Optional<Instant> lastModified(Answer answer) {
        try {
            return Optional.ofNullable(answer.headers().get("last-modified"))
                    .map(text -> ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant());
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private static String reason(IOException failure) {
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }
}
