package smartproxy.packaging;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import smartproxy.core.daemon.Wire;

/** Hostile clients of one kind, at one address; what the daemon closes they open again, until they are closed. */
final class Crowd implements AutoCloseable {
    private static final int PAUSE_MILLIS = 50;

    private final Hostile kind;
    private final Hostile.Target target;
    private final String from;
    private final List<Optional<Wire>> wires = new ArrayList<>();
    private final AtomicInteger opened = new AtomicInteger();
    private final CountDownLatch complete = new CountDownLatch(1);
    private final Thread thread;
    private volatile boolean ended;

    private Crowd(Hostile kind, Hostile.Target target, String from) {
        this.kind = kind;
        this.target = target;
        this.from = from;
        this.thread = new Thread(this::run, "crowd " + kind);
        for (var i = 0; i < kind.size; i++) {
            wires.add(Optional.empty());
        }
    }

    /** @param from an address of this host */
    static Crowd of(Hostile kind, Hostile.Target target, String from) {
        var crowd = new Crowd(kind, target, from);
        crowd.thread.start();
        return crowd;
    }

    /** Waits until each has come once. */
    void awaitComplete() throws InterruptedException {
        if (!complete.await(180, TimeUnit.SECONDS)) {
            throw new AssertionError(kind + ": only " + opened + " of " + kind.size);
        }
    }

    /** How many connections it began. */
    int opened() {
        return opened.get();
    }

    private void run() {
        for (var round = 0; !ended; round++) {
            for (var i = 0; i < wires.size() && !ended; i++) {
                wires.set(i, step(wires.get(i), round));
            }
            complete.countDown();
            try {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private Optional<Wire> step(Optional<Wire> wire, int round) {
        try {
            if (wire.isEmpty()) {
                opened.incrementAndGet();
                return kind.open(target, from);
            }
            if (kind.isOpen(wire.get())) {
                kind.goOn(target, wire.get(), round);
                return wire;
            }
        } catch (IOException e) {
            // closed
        }
        wire.ifPresent(Crowd::close);
        return Optional.empty();
    }

    private static void close(Wire wire) {
        try {
            wire.close();
        } catch (IOException e) {
            // closed
        }
    }

    /** Ends them all. */
    @Override
    public void close() throws InterruptedException {
        ended = true;
        thread.join(TimeUnit.SECONDS.toMillis(120));
        if (thread.isAlive()) {
            throw new AssertionError(kind + " does not end");
        }
        wires.forEach(wire -> wire.ifPresent(Crowd::close));
    }
}
