package smartproxy.core.log;

import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * The ids by which the records of a request are found. They come from the caller where it sends some, so they prove nothing.
 *
 * @param request printable ASCII, at most {@value #MAX_LENGTH} characters
 * @param session likewise
 */
public record RequestIds(String request, String session) {
    /** Keys of the diagnostic context, for {@code %X{key}} in patterns. */
    public static final String REQUEST = "request";

    public static final String SESSION = "session";
    public static final String REMOTE_IP = "remote_ip";

    private static final int MAX_LENGTH = 128;

    /**
     * @param requestHeader value of {@code X-Request-Id}; a UUID is made up for none or a blank one
     * @param sessionHeader value of {@code X-Session-Id}; likewise
     */
    public static RequestIds of(@Nullable String requestHeader, @Nullable String sessionHeader) {
        return new RequestIds(clean(requestHeader), clean(sessionHeader));
    }

    /** Puts the ids into this thread's diagnostic context; closing, in the same thread, takes them out. */
    public Scope enter(String remoteIp) {
        MDC.put(REQUEST, request);
        MDC.put(SESSION, session);
        MDC.put(REMOTE_IP, remoteIp);
        return () -> {
            MDC.remove(REQUEST);
            MDC.remove(SESSION);
            MDC.remove(REMOTE_IP);
        };
    }

    /** The time in which a thread works for a request. */
    @FunctionalInterface
    public interface Scope extends AutoCloseable {
        @Override
        void close();
    }

    private static String clean(@Nullable String header) {
        if (header == null || header.isBlank()) {
            return random();
        }
        var id = new StringBuilder(Math.min(header.length(), MAX_LENGTH));
        for (int i = 0; i < header.length() && i < MAX_LENGTH; i++) {
            char c = header.charAt(i);
            id.append(c >= ' ' && c <= '~' ? c : '?');
        }
        return id.toString();
    }

    // RFC 9562 version 4. Not from SecureRandom: an id is no secret, and every request needs two.
    private static String random() {
        var random = ThreadLocalRandom.current();
        long high = (random.nextLong() & ~0xf000L) | 0x4000L;
        long low = (random.nextLong() & ~(3L << 62)) | (1L << 63);
        return new UUID(high, low).toString();
    }
}
