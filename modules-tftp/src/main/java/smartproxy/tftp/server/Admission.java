package smartproxy.tftp.server;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Who is answered now, and who may begin a transfer. Of one thread. */
final class Admission {
    /** Answers per second to all clients together; senders of requests can be forged. */
    static final int MAX_PER_SECOND = 2000;
    /** Client addresses whose rate is remembered. */
    static final int MAX_CLIENTS = 4096;

    private static final double NANOS = 1e9;
    /** So long after its transfer a client may still send what belongs to that. */
    private static final long LATE_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** What may still be answered now; two seconds' worth can be saved up. */
    private static final class Bucket {
        private double left;
        private long at;

        Bucket(int perSecond, long now) {
            left = 2.0 * perSecond;
            at = now;
        }

        boolean take(int perSecond, long now) {
            left = Math.min(2.0 * perSecond, left + (now - at) / NANOS * perSecond);
            at = now;
            if (left < 1) {
                return false;
            }
            left--;
            return true;
        }
    }

    private final Bucket all;
    private final Map<InetAddress, Bucket> clients = newest();
    /** When the last transfer of a client's port has ended. */
    private final Map<InetSocketAddress, Long> ended = newest();

    private final Map<InetAddress, Integer> running = new HashMap<>();
    private int sessions;

    Admission(long now) {
        all = new Bucket(MAX_PER_SECOND, now);
    }

    /** Forgets those that were not seen for the longest time. */
    private static <K, V> Map<K, V> newest() {
        return new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > MAX_CLIENTS;
            }
        };
    }

    /** Takes one answer off the client's rate and off that of all. */
    boolean mayAsk(InetAddress client, Bounds bounds, long now) {
        var rate = bounds.requestsPerSecond();
        return clients.computeIfAbsent(client, address -> new Bucket(rate, now)).take(rate, now)
                && all.take(MAX_PER_SECOND, now);
    }

    boolean hasRoom(InetAddress client, Bounds bounds) {
        return sessions < bounds.sessions() && running.getOrDefault(client, 0) < bounds.perAddress();
    }

    void begun(InetSocketAddress client) {
        sessions++;
        running.merge(client.getAddress(), 1, Integer::sum);
    }

    void ended(InetSocketAddress client, long now) {
        sessions--;
        running.computeIfPresent(client.getAddress(), (address, count) -> count == 1 ? null : count - 1);
        ended.put(client, now);
    }

    /** Whether what a client sends now may belong to a transfer that has ended: an acknowledgement that came twice. */
    boolean isLate(InetSocketAddress client, long now) {
        var at = ended.get(client);
        return at != null && now - at < LATE_NANOS;
    }
}
