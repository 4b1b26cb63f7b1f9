package smartproxy.tftp.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * One file on its way to one client. Of one thread; knows no socket.
 *
 * <p>Blocks are sent once for each acknowledgement that moves the window, and again only when the time is over: a second
 * acknowledgement of the same block changes nothing (RFC 1123, section 4.2.3.1). One from within the window says that the
 * client misses what comes after it (RFC 7440, section 4).
 */
final class TftpTransfer {
    /** Sends a packet to the client; false when there is no room for it now. */
    @FunctionalInterface
    interface Out {
        boolean send(ByteBuffer packet);
    }

    /** How it ended. */
    enum End {
        COMPLETE,
        ABORTED,
        FAILED
    }

    /** Until the first repetition. */
    static final int FIRST_WAIT_MILLIS = 150;
    /** Between repetitions, doubled each time up to this. */
    static final int LONGEST_WAIT_MILLIS = 5000;
    /** Without a first answer; whoever asks again meanwhile begins anew. */
    static final int MAX_UNANSWERED_SECONDS = 12;
    /** Without an answer later; three times the timeout, when one was agreed on that is longer than a third of it. */
    static final int MAX_SILENCE_SECONDS = 30;
    /** Of a whole transfer. */
    static final int MAX_HOURS = 4;

    private static final Logger LOG = LoggerFactory.getLogger(TftpTransfer.class);
    /** A request that comes once more after this is a new one: the client has restarted. */
    private static final long STALE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final int NUMBERS = 0xffff;
    private static final long NOT_KNOWN = Long.MAX_VALUE;

    private final InetSocketAddress client;
    private final Request request;
    private final Blocks blocks;
    private final Terms terms;
    private final Out out;
    private final ByteBuffer buffer;
    private final Counters counters;
    private final long started;

    private boolean answered;
    private boolean optionsPending;
    /** The first block that is not acknowledged, the next to be sent, the highest that was sent, the last of the file. */
    private long base = 1;

    private long next = 1;
    private long highest;
    private long last = NOT_KNOWN;
    private int lastSize;

    private long sentAt;
    private boolean sentAgain;
    private boolean stalled;
    private long waitNanos = TimeUnit.MILLISECONDS.toNanos(FIRST_WAIT_MILLIS);
    private long roundTripNanos;
    private long progressAt;
    private long dueAt;

    private long acknowledgedBytes;
    private long repetitions;
    private @Nullable End end;
    private String remark = "";

    /**
     * Nothing is sent before {@link #start}.
     *
     * @param blocks closed by {@link #close}
     * @param buffer for packets, used during calls only; shared
     */
    TftpTransfer(
            InetSocketAddress client,
            Request request,
            Blocks blocks,
            Terms terms,
            Out out,
            ByteBuffer buffer,
            Counters counters,
            long now) {
        this.client = client;
        this.request = request;
        this.blocks = blocks;
        this.terms = terms;
        this.out = out;
        this.buffer = buffer;
        this.counters = counters;
        started = now;
        progressAt = now;
        optionsPending = !terms.acknowledged().isEmpty();
    }

    InetSocketAddress client() {
        return client;
    }

    /** How it ended; null while it runs. */
    @Nullable End end() {
        return end;
    }

    void start(long now) {
        send(now);
    }

    /** Whether a request from the same port is this one once more; else the client has begun anew. */
    boolean isRepeatedBy(Request other, long now) {
        return request.equals(other) && (!answered || now - progressAt < STALE_NANOS);
    }

    /** The request came once more: what it was answered with may be lost. */
    void repeatAnswer(long now) {
        if (!answered) {
            sendAgain(now);
        }
    }

    /** A packet of the client, at its opcode. */
    void receive(ByteBuffer packet, long now) {
        if (packet.remaining() < Packets.HEADER) {
            counters.strays.increment();
            return;
        }
        var opcode = packet.getShort() & NUMBERS;
        var number = packet.getShort() & NUMBERS;
        switch (opcode) {
            case Packets.ACK -> acknowledged(number, now);
            case Packets.ERROR -> finish(End.ABORTED, "the client broke it off with error " + number);
            default -> counters.strays.increment();
        }
    }

    private void acknowledged(int number, long now) {
        if (optionsPending) {
            if (number != 0) {
                return;
            }
            optionsPending = false;
        } else {
            var ahead = (number - (int) (base - 1)) & NUMBERS;
            if (ahead == 0 || ahead > highest - (base - 1)) {
                return;
            }
            var bytes = (long) ahead * blocks.blockSize();
            base += ahead;
            if (base > last) {
                bytes += lastSize - blocks.blockSize();
            }
            acknowledgedBytes += bytes;
            counters.bytes.add(bytes);
            next = base;
        }
        progress(now);
        if (base > last) {
            finish(End.COMPLETE, "");
        } else {
            send(now);
        }
    }

    /** A time is measured where nothing was sent twice, else it might be that of either; until then the longer wait stays. */
    private void progress(long now) {
        answered = true;
        progressAt = now;
        if (!sentAgain) {
            var sample = now - sentAt;
            roundTripNanos = roundTripNanos == 0 ? sample : (7 * roundTripNanos + sample) / 8;
            waitNanos = Math.max(
                    TimeUnit.MILLISECONDS.toNanos(FIRST_WAIT_MILLIS),
                    Math.min(2 * roundTripNanos, TimeUnit.MILLISECONDS.toNanos(LONGEST_WAIT_MILLIS)));
        }
        sentAgain = false;
    }

    /** Sends what may be sent now, and waits for an answer from now on. */
    private void send(long now) {
        stalled = false;
        sentAt = now;
        dueAt = now + (terms.timeoutSeconds() > 0 ? TimeUnit.SECONDS.toNanos(terms.timeoutSeconds()) : waitNanos);
        if (optionsPending) {
            stalled = !out.send(ByteBuffer.wrap(Packets.optionsAck(terms.acknowledged())));
            return;
        }
        while (end == null && !stalled && next < base + terms.window() && next <= last) {
            stalled = !sendBlock(next);
            next += stalled ? 0 : 1;
        }
    }

    private boolean sendBlock(long block) {
        buffer.clear();
        Packets.data(buffer, block);
        try {
            blocks.read(block, buffer);
        } catch (IOException e) {
            LOG.warn("{}: {} cannot be read: {}", TftpServer.NAME, request.file(), e.toString());
            fail("the file cannot be read");
            return false;
        }
        buffer.flip();
        var size = buffer.remaining() - Packets.HEADER;
        if (!out.send(buffer)) {
            return false;
        }
        if (size < blocks.blockSize()) {
            last = block;
            lastSize = size;
        }
        if (block > highest) {
            highest = block;
        } else {
            sentAgain = true;
            repeated();
        }
        return true;
    }

    private void sendAgain(long now) {
        sentAgain = true;
        next = base;
        if (optionsPending) {
            repeated();
        }
        send(now);
    }

    private void repeated() {
        repetitions++;
        counters.retransmissions.increment();
    }

    /** Does what is due. */
    void tick(long now) {
        var silence = TimeUnit.NANOSECONDS.toSeconds(now - progressAt);
        if (now - started > TimeUnit.HOURS.toNanos(MAX_HOURS)) {
            fail("it takes longer than " + MAX_HOURS + " hours");
        } else if (silence >= longestSilence() && answered && base == last) {
            // some loaders start what they have without a word
            finish(End.COMPLETE, ", its last block was not acknowledged");
        } else if (silence >= longestSilence()) {
            finish(End.FAILED, "no answer for " + silence + " s");
        } else if (stalled) {
            send(now);
        } else if (now - dueAt >= 0) {
            waitNanos = Math.min(2 * waitNanos, TimeUnit.MILLISECONDS.toNanos(LONGEST_WAIT_MILLIS));
            sendAgain(now);
        }
    }

    private int longestSilence() {
        return answered ? Math.max(MAX_SILENCE_SECONDS, 3 * terms.timeoutSeconds()) : MAX_UNANSWERED_SECONDS;
    }

    /** Ends it, and tells the client why. */
    void fail(String why) {
        out.send(ByteBuffer.wrap(Packets.error(TftpError.OTHER, why)));
        finish(End.FAILED, why);
    }

    /** Ends it without a word to the client. */
    void finish(End how, String why) {
        if (end == null) {
            end = how;
            remark = why;
        }
    }

    /** Closes the file, counts and logs. */
    void close(long now) {
        try {
            blocks.close();
        } catch (IOException e) {
            LOG.debug("{}: closing {}: {}", TftpServer.NAME, request.file(), e.getMessage());
        }
        var seconds = String.format(Locale.ROOT, "%.2f", (now - started) / 1e9);
        var from = Addresses.text(client.getAddress());
        if (end == End.COMPLETE) {
            counters.complete.increment();
            LOG.info(
                    "{}: {} read {}: {} bytes in {} s, blksize {}, windowsize {}, {} packets sent again{}",
                    TftpServer.NAME,
                    from,
                    request.file(),
                    acknowledgedBytes,
                    seconds,
                    terms.blockSize(),
                    terms.window(),
                    repetitions,
                    remark);
            return;
        }
        (end == End.ABORTED ? counters.aborted : counters.failed).increment();
        LOG.atLevel(end == End.ABORTED ? Level.INFO : Level.WARN)
                .log(
                        "{}: {} did not read {} to its end: {}; {} of {} bytes in {} s",
                        TftpServer.NAME,
                        from,
                        request.file(),
                        remark,
                        acknowledgedBytes,
                        blocks.size(),
                        seconds);
    }
}
