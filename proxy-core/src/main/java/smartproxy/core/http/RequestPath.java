package smartproxy.core.http;

import java.util.ArrayDeque;
import java.util.Optional;
import smartproxy.core.api.CallerException;
import smartproxy.core.log.AccessLog;

/**
 * The target of a request (RFC 9112 section 3.2), still percent-encoded. Mounts are found on the path as it was sent, so no
 * {@code ..} leads from one mount into another; only what lies below the mount is cleaned.
 */
public final class RequestPath {
    private static final String PATH_PUNCTUATION = "-._~!$&'()*+,;=:@/%";
    private static final int SHOWN = 200;

    private final String raw;
    private final String query;

    private RequestPath(String raw, String query) {
        this.raw = raw;
        this.query = query;
    }

    /**
     * Reads a request target in origin form, absolute form (reduced to its path) or {@code *}. A fragment is dropped.
     *
     * @throws CallerException 400 when a character or percent-encoding is not one of RFC 3986, or when the decoded path climbs
     *     above the root. In a query every printable ASCII character is taken, as clients send brackets and bars there, and
     *     its percent-encoding is judged by who reads it.
     */
    public static RequestPath parse(String target) {
        if (target.equals("*")) {
            return new RequestPath("*", "");
        }
        int pathStart = pathStart(target);
        int end = earlier(target.indexOf('#'), target.length());
        int pathEnd = earlier(target.indexOf('?'), end);
        if (pathStart < 0 || pathStart >= pathEnd) {
            throw bad(target);
        }
        var path = target.substring(pathStart, pathEnd);
        var query = pathEnd < end ? target.substring(pathEnd + 1, end) : "";
        if (!legalPath(path) || !legalQuery(query) || climbs(path)) {
            throw bad(target);
        }
        return new RequestPath(path, query);
    }

    /** The path as it was sent. */
    public String raw() {
        return raw;
    }

    /** The query without its question mark; empty when there is none. */
    public String query() {
        return query;
    }

    /**
     * What follows a mount, when this path lies in it. The mount is compared by whole segments with the path as sent, a run of
     * slashes counting as one. The rest is cleaned: {@code %2e}, {@code %2f} and {@code %5c} are decoded, a backslash is a
     * slash, empty and {@code .} segments go, {@code ..} takes away the segment before it but never leaves the mount, and a
     * trailing slash stays. Everything else remains percent-encoded.
     *
     * @param mountPath starts with a slash and ends without one, or {@code /} for the root
     * @return empty when this path is not in the mount; {@code ""} for the mount itself, else a text that starts with a slash
     */
    public Optional<String> below(String mountPath) {
        if (raw.equals("*")) {
            return Optional.empty();
        }
        int at = 0;
        int i = 0;
        var mount = mountPath.equals("/") ? "" : mountPath;
        while (i < mount.length()) {
            if (at >= raw.length() || raw.charAt(at) != mount.charAt(i)) {
                return Optional.empty();
            }
            at++;
            if (mount.charAt(i) == '/') {
                while (at < raw.length() && raw.charAt(at) == '/') {
                    at++;
                }
            }
            i++;
        }
        if (at == raw.length()) {
            return Optional.of("");
        }
        return raw.charAt(at) == '/' ? Optional.of(clean(raw.substring(at))) : Optional.empty();
    }

    private static int earlier(int found, int otherwise) {
        return found < 0 || found > otherwise ? otherwise : found;
    }

    private static int pathStart(String target) {
        if (target.startsWith("/")) {
            return 0;
        }
        int colon = target.indexOf("://");
        var scheme = colon < 0 ? "" : target.substring(0, colon);
        return scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https")
                ? target.indexOf('/', colon + "://".length())
                : -1;
    }

    private static boolean legalPath(String path) {
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if ((!letter && PATH_PUNCTUATION.indexOf(c) < 0) || (c == '%' && !isEncoding(path, i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean legalQuery(String query) {
        for (int i = 0; i < query.length(); i++) {
            char c = query.charAt(i);
            if (c <= ' ' || c > '~') {
                return false;
            }
        }
        return true;
    }

    private static boolean isEncoding(String text, int percent) {
        return percent + 2 < text.length() && hex(text.charAt(percent + 1)) >= 0 && hex(text.charAt(percent + 2)) >= 0;
    }

    private static int hex(char c) {
        return c < 128 ? Character.digit(c, 16) : -1;
    }

    /** Whether a {@code ..} has nothing left to take away. Backslashes count for nothing here, as in the reference. */
    private static boolean climbs(String path) {
        int depth = 0;
        for (var segment : segments(decode(path, "./"))) {
            if (segment.equals("..")) {
                depth--;
            } else if (!segment.isEmpty() && !segment.equals(".")) {
                depth++;
            }
            if (depth < 0) {
                return true;
            }
        }
        return false;
    }

    private static String clean(String rest) {
        var segments = segments(decode(rest, "./\\").replace('\\', '/'));
        var kept = new ArrayDeque<String>();
        for (var segment : segments) {
            if (segment.equals("..")) {
                kept.pollLast();
            } else if (!segment.isEmpty() && !segment.equals(".")) {
                kept.add(segment);
            }
        }
        var last = segments[segments.length - 1];
        boolean slash = last.isEmpty() || last.equals(".") || last.equals("..");
        return "/" + String.join("/", kept) + (slash && !kept.isEmpty() ? "/" : "");
    }

    private static String[] segments(String path) {
        return path.split("/", -1);
    }

    /** Decodes the encodings of these characters, once, and leaves all others. */
    private static String decode(String path, String characters) {
        if (path.indexOf('%') < 0) {
            return path;
        }
        var decoded = new StringBuilder(path.length());
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == '%') {
                char meant = (char) (hex(path.charAt(i + 1)) * 16 + hex(path.charAt(i + 2)));
                if (characters.indexOf(meant) >= 0) {
                    c = meant;
                    i += 2;
                }
            }
            decoded.append(c);
        }
        return decoded.toString();
    }

    /**
     * That a target is none. It is named without its secrets, and without markup, control or foreign characters, which could be
     * reflected into a page or a log.
     */
    static CallerException bad(String whole) {
        var query = whole.indexOf('?') + 1;
        var target = query == 0 ? whole : whole.substring(0, query) + AccessLog.masked(whole.substring(query));
        var shown = new StringBuilder();
        for (int i = 0; i < Math.min(target.length(), SHOWN); i++) {
            char c = target.charAt(i);
            shown.append(c < ' ' || c > '~' || "<>&\"".indexOf(c) >= 0 ? '?' : c);
        }
        return CallerException.badRequest("bad URI `" + shown + (target.length() > SHOWN ? "..." : "") + "'.");
    }
}
