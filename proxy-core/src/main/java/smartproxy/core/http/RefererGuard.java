package smartproxy.core.http;

import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

/** Keeps a page of another site from reading JSON answers through a script tag. */
public final class RefererGuard {
    private RefererGuard() {}

    /**
     * Whether a JSON answer must be withheld with 403, because the request was made by a page of another host.
     *
     * @param referer a Referer that is no URI is foreign; one without a host, or none at all, is not
     * @param origin a request with an Origin, be it empty, is never foreign: the browser's own rules guard it
     * @param host the Host header; its port and letter case do not matter
     */
    public static boolean isForeign(@Nullable String referer, @Nullable String origin, @Nullable String host) {
        if (referer == null || referer.isEmpty() || origin != null) {
            return false;
        }
        String authority;
        try {
            var uri = new URI(referer);
            authority = uri.getRawAuthority();
            if (authority == null) {
                return uri.getRawSchemeSpecificPart().startsWith("//");
            }
        } catch (URISyntaxException e) {
            return true;
        }
        return host == null
                || !hostOf(authority.substring(authority.lastIndexOf('@') + 1)).equalsIgnoreCase(hostOf(host));
    }

    /**
     * As {@link #isForeign(String, String, String)}, and never foreign when a script says that it made the request: only a
     * page of the same host can set that header.
     *
     * @param requestedWith the X-Requested-With header
     */
    public static boolean isForeign(
            @Nullable String referer, @Nullable String origin, @Nullable String host, @Nullable String requestedWith) {
        return !"XMLHttpRequest".equals(requestedWith) && isForeign(referer, origin, host);
    }

    private static String hostOf(String authority) {
        int colon = authority.lastIndexOf(':');
        return colon > authority.lastIndexOf(']') ? authority.substring(0, colon) : authority;
    }
}
