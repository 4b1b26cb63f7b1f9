package smartproxy.core.http;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import smartproxy.core.api.Relay.Rewrite;

/**
 * The target of a request that is passed on. It is not cleaned, as the server must see what the client sent; so nothing is let
 * through that the server might clean into another route than the one that was found and allowed here.
 */
final class RelayTarget {
    private static final Pattern BROKEN_ENCODING = Pattern.compile("%(?![0-9A-Fa-f]{2})");

    private RelayTarget() {}

    /**
     * What the server is sent.
     *
     * @throws smartproxy.core.api.CallerException 400 when it is not plainly one path
     */
    static String of(String target, Optional<Rewrite> rewrite) {
        check(target);
        return rewrite.map(way -> way.to() + target.substring(way.from().length()))
                .orElse(target);
    }

    private static void check(String target) {
        var end = target.indexOf('?') < 0 ? target.length() : target.indexOf('?');
        var path = target.substring(0, end).toLowerCase(Locale.ROOT).replace("%2e", ".");
        var crooked = !path.startsWith("/")
                || path.contains("//")
                || path.contains("%2f")
                || path.contains("%5c")
                || path.contains("\\")
                || path.contains("%00")
                || (path + "/").contains("/../")
                || (path + "/").contains("/./")
                || path.contains("/..;")
                || path.contains("/.;")
                || BROKEN_ENCODING.matcher(target).find();
        if (crooked) {
            throw RequestPath.bad(target);
        }
    }
}
