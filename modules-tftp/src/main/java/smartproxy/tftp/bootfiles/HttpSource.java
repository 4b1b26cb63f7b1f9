package smartproxy.tftp.bootfiles;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.HttpDownloads;
import smartproxy.core.api.HttpDownloads.Answer;

/** Files over http and https. Redirects are followed, each checked like the first server. */
final class HttpSource implements Source {
    static final int MAX_REDIRECTS = 5;

    private static final Logger LOG = LoggerFactory.getLogger(HttpSource.class);
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;
    private static final int OK = 200;
    private static final int PART = 206;
    private static final int NOT_MODIFIED = 304;
    private static final int NO_SUCH_RANGE = 416;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final Set<Integer> PASSING = Set.of(408, 425, 429, 500, 502, 503, 504);
    private static final Pattern UNWRITTEN = Pattern.compile("[^!-~]|[\"<>\\\\^`{|}]");
    private static final Pattern RANGE = Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18})");

    private final HttpDownloads http;
    private final SourceRules rules;

    HttpSource(HttpDownloads http, SourceRules rules) {
        this.http = http;
        this.rules = rules;
    }

    @Override
    public Delivery ask(URI file, Wish wish) throws FetchFailed, InterruptedException {
        var answer = follow(file, headers(wish));
        try {
            var goOn = wish.goOn();
            if (goOn.isPresent() && (answer.status() == PART || answer.status() == NO_SUCH_RANGE)) {
                var length = lengthBehind(goOn.get(), answer);
                if (length < 0) {
                    answer.close();
                    return ask(file, wish.fromTheStart());
                }
                return delivery(answer, known(goOn.get(), answer), goOn.get().offset(), length);
            }
            if (answer.status() == NOT_MODIFIED && wish.unless().isPresent()) {
                return delivery(answer, answer.headers(), 0, -1);
            }
            if (answer.status() != OK) {
                throw status(file, answer.status());
            }
            return delivery(answer, answer.headers(), 0, length(answer));
        } catch (FetchFailed | RuntimeException e) {
            answer.close();
            throw e;
        }
    }

    private static Map<String, String> headers(Wish wish) {
        var headers = new HashMap<String, String>();
        wish.unless().ifPresent(have -> {
            if (!have.etag().isEmpty()) {
                headers.put("If-None-Match", have.etag());
            } else if (!have.lastModified().isEmpty()) {
                headers.put("If-Modified-Since", have.lastModified());
            }
        });
        wish.goOn().ifPresent(goOn -> {
            headers.put("Range", "bytes=" + goOn.offset() + "-");
            headers.put("If-Range", goOn.validator());
        });
        return headers;
    }

    /** Of the whole file, when an answer goes on to its end where it was asked to; -1: it does not. */
    private static long lengthBehind(Wish.GoOn goOn, Answer answer) {
        var range = RANGE.matcher(answer.headers().getOrDefault("content-range", ""));
        if (answer.status() != PART
                || !range.matches()
                || Long.parseLong(range.group(1)) != goOn.offset()
                || Long.parseLong(range.group(2)) + 1 != Long.parseLong(range.group(3))
                || !answer.headers()
                        .getOrDefault(goOn.header(), goOn.validator())
                        .equals(goOn.validator())) {
            return -1;
        }
        return Long.parseLong(range.group(3));
    }

    /** What an answer goes on with has its validator, which need not be said again (RFC 9110, 15.3.7). */
    private static Map<String, String> known(Wish.GoOn goOn, Answer answer) {
        var headers = new HashMap<>(answer.headers());
        headers.putIfAbsent(goOn.header(), goOn.validator());
        return headers;
    }

    private static Delivery delivery(Answer answer, Map<String, String> headers, long offset, long length) {
        var version = new Version(
                headers.getOrDefault("etag", ""),
                headers.getOrDefault("last-modified", ""),
                headers.getOrDefault("date", ""));
        return new Delivery(answer.status() == NOT_MODIFIED, offset, length, version, answer.body(), answer::close);
    }

    /** -1: the server does not say. */
    private static long length(Answer answer) {
        try {
            return Long.parseLong(answer.headers().getOrDefault("content-length", "-1"));
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** The last answer of a chain of redirects. */
    private Answer follow(URI source, Map<String, String> headers) throws FetchFailed, InterruptedException {
        var at = source;
        List<InetAddress> before = List.of();
        for (var hop = 0; hop <= MAX_REDIRECTS; hop++) {
            var addresses = rules.addresses(at, before);
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
            next = resolved(at, location);
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

    /** As RFC 3986, 5.2.2 says, which {@link URI#resolve} does not for a query alone; what a URL may not have is escaped, as by others. */
    private static URI resolved(URI at, String location) {
        var written = UNWRITTEN.matcher(location).replaceAll(found -> escaped(found.group()));
        return written.startsWith("?") ? URI.create(BootFile.withoutQuery(at) + written) : at.resolve(written);
    }

    /** Each character of a header is an octet. */
    private static String escaped(String character) {
        return HexFormat.of()
                .withPrefix("%")
                .withUpperCase()
                .formatHex(character.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** A password in the source is for its own server alone, where a redirect to it need not repeat it. */
    private static Map<String, String> withUser(Map<String, String> headers, URI source, URI at) {
        var user = source.getUserInfo();
        if (user == null || !origin(source).equals(origin(at))) {
            return headers;
        }
        var all = new HashMap<>(headers);
        all.put("Authorization", "Basic " + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8)));
        return all;
    }

    /** Scheme, host and port (RFC 6454, section 4). */
    private static String origin(URI at) {
        var scheme = at.getScheme().toLowerCase(Locale.ROOT);
        var port = at.getPort() >= 0 ? at.getPort() : scheme.equals("https") ? HTTPS_PORT : HTTP_PORT;
        return scheme + "://" + String.valueOf(at.getHost()).toLowerCase(Locale.ROOT) + ":" + port;
    }

    private Answer get(URI at, Map<String, String> headers, List<InetAddress> addresses)
            throws FetchFailed, InterruptedException {
        try {
            return http.get(at, headers, addresses);
        } catch (InterruptedIOException e) {
            if (e instanceof SocketTimeoutException) {
                throw FetchFailed.forNow(e);
            }
            throw new InterruptedException();
        } catch (SSLHandshakeException e) {
            throw FetchFailed.forGood(e);
        } catch (IOException e) {
            throw FetchFailed.forNow(e);
        }
    }

    private static FetchFailed status(URI source, int status) {
        var text = BootFile.shown(source) + " is answered " + status;
        return PASSING.contains(status) ? FetchFailed.forNow(text) : FetchFailed.forGood(text);
    }
}
