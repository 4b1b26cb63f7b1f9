package smartproxy.core.daemon;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** Ports for servers that a test starts later. */
public final class FreePorts {
    private static final int LOWEST = 12_000;
    private static final int RANGE = 2_000;
    private static final AtomicInteger NEXT =
            new AtomicInteger(ThreadLocalRandom.current().nextInt(RANGE));

    private FreePorts() {}

    /**
     * One that nobody has now, for TCP and UDP on all addresses, below those that outgoing connections get. None is given twice
     * before all were, and each process of tests has a range of its own, so that none takes what another has chosen and not yet
     * opened; those that the scripts in {@code lab} choose are higher.
     */
    public static int next() {
        var lowest = LOWEST + Integer.getInteger("fork", 0) % 4 * RANGE;
        for (var tries = 0; tries < RANGE; tries++) {
            var port = lowest + NEXT.getAndIncrement() % RANGE;
            if (isFree(port)) {
                return port;
            }
        }
        throw new IllegalStateException("no port from " + lowest + " on is free");
    }

    private static boolean isFree(int port) {
        try (var tcp = new ServerSocket(port);
                var udp = new DatagramSocket(port)) {
            return tcp.isBound() && udp.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
