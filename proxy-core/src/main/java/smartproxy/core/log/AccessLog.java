package smartproxy.core.log;

import java.util.List;
import java.util.Locale;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The two lines each request leaves in the log. */
public final class AccessLog {
    private static final Logger LOG = LoggerFactory.getLogger(AccessLog.class);
    private static final int MAX_TARGET = 2048;
    private static final List<String> SECRETS = List.of("password", "passwd", "passphrase", "token", "secret", "key");

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

    private static String bounded(String text) {
        return LogText.bounded(text, MAX_TARGET);
    }

    // By hand: a regular expression for this would take cubic time on a query made for it.
    static String masked(String query) {
        var masked = new StringBuilder(query.length());
        var pairs = new StringTokenizer(query, "&;", true);
        while (pairs.hasMoreTokens()) {
            var pair = pairs.nextToken();
            int end = pair.indexOf('=') + 1;
            if (end > 0 && end < pair.length() && namesSecret(pair.substring(0, end))) {
                masked.append(pair, 0, end).append("***");
            } else {
                masked.append(pair);
            }
        }
        return masked.toString();
    }

    private static boolean namesSecret(String name) {
        var lower = name.toLowerCase(Locale.ROOT);
        return SECRETS.stream().anyMatch(lower::contains);
    }

    /** Milliseconds as Ruby prints a float rounded to two decimals: {@code 12.0}, {@code 12.3}, {@code 12.34}. */
    static String millis(long nanos) {
        long hundredths = (Math.max(0, nanos) + 5_000) / 10_000;
        long rest = hundredths % 100;
        var decimals = rest % 10 == 0 ? Long.toString(rest / 10) : rest < 10 ? "0" + rest : Long.toString(rest);
        return hundredths / 100 + "." + decimals;
    }
}
