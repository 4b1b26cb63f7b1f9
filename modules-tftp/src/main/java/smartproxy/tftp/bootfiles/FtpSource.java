package smartproxy.tftp.bootfiles;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import org.apache.commons.net.ftp.FTP;
import org.apache.commons.net.ftp.FTPClient;
import org.apache.commons.net.ftp.FTPReply;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.HttpDownloads;

/**
 * Files over ftp (RFC 959, 3659), by passive connections to the very address that was checked, whichever one the server names. A
 * part is never gone on with: FTP does not tell which version of a file it is from.
 */
final class FtpSource implements Source {
    static final int PORT = 21;
    private static final String ANONYMOUS = "anonymous";
    private static final DateTimeFormatter MDTM = DateTimeFormatter.ofPattern("uuuuMMddHHmmss", Locale.ROOT);
    private static final int MDTM_LENGTH = 14;
    private static final int TEMPORARY = 400;
    private static final int PERMANENT = 500;

    private final HttpDownloads.Terms terms;
    private final SourceRules rules;

    FtpSource(HttpDownloads.Terms terms, SourceRules rules) {
        this.terms = terms;
        this.rules = rules;
    }

    @Override
    public Delivery ask(URI file, Wish wish) throws FetchFailed, InterruptedException {
        var path = path(file);
        var addresses = rules.addresses(file, List.of());
        var sockets = new BoundedSockets(terms.connect(), terms.idle());
        var client = new FTPClient();
        try {
            connect(client, sockets, file, addresses);
            logIn(client, file);
            return begin(client, sockets, file, path, wish);
        } catch (FetchFailed e) {
            end(client);
            throw e;
        } catch (InterruptedIOException e) {
            end(client);
            if (e instanceof SocketTimeoutException) {
                throw failure(file, e);
            }
            throw new InterruptedException();
        } catch (IOException e) {
            end(client);
            throw failure(file, e);
        } catch (RuntimeException e) {
            end(client);
            throw e;
        }
    }

    /** Relative to where a login begins, as with every client. */
    private static String path(URI file) throws FetchFailed {
        var path = file.getPath() == null ? "" : file.getPath();
        var relative = path.startsWith("/") ? path.substring(1) : path;
        requirePlain(file, relative);
        return relative;
    }

    /** A line break would be a command of its own. */
    private static void requirePlain(URI file, String text) throws FetchFailed {
        if (text.isEmpty() || text.chars().anyMatch(Character::isISOControl)) {
            throw FetchFailed.forGood(BootFile.shown(file) + " is no file that FTP can ask for");
        }
    }

    private void connect(FTPClient client, BoundedSockets sockets, URI file, List<InetAddress> addresses)
            throws IOException {
        client.setSocketFactory(sockets);
        client.setConnectTimeout((int) terms.connect().toMillis());
        client.setDefaultTimeout(BoundedSockets.SLICE_MILLIS);
        client.setDataTimeout(Duration.ofMillis(BoundedSockets.SLICE_MILLIS));
        client.setControlEncoding("UTF-8");
        client.setIpAddressFromPasvResponse(false);
        client.setUseEPSVwithIPv4(false);
        IOException last = null;
        for (var address : addresses) {
            try {
                client.connect(address, file.getPort() < 0 ? PORT : file.getPort());
                client.enterLocalPassiveMode(); // a connection begins as an active one
                return;
            } catch (SocketTimeoutException e) {
                last = e;
            } catch (InterruptedIOException e) {
                throw e;
            } catch (IOException e) {
                last = e;
            }
            end(client);
            sockets.again();
        }
        throw last == null ? new IOException("no address") : last;
    }

    private static void logIn(FTPClient client, URI file) throws IOException, FetchFailed {
        if (!FTPReply.isPositiveCompletion(client.getReplyCode())) {
            throw refused(client, file, "is not served");
        }
        var info = file.getUserInfo() == null ? ANONYMOUS + ":" + ANONYMOUS + "@" : file.getUserInfo();
        var colon = info.indexOf(':');
        var user = colon < 0 ? info : info.substring(0, colon);
        var password = colon < 0 ? "" : info.substring(colon + 1);
        requirePlain(file, user);
        requirePlain(file, password + ".");
        if (!client.login(user, password)) {
            throw refused(client, file, "lets the user not in");
        }
        if (!client.setFileType(FTP.BINARY_FILE_TYPE)) {
            throw refused(client, file, "knows no binary files");
        }
    }

    private Delivery begin(FTPClient client, BoundedSockets sockets, URI file, String path, Wish wish)
            throws IOException, FetchFailed {
        var length = size(client, path);
        var version = new Version("", modified(client, path), "");
        if (wish.unless().filter(have -> have.is(version, length)).isPresent()) {
            return new Delivery(true, 0, length, version, InputStream.nullInputStream(), () -> end(client));
        }
        sockets.dataFollows();
        var body = client.retrieveFileStream(path);
        if (body == null) {
            throw refused(client, file, "is answered");
        }
        return new Delivery(false, 0, length, version, new Body(body, client, file), () -> {
            breakOff(body);
            end(client);
        });
    }

    private static long size(FTPClient client, String path) throws IOException {
        var text = client.getSize(path);
        return text != null && text.strip().matches("\\d{1,18}") ? Long.parseLong(text.strip()) : -1;
    }

    /** As HTTP writes it; empty: the server does not say. */
    private static String modified(FTPClient client, String path) throws IOException {
        var text = client.getModificationTime(path);
        if (text == null || text.strip().length() < MDTM_LENGTH) {
            return "";
        }
        try {
            var time = LocalDateTime.parse(text.strip().substring(0, MDTM_LENGTH), MDTM);
            return DateTimeFormatter.RFC_1123_DATE_TIME.format(time.atOffset(ZoneOffset.UTC));
        } catch (DateTimeParseException e) {
            return "";
        }
    }

    /** The server's words may repeat what was sent, so only its number is told. */
    private static FetchFailed refused(FTPClient client, URI file, String what) {
        var code = client.getReplyCode();
        var text = BootFile.shown(file) + " " + what + (what.endsWith("answered") ? " " : ": ") + code;
        return code >= TEMPORARY && code < PERMANENT ? FetchFailed.forNow(text) : FetchFailed.forGood(text);
    }

    private static FetchFailed failure(URI file, IOException e) {
        var text = e instanceof SocketTimeoutException || e.getCause() instanceof SocketTimeoutException
                ? "no answer in time"
                : reason(e);
        return FetchFailed.forNow(BootFile.shown(file) + ": " + text, e);
    }

    private static String reason(@Nullable IOException e) {
        return e == null || e.getMessage() == null ? "the connection was closed" : e.getMessage();
    }

    /** Its data connection is the caller's. */
    private static void breakOff(InputStream body) {
        try {
            body.close();
        } catch (IOException e) {
            // it has ended by itself
        }
    }

    private static void end(FTPClient client) {
        try {
            client.disconnect();
        } catch (IOException e) {
            // it has ended by itself
        }
    }

    /** Ends once the server has said, on its other connection, that it has sent all. */
    private static final class Body extends FilterInputStream {
        private final FTPClient client;
        private final URI file;
        private boolean whole;

        Body(InputStream in, FTPClient client, URI file) {
            super(in);
            this.client = client;
            this.file = file;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            try {
                var read = whole ? -1 : super.read(bytes, offset, length);
                if (read < 0 && !whole) {
                    finish();
                }
                return read;
            } catch (SocketTimeoutException e) {
                throw (IOException)
                        new SocketTimeoutException(BootFile.shown(file) + ": no answer in time").initCause(e);
            } catch (InterruptedIOException e) {
                throw e;
            } catch (IOException e) {
                throw new IOException(BootFile.shown(file) + ": " + reason(e), e);
            }
        }

        private void finish() throws IOException {
            super.close();
            if (!client.completePendingCommand()) {
                throw new IOException("the server has broken it off (" + client.getReplyCode() + ")");
            }
            whole = true;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }
    }
}
