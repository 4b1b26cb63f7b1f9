package smartproxy.packaging;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import smartproxy.core.daemon.Wire;

/**
 * Clients of Foreman's that create and delete names without a pause, until they are closed. Each answer must be 200, or a 503 with
 * {@code Retry-After}, which they heed.
 */
final class DnsClients implements AutoCloseable {
    private final Hostile.Target target;
    private final boolean kept;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Future<?>> running = new ArrayList<>();
    private final AtomicInteger served = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final Set<String> refusals = ConcurrentHashMap.newKeySet();
    private final AtomicLong longest = new AtomicLong();
    private volatile boolean ended;

    private DnsClients(Hostile.Target target, boolean kept) {
        this.target = target;
        this.kept = kept;
    }

    /**
     * Starts them.
     *
     * @param kept whether they keep their connections, or come anew for each request
     */
    static DnsClients start(Hostile.Target target, int count, boolean kept) {
        var clients = new DnsClients(target, kept);
        for (var i = 0; i < count; i++) {
            var name = "c" + i + (kept ? "k" : "n") + ".example.com";
            clients.running.add(clients.threads.submit(() -> {
                clients.run(name);
                return null;
            }));
        }
        return clients;
    }

    /** Requests answered 200. */
    int served() {
        return served.get();
    }

    /** Requests answered 503. */
    int refused() {
        return refused.get();
    }

    /** What was said with 503. */
    Set<String> refusals() {
        return refusals;
    }

    /** The longest a request took, its connection included. */
    double longestSeconds() {
        return longest.get() / 1e9;
    }

    /** Whether one has ended: {@link #close} says why. */
    boolean isBroken() {
        return running.stream().anyMatch(Future::isDone);
    }

    private void run(String name) throws IOException, InterruptedException {
        Optional<Wire> wire = Optional.empty();
        var create = true;
        while (!ended) {
            var begun = System.nanoTime();
            Wire current;
            Wire.Reply reply;
            try {
                current = wire.isPresent() ? wire.get() : target.foreman("127.0.0.1");
                reply = create
                        ? current.post("/dns/", "fqdn=" + name + "&value=192.0.2.1&type=A")
                        : current.request("DELETE", "/dns/" + name + "/A");
            } catch (IOException e) {
                throw new IOException("after " + (System.nanoTime() - begun) / 1_000_000 + " ms", e);
            }
            longest.accumulateAndGet(System.nanoTime() - begun, Math::max);
            if (kept) {
                wire = Optional.of(current);
            } else {
                current.close();
            }
            if (reply.status() == 200) {
                served.incrementAndGet();
                create = !create;
            } else if (reply.status() == 503 && !reply.header("Retry-After").isEmpty()) {
                refused.incrementAndGet();
                refusals.add(reply.body());
                TimeUnit.SECONDS.sleep(Integer.parseInt(reply.header("Retry-After")));
            } else {
                throw new AssertionError(reply);
            }
        }
        if (wire.isPresent()) {
            wire.get().close();
        }
    }

    /** Ends them after their current request. */
    @Override
    public void close() throws Exception {
        ended = true;
        threads.shutdown();
        for (var client : running) {
            client.get(120, TimeUnit.SECONDS);
        }
    }
}
