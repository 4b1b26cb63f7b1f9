package smartproxy.core.log;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The two lines each request leaves in the log. */
public final class AccessLog {
    private static final Logger LOG = LoggerFactory.getLogger(AccessLog.class);
    private static final int MAX_TARGET = 2048;
    private static final List<String> SECRETS =
            List.of("password", "passwd", "passphrase", "token", "secret", "key", "signature", "credential");

    /** Names too short to be looked for in others. */
    private static final Set<String> SHORT_SECRETS = Set.of("auth", "pwd", "sig");

    /**
     * Logs {@code Started METHOD PATH QUERY} at INFO. Values of query parameters whose name tells of a secret are masked.
     *
     * @param path as it was sent
     * @param query as it was sent, without the question mark; null or empty when there is none, which leaves a trailing blank
     */
    public void started(String method, String path, @Nullable String query) {
        if (LOG.isInfoEnabled()) {
            LOG.info("Started {} {} {}", bounded(method), bounded(path), query == null ? "" : bounded(masked(query)));
        }
    }

    /**
     * Logs {@code Finished METHOD PATH with STATUS (12.34 ms)} at INFO.
     *
     * @param nanos the request took
     */
    public void finished(String method, String path, int status, long nanos) {
        if (LOG.isInfoEnabled()) {
            LOG.info("Finished {} {} with {} ({} ms)", bounded(method), bounded(path), status, millis(nanos));
        }
    }

    /** Logs at INFO that the client did not get the whole answer: {@code Finished METHOD PATH with STATUS, broken off (12.34 ms)}. */
    public void brokenOff(String method, String path, int status, long nanos) {
        if (LOG.isInfoEnabled()) {
            LOG.info(
                    "Finished {} {} with {}, broken off ({} ms)",
                    bounded(method),
                    bounded(path),
                    status,
                    millis(nanos));
        }
    }

    private static String bounded(String text) {
        return LogText.bounded(text, MAX_TARGET);
    }

    /**
     * A query without the values of parameters whose name tells of a secret. What follows such a value after a semicolon and
     * has no name may belong to it, as not every server takes a semicolon for the end of a value.
     */
    // By hand: a regular expression for this would take cubic time on a query made for it.
    public static String masked(String query) {
        var masked = new StringBuilder(query.length());
        var pairs = new StringTokenizer(query, "&;", true);
        var secret = false;
        while (pairs.hasMoreTokens()) {
            var pair = pairs.nextToken();
            if (pair.equals("&") || pair.equals(";")) {
                secret &= pair.equals(";");
                masked.append(pair);
                continue;
            }
            int end = pair.indexOf('=') + 1;
            secret = end > 0 ? namesSecret(pair.substring(0, end - 1)) : secret;
            masked.append(pair, 0, end).append(secret && end < pair.length() ? "***" : pair.substring(end));
        }
        return masked.toString();
    }

    /** Whether a parameter of this name, percent-encoded or not, holds what nobody else shall see. */
    public static boolean namesSecret(String name) {
        var lower = decoded(name).toLowerCase(Locale.ROOT);
        return SHORT_SECRETS.contains(lower) || SECRETS.stream().anyMatch(lower::contains);
    }

    private static String decoded(String name) {
        try {
            return URLDecoder.decode(name, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return name; // no server reads it in another way
        }
    }

    /** Milliseconds as Ruby prints a float rounded to two decimals: {@code 12.0}, {@code 12.3}, {@code 12.34}. */
    static String millis(long nanos) {
        long hundredths = (Math.max(0, nanos) + 5_000) / 10_000;
        long rest = hundredths % 100;
        var decimals = rest % 10 == 0 ? Long.toString(rest / 10) : rest < 10 ? "0" + rest : Long.toString(rest);
        return hundredths / 100 + "." + decimals;
    }
}
