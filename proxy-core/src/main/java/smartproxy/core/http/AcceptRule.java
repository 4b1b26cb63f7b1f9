package smartproxy.core.http;

import org.jspecify.annotations.Nullable;

/** Decides the content type of an error's text, which the reference calls JSON whenever the caller would take JSON. */
public final class AcceptRule {
    private AcceptRule() {}

    /**
     * Whether an Accept header (RFC 9110 section 12.5.1) admits {@code application/json}, at any quality and with any
     * parameters. A header without any media range in it admits it too, as it says nothing.
     *
     * @param accept null or empty: everything is admitted
     */
    public static boolean admitsJson(@Nullable String accept) {
        if (accept == null || accept.indexOf('/') < 0) {
            return true;
        }
        int start = 0;
        while (start <= accept.length()) {
            int comma = accept.indexOf(',', start);
            int end = comma < 0 ? accept.length() : comma;
            if (isJson(accept.substring(start, end))) {
                return true;
            }
            start = end + 1;
        }
        return false;
    }

    private static boolean isJson(String range) {
        int semicolon = range.indexOf(';');
        var type = (semicolon < 0 ? range : range.substring(0, semicolon)).strip();
        return type.equalsIgnoreCase("application/json")
                || type.equalsIgnoreCase("application/*")
                || type.equals("*/*")
                // sent by java.net.HttpURLConnection
                || type.equals("*");
    }
}
