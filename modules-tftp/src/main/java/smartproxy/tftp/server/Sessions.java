package smartproxy.tftp.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Selector;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.tftp.files.FileRefused;
import smartproxy.tftp.server.TftpEndpoint.Service;

/** A bound address and the transfers begun there, served by one thread: nothing is waited for but packets. */
final class Sessions {
    /** The longest request that is read. */
    static final int MAX_REQUEST = 2048;

    private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);
    private static final long TICK_MILLIS = 50;
    private static final long WARN_NANOS = TimeUnit.MINUTES.toNanos(1);
    /** Requests that are read before transfers have their turn. */
    private static final int MOST_IN_A_ROW = 64;

    /** A transfer, and the socket it uses: one of its own, or the listening one. */
    private record Session(TftpTransfer transfer, Port port, Counters counters) {}

    private final InetSocketAddress address;
    private final Supplier<@Nullable Service> service;
    private final Selector selector;
    private final Port listening;
    private final Map<InetSocketAddress, Session> sessions = new HashMap<>();
    private final Admission admission = new Admission(System.nanoTime());
    private final ByteBuffer in = ByteBuffer.allocateDirect(MAX_REQUEST + 1);
    private final ByteBuffer out = ByteBuffer.allocateDirect(Packets.HEADER + Terms.MOST_BLOCK);
    private boolean closing;
    private long tickAt = System.nanoTime();
    private long warnedAt = System.nanoTime() - WARN_NANOS;

    private Sessions(
            InetSocketAddress address, Supplier<@Nullable Service> service, Selector selector, Port listening) {
        this.address = address;
        this.service = service;
        this.selector = selector;
        this.listening = listening;
    }

    /** @param service who has the requests now; null: nobody, they are not answered */
    static Sessions bind(InetSocketAddress address, Supplier<@Nullable Service> service) throws IOException {
        var selector = Selector.open();
        try {
            return new Sessions(address, service, selector, Port.listening(address, selector));
        } catch (IOException | RuntimeException e) {
            selector.close();
            throw e;
        }
    }

    /** Has {@link #serve} look whether it is to end. */
    void wakeUp() {
        selector.wakeup();
    }

    /** Serves until the latch opens, then as long as transfers run, at most {@link TftpEndpoint#DRAIN_SECONDS}. */
    void serve(CountDownLatch end) throws IOException {
        var until = 0L;
        while (!closing || (!sessions.isEmpty() && System.nanoTime() - until < 0)) {
            // whoever opened the latch before this was there to be woken wakes nobody
            var idle = sessions.isEmpty() && end.getCount() > 0;
            selector.select(idle ? 0 : TICK_MILLIS);
            if (!closing && end.getCount() == 0) {
                closing = true;
                until = System.nanoTime() + TimeUnit.SECONDS.toNanos(TftpEndpoint.DRAIN_SECONDS);
            }
            for (var key : selector.selectedKeys()) {
                if (key.attachment() instanceof Session session) {
                    readFrom(session);
                } else {
                    readRequests();
                }
            }
            selector.selectedKeys().clear();
            tick(System.nanoTime());
        }
    }

    private void tick(long now) {
        if (now - tickAt < 0) {
            return;
        }
        tickAt = now + TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS);
        for (var session : List.copyOf(sessions.values())) {
            session.transfer().tick(now);
            settle(session, now);
        }
    }

    /** One packet: the selector tells of the next. */
    private void readFrom(Session session) {
        var now = System.nanoTime();
        var transfer = session.transfer();
        try {
            var from = session.port().receive(in);
            if (transfer.client().equals(from)) {
                transfer.receive(in, now);
            } else if (from != null) {
                stranger(session.port(), from, now);
            }
        } catch (IOException e) {
            transfer.fail("the server's socket broke: " + e.getMessage());
        }
        settle(session, now);
    }

    private void readRequests() throws IOException {
        for (var i = 0; i < MOST_IN_A_ROW; i++) {
            var from = listening.receive(in);
            if (from == null) {
                return;
            }
            var now = System.nanoTime();
            var session = sessions.get(from);
            var opcode = opcode();
            if (opcode == Packets.READ || opcode == Packets.WRITE) {
                request(opcode, from, now);
            } else if (session != null && session.port() == listening) {
                session.transfer().receive(in, now);
                settle(session, now);
            } else {
                stranger(listening, from, now);
            }
        }
    }

    private int opcode() {
        return in.remaining() < 2 ? 0 : in.getShort(0);
    }

    /**
     * A packet of no transfer (RFC 1350, section 4). An error is not answered, so that two servers do not go on for ever; nor is what
     * came late, for the client might take the error for the answer to its next request.
     */
    private void stranger(Port port, InetSocketAddress from, long now) {
        var serving = service.get();
        if (serving == null) {
            return;
        }
        serving.counters().strays.increment();
        if (opcode() != Packets.ERROR
                && !admission.isLate(from, now)
                && admission.mayAsk(from.getAddress(), serving.bounds(), now)) {
            var known = opcode() >= Packets.DATA && opcode() <= Packets.OPTIONS_ACK;
            port.send(
                    known
                            ? Packets.error(TftpError.UNKNOWN_TRANSFER, "unknown transfer")
                            : Packets.error(TftpError.ILLEGAL, "not a TFTP packet"),
                    from);
        }
    }

    private void request(int opcode, InetSocketAddress from, long now) {
        var serving = service.get();
        if (serving == null || closing) {
            return;
        }
        if (!admission.mayAsk(from.getAddress(), serving.bounds(), now)) {
            overLimit(serving, from, "max_requests_per_second", now);
            return;
        }
        var file = "";
        try {
            if (in.remaining() > MAX_REQUEST) {
                throw new TftpError(TftpError.ILLEGAL, "the request is too long");
            }
            var request = Request.parse(opcode, in.position(2));
            file = request.file();
            if (request.write()) {
                throw new TftpError(TftpError.ACCESS, "this server is read-only");
            }
            answer(request, from, serving, now);
        } catch (TftpError e) {
            (e.code() == TftpError.NOT_FOUND ? serving.counters().notFound : serving.counters().refused).increment();
            LOG.info("{}: {} asked for '{}': {}", TftpServer.NAME, Addresses.text(from.getAddress()), file, e.text());
            listening.send(Packets.error(e.code(), e.text()), from);
        }
    }

    private void answer(Request request, InetSocketAddress from, Service serving, long now) throws TftpError {
        var known = sessions.get(from);
        if (known != null && known.transfer().isRepeatedBy(request, now)) {
            known.transfer().repeatAnswer(now);
            settle(known, now);
            return;
        }
        if (known != null) {
            known.transfer().finish(TftpTransfer.End.ABORTED, "the client asked anew");
            settle(known, now);
        }
        if (admission.hasRoom(from.getAddress(), serving.bounds())) {
            begin(request, from, serving, now);
        } else {
            overLimit(serving, from, "max_sessions or max_sessions_per_address", now);
        }
    }

    private void begin(Request request, InetSocketAddress from, Service serving, long now) throws TftpError {
        try {
            var file = serving.files().open(request.file());
            Port port;
            try {
                port = serving.singlePort() ? listening : Port.ofTransfer(address.getAddress(), selector);
            } catch (IOException e) {
                file.close();
                throw e;
            }
            var terms = Terms.of(request, file.size());
            var blocks = Blocks.of(file, request.netascii(), terms);
            var transfer = new TftpTransfer(
                    from, request, blocks, terms, packet -> port.send(packet, from), out, serving.counters(), now);
            var session = new Session(transfer, port, serving.counters());
            if (port != listening) {
                port.attach(session);
            }
            sessions.put(from, session);
            admission.begun(from);
            serving.counters().running.incrementAndGet();
            transfer.start(now);
            settle(session, now);
        } catch (FileRefused e) {
            var none = e.reason() == FileRefused.Reason.NOT_FOUND;
            throw new TftpError(
                    none ? TftpError.NOT_FOUND : TftpError.ACCESS, e.reason().toString());
        } catch (IOException | RuntimeException e) {
            LOG.warn("{}: '{}' cannot be sent", TftpServer.NAME, request.file(), e);
            throw new TftpError(TftpError.OTHER, "the file cannot be sent");
        }
    }

    /** Not answered, for an error would end a boot: the client asks again. */
    private void overLimit(Service serving, InetSocketAddress from, String bounds, long now) {
        serving.counters().overLimit.increment();
        if (now - warnedAt >= WARN_NANOS) {
            warnedAt = now;
            LOG.warn(
                    "{}: at the bound {} of :{}: in tftp.yml; requests such as that of {} are not answered",
                    TftpServer.NAME,
                    bounds,
                    TftpServer.NAME,
                    Addresses.text(from.getAddress()));
        }
    }

    /** Lets go of a transfer that has ended. */
    private void settle(Session session, long now) {
        var transfer = session.transfer();
        if (transfer.end() != null && sessions.remove(transfer.client(), session)) {
            admission.ended(transfer.client(), now);
            session.counters().running.decrementAndGet();
            transfer.close(now);
            if (session.port() != listening) {
                session.port().close();
            }
        }
    }

    /** Ends what still runs, and lets go of all. */
    void close(String why) {
        for (var session : List.copyOf(sessions.values())) {
            session.transfer().fail(why);
            settle(session, System.nanoTime());
        }
        listening.close();
        try {
            selector.close();
        } catch (IOException e) {
            LOG.debug("{}: closing a selector: {}", TftpServer.NAME, e.getMessage());
        }
    }
}
